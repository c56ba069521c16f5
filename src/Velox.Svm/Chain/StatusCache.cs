namespace Velox.Svm;

/// <summary>The messages recorded in recent blocks, so that none is executed twice.</summary>
/// <remarks>
/// A message older than the oldest accepted blockhash is refused for its age, so nothing needs to be remembered longer.
/// </remarks>
/// <param name="maxAge">How many last blocks a transaction may name.</param>
public sealed class StatusCache(int maxAge) : ITransactionHistory
{
    private readonly HashSet<UInt128> _messages = [];
    private readonly Queue<(ulong Slot, UInt128 Message)> _order = new();

    public bool Contains(UInt128 fingerprint) => _messages.Contains(fingerprint);

    public void Add(UInt128 fingerprint, ulong slot)
    {
        if (_messages.Add(fingerprint))
            _order.Enqueue((slot, fingerprint));
    }

    /// <summary>Forgets the messages of blocks whose hashes are no longer accepted in this slot.</summary>
    internal void Expire(ulong slot)
    {
        while (_order.TryPeek(out (ulong Slot, UInt128 Message) oldest) && oldest.Slot + (ulong)maxAge < slot)
        {
            _messages.Remove(oldest.Message);
            _order.Dequeue();
        }
    }
}
