using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Velox.OrderBook;

namespace Velox.BookVm;

/// <summary>What the instructions of a run act on: a claimed shard, and for whom.</summary>
/// <remarks>Numbers come from programs: each is checked here or by the market. Results of operations are in the shard's view.</remarks>
internal sealed class ShardRun(ShardedBook book, BookShard shard, uint? seat)
{
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

    [MethodImpl(MethodImplOptions.NoInlining)]
    [SkipLocalsInit]
    internal BookError Place(ulong ofSeat, ulong flags, ulong priceTicks, ulong quantityLots, ulong clientOrderId)
    {
        EventWriter events = shard.BeginOperation(_slot);
        OperationResult result = default;
        BookError error = CheckSeat(ofSeat);
        if (error == BookError.None && flags > byte.MaxValue)
            error = BookError.InvalidOrderType;
        if (error == BookError.None)
        {
            // As in an order message: bit 0 is the side, the rest the type.
            var order = new NewOrder((Side)(flags & 1), (OrderType)(flags >> 1), priceTicks, quantityLots, clientOrderId);
            error = shard.Market.Place((uint)ofSeat, in order, ref events, out result);
        }

        return shard.EndOperation(error, in events, in result);
    }

    /// <summary>Takes what rests at a limit or better, and never rests itself.</summary>
    internal BookError Match(ulong ofSeat, ulong side, ulong limitTicks, ulong mostLots)
    {
        ulong flags = side <= (ulong)Side.Ask ? side | ((ulong)OrderType.ImmediateOrCancel << 1) : ulong.MaxValue;
        return Place(ofSeat, flags, limitTicks, mostLots, clientOrderId: 0);
    }

    internal BookError Cancel(ulong ofSeat, ulong orderId)
    {
        EventWriter events = shard.BeginOperation(_slot);
        OperationResult result = default;
        BookError error = CheckSeat(ofSeat);
        if (error == BookError.None)
            error = shard.Market.Cancel((uint)ofSeat, orderId, ref events, out result);
        return shard.EndOperation(error, in events, in result);
    }

    internal BookError CancelByClientId(ulong ofSeat, ulong clientOrderId)
    {
        EventWriter events = shard.BeginOperation(_slot);
        OperationResult result = default;
        BookError error = CheckSeat(ofSeat);
        if (error == BookError.None)
            error = shard.Market.CancelByClientId((uint)ofSeat, clientOrderId, ref events, out result);
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
        EventWriter events = shard.BeginOperation(_slot);
        OperationResult result = default;
        BookError error = CheckSeat(message.Seat);
        if (error == BookError.None)
            error = shard.Market.Execute(in message, ref events, out result);
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

    private BookError CheckSeat(ulong ofSeat)
    {
        if (ofSeat > uint.MaxValue)
            return BookError.UnknownSeat;
        return seat is { } own && own != ofSeat ? BookError.NotSeatOwner : BookError.None;
    }
}
