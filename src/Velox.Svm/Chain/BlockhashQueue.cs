using Velox.Primitives;

namespace Velox.Svm;

/// <summary>The hashes of recent blocks: a transaction names one to show its age.</summary>
/// <param name="maxAge">A transaction may name one of so many last blocks: the genesis's <see cref="Genesis.BlockhashMaxAge"/>.</param>
public sealed class BlockhashQueue(int maxAge)
{
    /// <summary>How many last blocks a transaction may name.</summary>
    public int MaxAge { get; } = maxAge;

    private readonly Dictionary<Hash256, ulong> _slots = [];
    private readonly Queue<Hash256> _order = new();

    public Hash256 Last { get; private set; }

    public bool IsRecent(Hash256 blockhash) => _slots.ContainsKey(blockhash);

    /// <summary>The last slot in which a transaction that names this hash is accepted; null for an unknown hash.</summary>
    public ulong? LastValidSlot(Hash256 blockhash) =>
        _slots.TryGetValue(blockhash, out ulong slot) ? slot + (ulong)MaxAge : null;

    internal void Add(Hash256 blockhash, ulong slot)
    {
        _slots.Add(blockhash, slot);
        _order.Enqueue(blockhash);
        Last = blockhash;
        while (_order.Count > MaxAge)
            _slots.Remove(_order.Dequeue());
    }
}
