namespace Velox.Bpf;

/// <summary>What is compiled, and where the compiler stands in it: the same for every processor.</summary>
internal struct CompilerState
{
    /// <summary>The BPF register that points to the frame.</summary>
    internal const int FramePointer = 10;

    /// <summary>No register's accesses share an address.</summary>
    internal const int NoGroup = -1;

    /// <summary>More than any of <see cref="INativeCode"/>'s methods writes but <see cref="INativeCode.Machine"/>.</summary>
    internal const int MaxAddedStepBytes = 24;

    /// <summary>More than one instruction needs in line, and more than its out-of-line part.</summary>
    private const int ReserveBytes = 512;

    internal readonly BpfProgram Program;
    internal readonly Dialect Dialect;
    internal readonly FlowAnalysis Flow;
    internal readonly NativeScratch Scratch;

    /// <summary>Whether the frame pointer is held as the host's address, since the program cannot write it.</summary>
    internal readonly bool HasHostFrame;

    /// <summary>Whether there are gaps between the frames.</summary>
    internal readonly bool HasGaps;

    /// <summary>The last position where an instruction or an out-of-line part may begin.</summary>
    internal readonly int Limit;

    internal RegionGuess Guess;

    /// <summary>The instruction being compiled.</summary>
    internal int Index;

    /// <summary>Units paid for what follows it in its chain.</summary>
    internal int UnitsAfter;

    /// <summary>The register whose accesses share a checked address, or <see cref="NoGroup"/>.</summary>
    internal int GroupBase;

    /// <summary>The last of those accesses, and their lowest offset.</summary>
    internal int GroupEnd, GroupLow;

    /// <summary>Where the code of an added instruction begins.</summary>
    internal int AddedStart;

    internal CompilerState(BpfProgram program, FlowAnalysis flow, bool allowsFrameGaps, int capacity, NativeScratch scratch)
    {
        Program = program;
        Dialect = program.Dialect;
        Flow = flow;
        Scratch = scratch;
        HasHostFrame = !Dialect.MovesFramePointer;
        HasGaps = Dialect.HasFrameGaps && allowsFrameGaps;
        Limit = capacity - ReserveBytes - (program.Added.Length > 0 ? AddedEmitter.MaxBytes : 0);
        GroupBase = NoGroup;
    }

    /// <summary>What a call adds to the host's address of the frame.</summary>
    internal readonly int HostFrameStep => Dialect.FrameStepBytes < 0 ? -Dialect.FrameBytes : Dialect.FrameBytes;

    /// <summary>
    /// Bytes below r10 that need no check, or 0: r10 cannot leave the stack where the program cannot write it, and a frame
    /// below it is always there.
    /// </summary>
    internal readonly int FrameBytes => HasHostFrame ? Dialect.FrameBytes : 0;

    /// <summary>Whether a register is the frame pointer, held as the host's address.</summary>
    internal readonly bool IsHostFrame(int register) => register == FramePointer && HasHostFrame;

    /// <summary>A jump to an instruction's code.</summary>
    internal readonly void AddJump(int at, int target) => Scratch.Jumps.Add((at, target));

    /// <summary>A conditional jump, which gives back the units of what it leaves out.</summary>
    internal readonly void AddConditionalJump(int at, int target)
    {
        if (UnitsAfter == 0)
            AddJump(at, target);
        else
            Scratch.Exits.Add(new ChainExit(at, target, UnitsAfter));
    }

    /// <summary>A call of a function.</summary>
    internal readonly void AddCall(int at, int target)
    {
        if (UnitsAfter > 0)
            Scratch.BodyCalls.Add((at, target)); // its first chain is paid for by ours
        else
            AddJump(at, target);
    }

    /// <summary>A jump that leaves before this instruction.</summary>
    internal readonly void AddLeave(int at) => AddLeave(at, UnitsAfter + 1);

    /// <summary>A jump that leaves before this instruction, with units to give back.</summary>
    internal readonly void AddLeave(int at, int units) => Scratch.Leaves.Add(new ColdLeave(at, Index, units));

    /// <summary>A call's jump for a frame that was not reached before; the call goes on behind it.</summary>
    internal readonly void AddColdCall(int at, int back) => Scratch.Calls.Add(new ColdCall(at, back, Index, UnitsAfter + 1));

    /// <summary>A jump out of an added instruction's own code to the call of its function.</summary>
    internal readonly void AddFallBack(int at) => Scratch.FallBacks.Add(new ColdFallBack(at, Index, 0));

    /// <summary>The out-of-line part of a span's check at this instruction, without its jumps.</summary>
    internal readonly ColdAccess ColdAccessOf(in AccessSpan span, int baseRegister) => new(
        0, 0, 0, Index, UnitsAfter + 1, (byte)baseRegister, span.Low, span.Bytes, span.IsStore, span.IsGroup, KeepsGroup: false,
        LooksUp: false);

    /// <summary>Throws where the code of an added instruction would end behind what it may have.</summary>
    internal readonly void RequireAddedRoom(int end)
    {
        if (end - AddedStart > AddedEmitter.MaxBytes)
        {
            throw new InvalidOperationException(
                $"The code of the added instruction at {Index} is longer than {AddedEmitter.MaxBytes} bytes.");
        }
    }
}
