namespace Velox.ModelChecking;

internal enum OperationKind
{
    None,
    LoadRelaxed,
    LoadAcquire,
    StoreRelaxed,
    StoreRelease,
    ReadModifyWrite,
    Fence,
    FenceLight,
    FenceProcessWide,
    Spin,
    Wait,
    Wake,
    Resume,
    Reclaim,
}

/// <summary>An operation that a thread is about to perform, or has performed.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Location">Index of the location, or -1.</param>
internal readonly record struct Operation(OperationKind Kind, int Location)
{
    internal bool IsLoad => Kind is OperationKind.LoadRelaxed or OperationKind.LoadAcquire;

    internal bool IsStore => Kind is OperationKind.StoreRelaxed or OperationKind.StoreRelease;

    internal bool IsWrite => IsStore || Kind == OperationKind.ReadModifyWrite;

    private bool IsFence =>
        Kind is OperationKind.Fence or OperationKind.FenceLight or OperationKind.FenceProcessWide;

    /// <summary>
    /// Whether performing <paramref name="other"/> first may change what this operation, already explored from this
    /// state, leads to. If not, exploring this one after it is a repetition (the rule of sleep sets).
    /// </summary>
    /// <remarks>
    /// Loads are not in this table. A load may read any store that coherence leaves it, so "store, then load of an older
    /// value" is the same execution as "load, then store": a sleeping load wakes only for stores that are new to it
    /// (<see cref="Decision.Sleep"/>), and a load never wakes a sleeping store. Nor does a store wake a store: each finds its
    /// place in the order of the location before or after the other, whichever is performed first.
    /// </remarks>
    internal bool IsAffectedBy(Operation other)
    {
        if (Kind == OperationKind.Reclaim || other.Kind == OperationKind.Reclaim)
            return true;
        if (IsFence)
            return other.IsFence && OrderEachOther(Kind, other.Kind);
        if (Kind == OperationKind.Spin)
            return other.IsWrite;
        if (IsWrite && other.Kind == OperationKind.Spin)
            return true;
        if (IsLoad || Location < 0 || Location != other.Location)
            return false;
        return Kind switch
        {
            OperationKind.Wait => other.IsWrite || other.Kind is OperationKind.Wait or OperationKind.Wake,
            OperationKind.Wake => other.Kind is OperationKind.Wait or OperationKind.Wake,
            OperationKind.ReadModifyWrite => other.IsWrite || other.Kind == OperationKind.Wait,
            _ => other.Kind is OperationKind.ReadModifyWrite or OperationKind.Wait,
        };
    }

    /// <summary>
    /// Whether this operation, performed first, races with <paramref name="later"/> of another thread: whether the other way round
    /// there is something new to explore, because this one would not sleep through it.
    /// </summary>
    internal bool RacesWith(Operation later) =>
        IsAffectedBy(later) || (IsLoad && later.IsWrite && Location == later.Location);

    /// <summary>A light fence stands in an order with process-wide ones only.</summary>
    private static bool OrderEachOther(OperationKind one, OperationKind other) =>
        (one != OperationKind.FenceLight && other != OperationKind.FenceLight)
        || one == OperationKind.FenceProcessWide
        || other == OperationKind.FenceProcessWide;
}
