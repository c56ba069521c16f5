using Velox.Primitives;

namespace Velox.Svm;

/// <summary>The hashes of recent blocks: a transaction names one to show its age.</summary>
/// <param name="maxAge">A transaction may name one of so many last blocks: the genesis's <see cref="Genesis.BlockhashMaxAge"/>.</param>
public sealed class BlockhashQueue(int maxAge) : IRecentBlockhashes
{
    private readonly HashSet<Hash256> _hashes = [];
    private readonly Queue<Hash256> _order = new();

    public bool IsRecent(Hash256 blockhash) => _hashes.Contains(blockhash);

    internal void Add(Hash256 blockhash)
    {
        if (!_hashes.Add(blockhash))
            return;
        _order.Enqueue(blockhash);
        while (_order.Count > maxAge)
            _hashes.Remove(_order.Dequeue());
    }
}
