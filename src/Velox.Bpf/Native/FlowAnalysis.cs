namespace Velox.Bpf;

/// <summary>What the compilers must know of a program before they write code. One pass each; about 10 ns an instruction.</summary>
internal sealed class FlowAnalysis
{
    /// <summary>All of r6 to r9.</summary>
    internal const byte AllSaved = 0b1111;

    private const byte Leader = 1;
    private const byte Function = 2;
    private const byte LoopHead = 4;

    /// <summary>Reached by more than the fall from a comparing jump.</summary>
    private const byte Target = 8;

    /// <summary>A head whose chain ends with a local call.</summary>
    private const byte Calls = 16;

    /// <summary>Most blocks that are paid for at the start of the first.</summary>
    private const int MaxChainBlocks = 8;

    private readonly byte[] _marks;
    private readonly int[] _units;
    private readonly int[] _charges;
    private readonly byte[] _savedRegisters;

    internal FlowAnalysis(BpfProgram program)
    {
        int count = program.Count;
        _marks = new byte[count + 1];
        _units = new int[count + 1];
        _charges = new int[count + 1];
        _savedRegisters = new byte[count + 1];
        Mark(program);
        CountUnits(program.Instructions);
        ChainBlocks(program.Instructions);
        FindSavedRegisters(program.Instructions);
        FrameBytesUsed = FindFrameUse(program);
    }

    /// <summary>How deep below r10 accesses go that need no check; 0 when there are none.</summary>
    internal int FrameBytesUsed { get; }

    /// <summary>Whether a block begins here.</summary>
    internal bool IsLeader(int index) => (_marks[index] & Leader) != 0;

    /// <summary>
    /// Whether a chain begins here: blocks that follow each other by not taking a forward jump, paid for together. A jump out
    /// of a chain gets back what it does not execute.
    /// </summary>
    internal bool IsHead(int index) => _charges[index] > 0;

    /// <summary>
    /// Instructions of the chain from this head, and of the first chain of the function that it may end by calling; a wide load
    /// counts one.
    /// </summary>
    internal int Charge(int head) => _charges[head];

    internal bool IsFunction(int index) => (_marks[index] & Function) != 0;

    /// <summary>Whether a jump from further down comes here.</summary>
    internal bool IsLoopHead(int index) => (_marks[index] & LoopHead) != 0;

    /// <summary>Which of r6 to r9 the function at this index writes, bit 0 for r6: those that its callers must save.</summary>
    internal byte SavedRegisters(int function) => _savedRegisters[function];

    private void Mark(BpfProgram program)
    {
        Instruction[] code = program.Instructions;
        _marks[0] |= Leader | Target; // even where the entry is elsewhere: a chain needs a head
        _marks[program.Image.EntryIndex] |= Leader | Function | Target;
        foreach (FunctionSymbol symbol in program.Image.Functions.Values)
        {
            if (symbol.Index >= 0 && symbol.Index < program.Count)
                _marks[symbol.Index] |= Leader | Function | Target;
        }

        for (int i = 0; i < program.Count; i++)
        {
            Operation operation = code[i].Operation;
            if (operation < Operation.Jump)
                continue;
            _marks[i + 1] |= (byte)(IsComparison(operation) ? Leader : Leader | Target);
            if (operation == Operation.CallLocal)
                _marks[code[i].Target] |= Leader | Function | Target;
            else if (operation <= Operation.JumpSLe32Reg)
                _marks[code[i].Target] |= (byte)(code[i].Target <= i ? Leader | Target | LoopHead : Leader | Target);
        }

        // Nothing is emitted for the second slot of a wide load, whoever names it: it heads no chain.
        for (int i = 0; i < program.Count; i++)
        {
            if (code[i].Operation == Operation.MovWide)
                _marks[++i] = 0;
        }

        // The end mark is a block of its own, so that running over the end is metered like an instruction.
        _marks[program.Count] |= Leader | Target;
    }

    private static bool IsComparison(Operation operation) =>
        operation is >= Operation.JumpEq64Imm and <= Operation.JumpSLe32Reg;

