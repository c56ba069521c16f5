using System.Globalization;

namespace Velox.Bpf;

/// <summary>What a function executed.</summary>
/// <param name="Name">From the program, or made from its index.</param>
/// <param name="Start">Its first slot.</param>
/// <param name="End">The slot behind its last.</param>
/// <param name="Calls">How often it was entered; the run's start counts.</param>
/// <param name="Instructions">Executed in it, without what it called.</param>
public readonly record struct FunctionProfile(string Name, int Start, int End, ulong Calls, ulong Instructions);

/// <summary>What a basic block executed.</summary>
/// <param name="Start">Its first slot.</param>
/// <param name="End">The slot behind its last.</param>
/// <param name="Entries">How often it was entered.</param>
/// <param name="Instructions">Executed in it.</param>
public readonly record struct BlockProfile(int Start, int End, ulong Entries, ulong Instructions);

/// <summary>Counts what runs execute: by instruction, basic block and function. May observe any number of runs of one program.</summary>
public sealed class ExecutionProfile : IInstructionObserver
{
    private readonly ulong[] _counts;
    private readonly ulong[] _calls;
    private bool _isEntering = true;

    public ExecutionProfile(BpfProgram program)
    {
        Program = program;
        _counts = new ulong[program.Count];
        _calls = new ulong[program.Count];
        Disassembler = new Disassembler(program.Image, program.Host);
    }

    /// <summary>What is observed.</summary>
    public BpfProgram Program { get; }

    /// <summary>Names and texts of the program.</summary>
    public Disassembler Disassembler { get; }

    /// <summary>How often each slot was executed; 0 for second slots of wide loads.</summary>
    public ReadOnlySpan<ulong> Counts => _counts;

    /// <summary>Instructions executed.</summary>
    public ulong Executed { get; private set; }

    /// <summary>Instructions of the program that were executed at least once, and all of them.</summary>
    public (int Executed, int All) Coverage
    {
        get
        {
            int executed = 0;
            int all = 0;
            for (int index = 0; index < _counts.Length; index += Disassembler.SlotsAt(index))
            {
                all++;
                executed += _counts[index] > 0 ? 1 : 0;
            }

            return (executed, all);
        }
    }

    public void BeforeInstruction(VirtualMachine machine)
    {
        int index = machine.InstructionIndex;
        Executed++;
        _counts[index]++;
        if (_isEntering)
            _calls[index]++;
        Operation operation = Program.Instructions[index].Operation;
        _isEntering = operation is Operation.CallLocal or Operation.CallRegister
            || (operation == Operation.Exit && machine.CallDepth == 0);
    }

    /// <summary>All functions by place: the entry, what the program names or calls, and what was entered by address.</summary>
    public IReadOnlyList<FunctionProfile> Functions()
    {
        var starts = new SortedSet<int> { 0, Program.Image.EntryIndex };
        foreach (FunctionSymbol function in Program.Image.Functions.Values)
        {
            if (function.Index >= 0 && function.Index < _counts.Length)
                starts.Add(function.Index);
        }

        for (int index = 0; index < _counts.Length; index++)
        {
            if (_calls[index] > 0)
                starts.Add(index);
            if (Program.Instructions[index] is { Operation: Operation.CallLocal, Target: int target })
                starts.Add(target);
        }

        return [.. Ranges(starts).Select(range => new FunctionProfile(
            NameOf(range.Start), range.Start, range.End, _calls[range.Start], Sum(range.Start, range.End)))];
    }

    /// <summary>All basic blocks by place: no jump leads into their middle, none leaves it but at the end.</summary>
    public IReadOnlyList<BlockProfile> Blocks() =>
        [.. Ranges(BasicBlocks.Starts(Program, Functions().Select(function => function.Start))).Select(range => new BlockProfile(
            range.Start, range.End, _counts[range.Start], Sum(range.Start, range.End)))];

    private string NameOf(int index) => Disassembler.NameAt(index)
        ?? (index == Program.Image.EntryIndex ? "entry" : string.Create(CultureInfo.InvariantCulture, $"function_{index}"));

    private IEnumerable<(int Start, int End)> Ranges(SortedSet<int> starts) =>
        starts.Zip(starts.Skip(1).Append(_counts.Length));

    private ulong Sum(int start, int end)
    {
        ulong sum = 0;
        for (int index = start; index < end; index++)
            sum += _counts[index];
        return sum;
    }
}
