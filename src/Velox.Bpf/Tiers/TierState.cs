namespace Velox.Bpf;

/// <summary>What tiers know of one program. Shared by all machines that run it, and by all compilers.</summary>
internal sealed class TierState
{
    private static long CurrentEpoch;

    private ulong _units;
    private long _lastUse;
    private int _isQueued;

    /// <summary>Counts installations of code, in all compilers.</summary>
    internal static long Epoch => Volatile.Read(ref CurrentEpoch);

    /// <summary>The epoch in which a run last used the native code.</summary>
    internal long LastUse => Volatile.Read(ref _lastUse);

    /// <summary>Bytes of its code when it was last compiled; 0 before.</summary>
    internal int CodeBytes { get; set; }

    /// <summary>Adds what a run has taken, and says how much all have.</summary>
    /// <remarks>
    /// A plain addition: of two runs that end at once one may be lost, or an addition may come back that <see cref="Cool"/>
    /// removed. The program becomes hot a run later or earlier; nothing else depends on the number.
    /// </remarks>
    internal ulong Add(ulong units) => _units += units;

    /// <summary>Starts counting again.</summary>
    internal void Cool() => _units = 0;

    /// <summary>Notes that a run used the native code.</summary>
    internal void Use()
    {
        // Written once an epoch, not once a run: threads that run one program do not take the line from each other.
        long epoch = Epoch;
        if (_lastUse != epoch)
            Volatile.Write(ref _lastUse, epoch);
    }

    /// <summary>Begins an epoch, with this program as its first user.</summary>
    internal void Install() => Volatile.Write(ref _lastUse, Interlocked.Increment(ref CurrentEpoch));

    /// <summary>Whether the caller may queue the program: of several that try at once one.</summary>
    internal bool TryClaim() => Volatile.Read(ref _isQueued) == 0 && Interlocked.CompareExchange(ref _isQueued, 1, 0) == 0;

    /// <summary>It is not queued any more, and must get hot to be queued again.</summary>
    internal void Release()
    {
        Cool();
        Volatile.Write(ref _isQueued, 0);
    }
}
