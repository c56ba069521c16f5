namespace Velox.Bpf;

/// <summary>A jump out of the good path: to before which instruction, and what to give back.</summary>
internal readonly record struct ColdLeave(int At, int Index, int Units);

/// <summary>A jump out of a chain of blocks: where to, and units paid for what it leaves out.</summary>
internal readonly record struct ChainExit(int At, int Target, int Refund);

/// <summary>The out-of-line part of an access whose segment was guessed.</summary>
/// <param name="At">First jump that comes here.</param>
/// <param name="At2">Second one, or 0.</param>
/// <param name="Back">Where the host address is expected.</param>
/// <param name="Index">The instruction.</param>
/// <param name="Units">Units of it and what follows in its block.</param>
/// <param name="Base">BPF register with the address.</param>
/// <param name="Offset">Added to it.</param>
/// <param name="Bytes">Length of the access, or of all accesses that share the check.</param>
/// <param name="IsStore">Whether any of them writes.</param>
/// <param name="IsGroup">Whether the host address is wanted in rdx, else in rcx.</param>
/// <param name="KeepsGroup">Whether rdx has another group's address that must survive.</param>
/// <param name="LooksUp">Whether the segment's window is to be tried before the slow path.</param>
internal readonly record struct ColdAccess(
    int At, int At2, int Back, int Index, int Units, byte Base, int Offset, int Bytes, bool IsStore, bool IsGroup, bool KeepsGroup,
    bool LooksUp);

/// <summary>A jump out of an added instruction's own code to the call of its function, and where that goes on.</summary>
internal readonly record struct ColdFallBack(int At, int Index, int Back);

/// <summary>The out-of-line part of a call: a frame that was not reached before, or one too many.</summary>
/// <param name="At">The jump that comes here.</param>
/// <param name="Back">Where the call goes on.</param>
/// <param name="Index">The instruction.</param>
/// <param name="Units">Units of it and what follows in its chain.</param>
internal readonly record struct ColdCall(int At, int Back, int Index, int Units);

/// <summary>Lists that a compiler fills; kept for the next program.</summary>
internal sealed class NativeScratch
{
    /// <summary>For each head of a chain the offset of its code; others -1.</summary>
    internal int[] Offsets { get; private set; } = [];

    /// <summary>For each head the offset behind the payment for its chain.</summary>
    internal int[] Bodies { get; private set; } = [];

    /// <summary>Distances to patch and the instruction they lead to.</summary>
    internal List<(int At, int Index)> Jumps { get; } = [];

    /// <summary>Calls of functions whose first chain is paid for already.</summary>
    internal List<(int At, int Target)> BodyCalls { get; } = [];

    internal List<ColdLeave> Leaves { get; } = [];

    internal List<ChainExit> Exits { get; } = [];

    internal List<ColdAccess> Accesses { get; } = [];

    internal List<ColdCall> Calls { get; } = [];

    internal List<ColdFallBack> FallBacks { get; } = [];

    /// <summary>Return addresses of local calls, rising, and the instructions they return to.</summary>
    internal List<(int Offset, int Index)> Returns { get; } = [];

    /// <summary>Code that stands for a host function.</summary>
    internal List<(int Function, int Position)> Routines { get; } = [];

    /// <summary>Distances of a routine's jumps to the call of its function.</summary>
    internal List<int> RoutineExits { get; } = [];

    /// <summary>Distances to the table of blocks.</summary>
    internal List<int> TableUses { get; } = [];

    internal void Reset(int count)
    {
        Offsets = new int[count + 1];
        Array.Fill(Offsets, -1);
        Bodies = new int[count + 1];
        Jumps.Clear();
        BodyCalls.Clear();
        Exits.Clear();
        Leaves.Clear();
        Accesses.Clear();
        Calls.Clear();
        FallBacks.Clear();
        Routines.Clear();
        Returns.Clear();
        TableUses.Clear();
    }
}
