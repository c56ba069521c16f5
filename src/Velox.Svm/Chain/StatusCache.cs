using Velox.Primitives;

namespace Velox.Svm;

/// <summary>The messages recorded in recent blocks, so that none is executed twice.</summary>
/// <remarks>
/// A message older than the oldest accepted blockhash is refused for its age, so nothing needs to be remembered longer.
/// </remarks>
/// <param name="maxAge">How many last blocks a transaction may name.</param>
public sealed class StatusCache(int maxAge) : ITransactionHistory
{
    private readonly HashSet<Hash256> _messages = [];
    private readonly Queue<(ulong Slot, Hash256 Message)> _order = new();

    public bool Contains(Hash256 messageHash) => _messages.Contains(messageHash);

    public void Add(Hash256 messageHash, ulong slot)
    {
        if (_messages.Add(messageHash))
            _order.Enqueue((slot, messageHash));
    }

    /// <summary>Forgets the messages of blocks whose hashes are no longer accepted in this slot.</summary>
    internal void Expire(ulong slot)
    {
        while (_order.TryPeek(out (ulong Slot, Hash256 Message) oldest) && oldest.Slot + (ulong)maxAge < slot)
        {
            _messages.Remove(oldest.Message);
            _order.Dequeue();
        }
    }
}
