namespace Velox.Cryptography;

/// <summary>How signatures are dealt to lanes.</summary>
internal static unsafe class LaneGroup<T>
    where T : unmanaged, IDoubleLanes<T>
{
    // A vector of four takes as long as two signatures one by one, a vector of eight as long as three.
    private const int MaxTail = 2;

    /// <summary>How many at the end are checked faster one by one than in a vector of which most lanes are idle.</summary>
    internal static int Tail(int count)
    {
        int tail = count % T.Count;
        return T.Count >= DoubleLanes4.Count && tail <= MaxTail ? tail : 0;
    }

    /// <summary>An entry for each lane, in order; lanes that are left over repeat the first.</summary>
    internal static void Gather(SignatureEntry* entries, ReadOnlySpan<int> order, SignatureEntry** group)
    {
        for (int lane = 0; lane < T.Count; lane++)
            group[lane] = entries + order[lane < order.Length ? lane : 0];
    }
}
