using System.Globalization;
using Iced.Intel;
using X86 = Iced.Intel.Instruction;

namespace Velox.Bpf.Tests;

/// <summary>
/// Decodes a program's native code with another decoder and follows it: every access to memory must be in the frame, in the
/// machine's state where that is meant, or inside a span that was checked on every way there.
/// </summary>
internal sealed class NativeCodeChecker
{
    private readonly InstructionInfoFactory _infos = new();
    private readonly EmittedCode _emitted;
    private readonly int _start;
    private readonly int _translate;
    private readonly SortedDictionary<int, X86> _code = [];
    private readonly Dictionary<int, Facts> _before = [];
    private readonly Queue<int> _pending = new();

    internal NativeCodeChecker(EmittedCode emitted)
    {
        _emitted = emitted;
        var decoder = Iced.Intel.Decoder.Create(64, new ByteArrayCodeReader(emitted.Bytes, 0, emitted.Table), ip: 0);
        while (decoder.IP < (ulong)emitted.Table)
        {
            X86 instruction = decoder.Decode();
            _code.Add((int)instruction.IP, instruction);
        }

        _start = emitted.Start;
        _translate = FindRoutine(NativeOffsets.Translate);
    }

    internal IEnumerable<Mnemonic> Mnemonics => _code.Values.Select(instruction => instruction.Mnemonic);

    /// <summary>What is wrong, or null.</summary>
    internal string? Check()
    {
        foreach (X86 instruction in _code.Values)
        {
            if (instruction.IsInvalid)
                return Wrong(instruction, "no instruction");
            if (instruction.FlowControl is FlowControl.ConditionalBranch or FlowControl.UnconditionalBranch or FlowControl.Call
                && !_code.ContainsKey((int)instruction.NearBranchTarget))
            {
                return Wrong(instruction, "leads into the midst of an instruction");
            }
        }

        IEnumerable<int> heads = _emitted.Scratch.Offsets.Where(offset => offset >= 0);
        foreach (int entry in heads.Concat(_emitted.Scratch.Returns.Select(point => point.Offset)))
        {
            if (!_code.ContainsKey(entry))
                return $"entry at {entry} is in the midst of an instruction";
            Reach(entry, default);
        }

        while (_pending.TryDequeue(out int at))
        {
            X86 instruction = _code[at];
            Facts facts = _before[at];
            if ((WrongAccess(instruction, facts) ?? WrongFlow(instruction, facts) ?? WrongRegister(instruction, facts)) is { } wrong)
                return Wrong(instruction, $"{wrong}; {facts}");
            Follow(instruction, facts);
        }

        return null;
    }

    private static string Wrong(X86 instruction, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"at {instruction.IP}: {instruction}: {what}");

    private int FindRoutine(int calledField)
    {
        int call = _code.First(pair => pair.Value.Mnemonic == Mnemonic.Call && pair.Value.MemoryBase == Register.R15
            && (int)pair.Value.MemoryDisplacement64 == calledField).Key;
        // The routine starts where the program's calls lead to.
        return _code.Values.Where(instruction => instruction.FlowControl == FlowControl.Call && (int)instruction.NearBranchTarget < call)
            .Select(instruction => (int)instruction.NearBranchTarget).DefaultIfEmpty().Max();
    }

    private void Reach(int at, Facts facts)
    {
        if (at < _start)
            return; // the common part: read by people
        bool isNew = !_before.TryGetValue(at, out Facts before);
        Facts met = isNew ? facts : before.Meet(facts);
        if (!isNew && met == before)
            return;
        _before[at] = met;
        _pending.Enqueue(at);
    }

    private void Follow(X86 instruction, Facts facts)
    {
        Facts after = FactRules.After(instruction, facts, _emitted);
        if (instruction.FlowControl == FlowControl.Call)
        {
            int target = (int)instruction.NearBranchTarget;
            if (target == _translate && _translate > 0)
                after = Answered(facts);
            else
                Reach(target, default); // a function, perhaps behind its payment
        }

        switch (instruction.FlowControl)
        {
            case FlowControl.ConditionalBranch:
                Reach((int)instruction.NearBranchTarget, after);
                Reach((int)instruction.NextIP, FactRules.NotTaken(instruction, after, _emitted));
                break;
            case FlowControl.UnconditionalBranch:
                Reach((int)instruction.NearBranchTarget, after);
                break;
            case FlowControl.Return or FlowControl.IndirectBranch:
                break;
            default:
                Reach((int)instruction.NextIP, after);
                break;
        }
    }

    /// <summary>
    /// The memory map keeps the program's registers. Windows may have moved; a host address in the saved place holds on.
    /// </summary>
    private static Facts Answered(Facts facts)
    {
        Fact saved = facts.Saved.Kind == FactKind.Host ? facts.Saved : default;
        if (facts.Rcx.Kind != FactKind.Address || facts.Rdx.Kind != FactKind.Constant)
            return default(Facts) with { Saved = saved };
        long asked = facts.Rdx.Bytes;
        Fact answer = facts.Rcx with
        {
            Kind = FactKind.Answer,
            Bytes = asked & (NativeGateway.StoreFlag - 1),
            IsWritable = (asked & NativeGateway.StoreFlag) != 0,
            IsGroup = (asked & NativeGateway.GroupFlag) != 0,
        };
        return default(Facts) with { Rcx = answer, Saved = saved };
    }