    private void CountUnits(Instruction[] code)
    {
        int leader = 0;
        for (int i = 0; i < code.Length; i++)
        {
            if (IsLeader(i))
                leader = i;
            _units[leader]++;
            if (code[i].Operation == Operation.MovWide)
                i++;
        }
    }

    private void ChainBlocks(Instruction[] code)
    {
        int head = 0;
        int blocks = 0;
        var calls = new List<(int Head, int Target)>();
        for (int i = 0; i < code.Length; i++)
        {
            if (IsLeader(i))
            {
                // A jump backwards is mostly taken: what follows it is not worth paying in advance.
                bool isChained = i > 0 && (_marks[i] & Target) == 0 && code[i - 1].Target >= i && blocks < MaxChainBlocks;
                if (!isChained)
                    (head, blocks) = (i, 0);
                blocks++;
                _charges[head] += _units[i];
            }

            if (code[i].Operation == Operation.CallLocal)
                calls.Add((head, code[i].Target));
            else if (code[i].Operation == Operation.MovWide)
                i++;
        }

        PayForCallees(calls);
    }

    /// <summary>
    /// A chain that ends with a call pays for the first chain of the function too, unless that ends with a call itself, which
    /// might go in circles.
    /// </summary>
    private void PayForCallees(List<(int Head, int Target)> calls)
    {
        foreach ((int head, _) in calls)
            _marks[head] |= Calls;
        foreach ((int head, int target) in calls)
        {
            if ((_marks[target] & Calls) == 0)
                _charges[head] += _charges[target];
        }
    }

    private void FindSavedRegisters(Instruction[] code)
    {
        int function = 0;
        bool isStructured = true;
        for (int i = 0; i < code.Length - 1; i++)
        {
            if (IsFunction(i))
            {
                isStructured &= i == 0 || EndsFlow(code, i - 1);
                function = i;
            }

            int destination = code[i].Destination;
            if (destination is >= 6 and <= 9 && WritesDestination(code[i].Operation))
                _savedRegisters[function] |= (byte)(1 << (destination - 6));
            int source = code[i].Source;
            if (source is >= 6 and <= 9 && code[i].Operation is >= Operation.FetchAdd32 and < Operation.CompareExchange32)
                _savedRegisters[function] |= (byte)(1 << (source - 6));
        }

        // The pass takes a function to end where the next begins. Where a jump says otherwise, everything is saved.
        if (!isStructured || JumpsBetweenFunctions(code))
            Array.Fill(_savedRegisters, AllSaved);
    }

    private bool JumpsBetweenFunctions(Instruction[] code)
    {
        int start = 0;
        for (int end = 1; end < code.Length; end++)
        {
            if (end < code.Length - 1 && !IsFunction(end))
                continue;
            for (int i = start; i < end; i++)
            {
                bool isJump = code[i].Operation is >= Operation.Jump and <= Operation.JumpSLe32Reg;
                if (isJump && (code[i].Target < start || code[i].Target >= end))
                    return true;
            }

            start = end;
        }

        return false;
    }

    private static int FindFrameUse(BpfProgram program)
    {
        int deepest = 0;
        foreach (ref readonly Instruction instruction in program.Instructions.AsSpan())
        {
            if (instruction.Operation is < Operation.Load8 or > Operation.Store64Reg)
                continue;
            bool isStore = instruction.Operation >= Operation.Store8Imm;
            bool isFrame = (isStore ? instruction.Destination : instruction.Source) == 10;
            if (isFrame && instruction.Target < 0)
                deepest = Math.Max(deepest, -instruction.Target);
        }

        return Math.Min(deepest, program.Dialect.FrameBytes);
    }

    private static bool EndsFlow(Instruction[] code, int index) =>
        code[index].Operation is Operation.Exit or Operation.Jump
        || (code[index].Operation == Operation.Unsupported && !IsSecondSlot(code, index));

    /// <summary>Whether here is the second slot of a wide load: it fails when it is reached, but what comes before does not reach it.</summary>
    internal static bool IsSecondSlot(Instruction[] code, int index) =>
        code[index].Operation == Operation.Unsupported && index > 0 && code[index - 1].Operation == Operation.MovWide;

    private static bool WritesDestination(Operation operation) =>
        operation is > Operation.Overrun and <= Operation.LoadSx32 or Operation.Added;
}
