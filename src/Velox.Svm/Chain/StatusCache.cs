using System.Diagnostics;

namespace Velox.Svm;

/// <summary>The messages recorded in recent blocks, so that none is executed twice.</summary>
/// <remarks>
/// A message older than the oldest accepted blockhash is refused for its age, so nothing needs to be remembered longer.
/// Memory grows to what so many blocks hold: 48 to 96 bytes a message.
/// </remarks>
/// <param name="maxAge">How many last blocks a transaction may name.</param>
public sealed class StatusCache(int maxAge) : ITransactionHistory
{
    // So far ahead are lines asked for when a block is forgotten: about as long as memory takes to answer.
    private const int PrefetchDistance = 8;

    private readonly FingerprintSet _messages = new();
    private readonly Queue<(ulong Slot, int Count)> _slots = new();

    // In the order in which they came: a ring, so that a block's are side by side.
    private UInt128[] _order = new UInt128[1_024];
    private int _first;
    private int _count;
    private (ulong Slot, int Count) _open;

    public bool Contains(UInt128 fingerprint) => _messages.Contains(fingerprint);

    public void Prefetch(UInt128 fingerprint) => _messages.Prefetch(fingerprint);

    /// <summary>Remembers a message.</summary>
    /// <param name="fingerprint">Of the message.</param>
    /// <param name="slot">Of its block; never less than the last one.</param>
    public void Add(UInt128 fingerprint, ulong slot)
    {
        if (!_messages.Add(fingerprint))
            return;
        if (slot != _open.Slot)
        {
            Debug.Assert(slot > _open.Slot, "Blocks come in order.");
            if (_open.Count > 0)
                _slots.Enqueue(_open);
            _open = (slot, 0);
        }

        if (_count == _order.Length)
            Grow();
        _order[(_first + _count++) & (_order.Length - 1)] = fingerprint;
        _open.Count++;
    }

    /// <summary>Forgets the messages of blocks whose hashes are no longer accepted in this slot.</summary>
    internal void Expire(ulong slot)
    {
        while (_slots.TryPeek(out (ulong Slot, int Count) oldest) && oldest.Slot + (ulong)maxAge < slot)
        {
            Forget(oldest.Count);
            _slots.Dequeue();
        }

        if (_open.Slot + (ulong)maxAge < slot && _slots.Count == 0)
        {
            Forget(_open.Count);
            _open.Count = 0;
        }
    }

    private void Forget(int count)
    {
        int mask = _order.Length - 1;
        for (int i = 0; i < count; i++)
        {
            _messages.Prefetch(_order[(_first + i + PrefetchDistance) & mask]);
            _messages.Remove(_order[(_first + i) & mask]);
        }

        _first = (_first + count) & mask;
        _count -= count;
    }

    private void Grow()
    {
        var order = new UInt128[2 * _order.Length];
        int untilEnd = _order.Length - _first;
        _order.AsSpan(_first).CopyTo(order);
        _order.AsSpan(0, _first).CopyTo(order.AsSpan(untilEnd));
        _order = order;
        _first = 0;
    }
}
