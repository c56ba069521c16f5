using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Velox.OrderBook;

namespace Velox.BookVm;

/// <summary>What the instructions of a run act on: a claimed shard, and for whom.</summary>
/// <remarks>Numbers come from programs: each is checked here or by the market. Results of operations are in the shard's view.</remarks>
internal sealed class ShardRun(ShardedBook book, BookShard shard, uint? seat)
{
    // The seats that the program may act for: this one, and so many behind it.
    private readonly ulong _firstSeat = seat ?? 0;
    private readonly ulong _moreSeats = seat is null ? uint.MaxValue : 0;

    private int _messagesLeft;
    private ulong _slot;
    private Exception? _kept;

    internal ShardedBook Book => book;

    internal BookShard Shard => shard;

    /// <summary>Begins a run: it gets the messages that wait now, not those that arrive later.</summary>
    internal void Begin(ulong slot)
    {
        _slot = slot;
        _messagesLeft = shard.WaitingMessages;
    }

    // Operations are methods of their own, optimised with the market's code in them: native code comes in by a method that is not.
    // Locals are not cleared: all are written before they are read.
    [MethodImpl(MethodImplOptions.NoInlining)]
    [SkipLocalsInit]
    internal BookError Place(ulong ofSeat, ulong flags, ulong priceTicks, ulong quantityLots, ulong clientOrderId)
    {
        if (!MayActFor(ofSeat))
            return shard.Refuse(WhyNot(ofSeat));
        if (flags > byte.MaxValue)
            return shard.Refuse(BookError.InvalidOrderType);

        // As in an order message: bit 0 is the side, the rest the type.
        var order = new NewOrder((Side)(flags & 1), (OrderType)(flags >> 1), priceTicks, quantityLots, clientOrderId);
        EventWriter events = shard.BeginOperation(_slot);
        BookError error = shard.Market.Place((uint)ofSeat, in order, ref events, out OperationResult result);
        return shard.EndOperation(error, in events, in result);
    }

    /// <summary>Takes what rests at a limit or better, and never rests itself.</summary>
    internal BookError Match(ulong ofSeat, ulong side, ulong limitTicks, ulong mostLots)
    {
        ulong flags = side <= (ulong)Side.Ask ? side | ((ulong)OrderType.ImmediateOrCancel << 1) : ulong.MaxValue;
        return Place(ofSeat, flags, limitTicks, mostLots, clientOrderId: 0);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    [SkipLocalsInit]
    internal BookError Cancel(ulong ofSeat, ulong orderId)
    {
        if (!MayActFor(ofSeat))
            return shard.Refuse(WhyNot(ofSeat));
        EventWriter events = shard.BeginOperation(_slot);
        BookError error = shard.Market.Cancel((uint)ofSeat, orderId, ref events, out OperationResult result);
        return shard.EndOperation(error, in events, in result);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    [SkipLocalsInit]
    internal BookError CancelByClientId(ulong ofSeat, ulong clientOrderId)
    {
        if (!MayActFor(ofSeat))
            return shard.Refuse(WhyNot(ofSeat));
        EventWriter events = shard.BeginOperation(_slot);
        BookError error = shard.Market.CancelByClientId((uint)ofSeat, clientOrderId, ref events, out OperationResult result);
        return shard.EndOperation(error, in events, in result);
    }

    /// <summary>Executes order messages one after the other.</summary>
    /// <param name="messages">A multiple of <see cref="OrderMessage.Size"/> bytes.</param>
    /// <param name="errors">Takes an error for each message; empty where nobody asks.</param>
    /// <returns>How many were executed.</returns>
    internal int Execute(ReadOnlySpan<byte> messages, Span<byte> errors)
    {
        int executed = 0;
        Span<ushort> errorOf = MemoryMarshal.Cast<byte, ushort>(errors);
        for (int i = 0; i < messages.Length / OrderMessage.Size; i++)
        {
            if (OrderMessage.TryParse(messages.Slice(i * OrderMessage.Size, OrderMessage.Size), out OrderMessage message, out BookError error))
                error = Execute(in message);
            if (error == BookError.None)
                executed++;
            if (i < errorOf.Length)
                errorOf[i] = (ushort)error;
        }

        return executed;
    }

    private BookError Execute(in OrderMessage message)
    {
        if (!MayActFor(message.Seat))
            return shard.Refuse(WhyNot(message.Seat));
        EventWriter events = shard.BeginOperation(_slot);
        BookError error = shard.Market.Execute(in message, ref events, out OperationResult result);
        return shard.EndOperation(error, in events, in result);
    }

    /// <summary>The best prices of a side, best first.</summary>
    /// <returns>How many.</returns>
    internal int ReadLevels(ulong side, Span<byte> prices, Span<byte> lots)
    {
        Span<DepthLevel> levels = stackalloc DepthLevel[ShardedBook.MaxBulk];
        int most = prices.Length / sizeof(ulong);
        int count = side > (ulong)Side.Ask ? 0 : shard.Market.Depth((Side)side, levels[..most]);
        Span<ulong> priceOf = MemoryMarshal.Cast<byte, ulong>(prices);
        Span<ulong> lotsOf = MemoryMarshal.Cast<byte, ulong>(lots);
        for (int i = 0; i < count; i++)
        {
            priceOf[i] = levels[i].PriceTicks;
            if (i < lotsOf.Length)
                lotsOf[i] = levels[i].Lots;
        }

        return count;
    }

    /// <summary>The next of the messages that waited when the run began.</summary>
    internal bool TryReceive(out ShardMessage message)
    {
        message = default;
        if (_messagesLeft == 0 || !shard.TryReceive(out message))
            return false;
        _messagesLeft--;
        return true;
    }

    /// <summary>Keeps what a function called by native code threw, which must not pass native frames.</summary>
    internal void Keep(Exception exception) => _kept = exception;

    /// <summary>Throws what was kept, in the call that native code makes instead.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void ThrowKept()
    {
        if (_kept is not null)
            Throw();
    }

    private void Throw()
    {
        Exception kept = _kept!;
        _kept = null;
        ExceptionDispatchInfo.Throw(kept);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool MayActFor(ulong ofSeat) => ofSeat - _firstSeat <= _moreSeats;

    private static BookError WhyNot(ulong ofSeat) => ofSeat > uint.MaxValue ? BookError.UnknownSeat : BookError.NotSeatOwner;
}