    private string? WrongAccess(X86 instruction, Facts facts)
    {
        if (instruction.Mnemonic is Mnemonic.Lea or Mnemonic.Nop)
            return null;
        foreach (UsedMemory memory in _infos.GetInfo(instruction).GetUsedMemory())
        {
            if (memory.Base == Register.RSP)
            {
                if (instruction.Mnemonic is Mnemonic.Push or Mnemonic.Pop or Mnemonic.Call or Mnemonic.Ret)
                    continue;
                return "touches the native stack";
            }

            bool writes = memory.Access is not (OpAccess.Read or OpAccess.CondRead);
            long displacement = (long)memory.Displacement;
            int bytes = memory.MemorySize.GetSize();
            string? wrong = memory.Base switch
            {
                Register.R15 when FactRules.IsNoteOfFrame(instruction) =>
                    facts.Rcx.Kind == FactKind.AllowedFrame ? null : "notes a frame that was not checked",
                Register.R15 => WrongStateAccess(displacement, bytes, writes, memory, facts),
                Register.RBP when _emitted.HasHostFrame && memory.Index == Register.None =>
                    displacement >= -_emitted.Dialect.FrameBytes && displacement + bytes <= 0 ? null : "outside the frame",
                Register.RCX when memory is { Index: Register.RDX, Scale: 4 } && !writes =>
                    facts.Rcx.Kind == FactKind.Table && facts.Rdx.Kind == FactKind.Slot && displacement == 0 ? null : "table not checked",
                Register.RCX or Register.RDX => WrongHostAccess(facts[memory.Base], memory, displacement, bytes, writes),
                _ => "an address that nothing checks",
            };
            if (wrong is not null)
                return wrong;
        }

        return null;
    }

    /// <summary>Neither way into the midst of a block, nor to an address that is no block's.</summary>
    private static string? WrongFlow(X86 instruction, Facts facts) => instruction.FlowControl switch
    {
        FlowControl.IndirectCall => instruction.Op0Register == Register.RDX && facts.Rdx.Kind == FactKind.Code ? null : "calls what is no block",
        FlowControl.IndirectBranch or FlowControl.Interrupt or FlowControl.Exception => "leaves the code",
        _ => null,
    };

    /// <summary>What is trusted everywhere: the state's address, and the frame's where rbp has it.</summary>
    private string? WrongRegister(X86 instruction, Facts facts)
    {
        foreach (Register register in FactRules.WrittenBy(instruction))
        {
            if (register == Register.R15)
                return "loses the state";
            if (register != Register.RBP || !_emitted.HasHostFrame)
                continue;
            bool isCall = instruction is { Mnemonic: Mnemonic.Mov, Op0Register: Register.RBP, Op1Register: Register.RCX }
                && facts.Rcx.Kind == FactKind.CheckedFrame;
            bool isReturn = instruction is { Mnemonic: Mnemonic.Lea, MemoryBase: Register.RBP, MemoryIndex: Register.None }
                && (long)instruction.MemoryDisplacement64 == -_emitted.FrameStep
                && _emitted.Scratch.Returns.Exists(point => point.Offset == (int)instruction.IP);
            if (!isCall && !isReturn)
                return "moves the frame unchecked";
        }

        return null;
    }

    private static string? WrongHostAccess(Fact fact, UsedMemory memory, long displacement, int bytes, bool writes)
    {
        bool isPointer = fact.Kind == FactKind.Host && memory.Index == Register.None;
        bool isDistance = fact.Kind == FactKind.HostDistance && memory.Index == fact.Base && memory.Scale == 1;
        if (!isPointer && !isDistance)
            return "not checked";
        if (displacement < fact.Low || displacement + bytes > fact.Low + fact.Bytes)
            return "outside the checked span";
        return writes && !fact.IsWritable ? "not checked for writing" : null;
    }

    private static string? WrongStateAccess(long displacement, int bytes, bool writes, UsedMemory memory, Facts facts)
    {
        long window = displacement - NativeOffsets.Windows;
        if (memory.Index != Register.None)
        {
            bool isChosen = memory is { Index: Register.RDX, Scale: 1 } && facts.Rdx.Kind == FactKind.Segment;
            return isChosen && !writes && window >= 0 && window + bytes <= 128 ? null : "a window that nothing chose";
        }

        if (!writes)
            return displacement >= -NativeOffsets.Context && window + bytes <= MemoryMap.Segments * 128 ? null : "reads beside the state";
        bool isMeant = (displacement >= NativeOffsets.Spill && displacement + bytes <= NativeOffsets.Spill + 64)
            || ((displacement == NativeOffsets.InstructionIndex || displacement == NativeOffsets.CallDepth) && bytes == 4);
        return isMeant ? null : "writes into the state";
    }
}
