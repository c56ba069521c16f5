using Velox.Svm;

namespace Velox.Node;

/// <summary>Verified transactions that wait for a place in a block: who pays more for a unit goes first, and nobody waits for ever.</summary>
/// <remarks>
/// <para>Among equal prices the order is that of arrival, so what never pays for priority is a plain queue.</para>
/// <para>
/// Whoever was passed over by <see cref="MaxPassedOver"/> later ones goes next, whatever he pays. Counting these is cheap: all that came
/// before a transaction are as many as its number, so when more than that were taken, the others came later.
/// </para>
/// </remarks>
internal sealed class TransactionPool
{
    /// <summary>Most transactions that wait.</summary>
    internal const int Capacity = 8_192;

    /// <summary>So many later arrivals may go before a transaction.</summary>
    internal const int MaxPassedOver = 4_096;

    // Numbers of those that wait are less than this apart.
    private const int RingLength = 16_384;

    private readonly Entry[] _ring = new Entry[RingLength];

    // The best first. Those that were taken out of turn stay in it until they come up, or until they are too many.
    private readonly PriorityQueue<long, (ulong Price, long Number)> _best = new(PriceThenArrival.Instance);
    private long _arrived;
    private long _taken;
    private long _oldest;

    internal int Count => (int)(_arrived - _taken);

    /// <summary>How many more there is room for.</summary>
    internal int Room => Capacity - Count;

    /// <summary>Adds one; there must be room.</summary>
    /// <param name="transaction">Verified.</param>
    /// <param name="unitPrice">Micro-lamports that it pays for a compute unit.</param>
    /// <param name="unitLimit">Compute units that it may use.</param>
    internal void Add(InFlightTransaction transaction, ulong unitPrice, uint unitLimit)
    {
        if (Room == 0)
            throw new InvalidOperationException($"{Capacity} transactions wait already.");
        long number = _arrived++;
        _ring[number % RingLength] = new Entry(transaction, unitLimit);
        _best.Enqueue(number, (unitPrice, number));
        if (_best.Count > 2 * Capacity)
            ForgetTaken();
    }

    /// <summary>Takes the next one, if it may use no more than so many compute units; there must be one.</summary>
    internal bool TryTake(uint maxUnits, out InFlightTransaction transaction, out uint unitLimit)
    {
        long number = Next();
        ref Entry entry = ref _ring[number % RingLength];
        (transaction, unitLimit) = (entry.Transaction!, entry.UnitLimit);
        if (unitLimit > maxUnits)
            return false;
        entry = default;
        _taken++;
        return true;
    }

    private long Next()
    {
        while (!IsWaiting(_oldest))
            _oldest++;
        if (_taken - _oldest >= MaxPassedOver)
            return _oldest;
        while (!IsWaiting(_best.Peek()))
            _best.Dequeue();
        return _best.Peek();
    }

    /// <summary>A number below the oldest has a place that may belong to a newer one by now.</summary>
    private bool IsWaiting(long number) => number >= _oldest && _ring[number % RingLength].Transaction is not null;

    private void ForgetTaken()
    {
        List<(long, (ulong, long))> waiting = new(Capacity);
        foreach ((long number, (ulong Price, long Number) rank) in _best.UnorderedItems)
        {
            if (IsWaiting(number))
                waiting.Add((number, rank));
        }

        _best.Clear();
        _best.EnqueueRange(waiting);
    }

    private readonly record struct Entry(InFlightTransaction? Transaction, uint UnitLimit);

    private sealed class PriceThenArrival : IComparer<(ulong Price, long Number)>
    {
        internal static readonly PriceThenArrival Instance = new();

        public int Compare((ulong Price, long Number) left, (ulong Price, long Number) right)
        {
            int byPrice = right.Price.CompareTo(left.Price);
            return byPrice != 0 ? byPrice : left.Number.CompareTo(right.Number);
        }
    }
}
