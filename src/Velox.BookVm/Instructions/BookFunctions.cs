using System.Runtime.InteropServices;
using Velox.Bpf;
using Velox.OrderBook;

namespace Velox.BookVm;

/// <summary>What the instructions and syscalls of the book do; docs/book-vm.md says it for programs.</summary>
/// <remarks>
/// Arguments are in r1 to r5. Refusals are values: a <see cref="BookError"/> or <see cref="BookVmError"/>, and its negative where
/// else a count is returned. Only memory that the program may not use ends it.
/// </remarks>
internal static class BookFunctions
{
    /// <summary>r1 seat, r2 flags, r3 priceTicks, r4 quantityLots, r5 clientOrderId: error.</summary>
    internal static ulong PlaceOrder(HostCall call) =>
        (ulong)RunOf(call).Place(call.Argument1, call.Argument2, call.Argument3, call.Argument4, call.Argument5);

    /// <summary>r1 seat, r2 orderId: error.</summary>
    internal static ulong CancelOrder(HostCall call) => (ulong)RunOf(call).Cancel(call.Argument1, call.Argument2);

    /// <summary>r1 seat, r2 clientOrderId: error.</summary>
    internal static ulong CancelClient(HostCall call) => (ulong)RunOf(call).CancelByClientId(call.Argument1, call.Argument2);

    /// <summary>r1 seat, r2 side, r3 limit priceTicks, r4 most lots: error. An order that never rests.</summary>
    internal static ulong MatchOrders(HostCall call) =>
        (ulong)RunOf(call).Match(call.Argument1, call.Argument2, call.Argument3, call.Argument4);

    /// <summary>r1 order messages, r2 how many, r3 where a 16-bit error for each goes, or 0: how many were executed.</summary>
    internal static ulong BulkUpdate(HostCall call)
    {
        ulong count = call.Argument2;
        if (count > ShardedBook.MaxBulk)
            return Negative(BookVmError.TooMany);
        Span<byte> errors = default;
        if (!call.TryRead(call.Argument1, count * OrderMessage.Size, out ReadOnlySpan<byte> messages)
            || (call.Argument3 != 0 && !call.TryWrite(call.Argument3, count * sizeof(ushort), out errors))
            || !call.TryConsume(count * BookPrices.BulkMessage))
        {
            return 0;
        }

        return (ulong)RunOf(call).Execute(messages, errors);
    }

    /// <summary>r1 word, r2 value: error. The word of the shard that the program runs on.</summary>
    internal static ulong UpdateShard(HostCall call)
    {
        if (call.Argument1 >= ShardedBook.WordCount)
            return (ulong)BookVmError.UnknownWord;
        RunOf(call).Shard.SetWord(call.Argument1, call.Argument2);
        return 0;
    }

    /// <summary>r1 shard, r2 word: its value, 0 where there is none.</summary>
    internal static ulong ReadShard(HostCall call) => RunOf(call).Book.Find(call.Argument1)?.WordAt(call.Argument2) ?? 0;

    /// <summary>r1 shard, r2 data, r3 bytes: error.</summary>
    internal static ulong SendShard(HostCall call)
    {
        ShardRun run = RunOf(call);
        if (call.Argument3 is 0 or > ShardMessage.MaxDataBytes)
            return (ulong)BookVmError.InvalidMessageLength;
        if (run.Book.Find(call.Argument1) is not { } target)
            return (ulong)BookVmError.UnknownShard;
        return call.TryRead(call.Argument2, call.Argument3, out ReadOnlySpan<byte> data)
            ? (ulong)target.TrySend(new ShardMessage((uint)run.Shard.Index, data))
            : 0;
    }

    /// <summary>r1 where a <see cref="ShardMessage"/> goes: 1, or 0 when none is left.</summary>
    internal static ulong ReceiveShard(HostCall call)
    {
        // Looked at before the message is taken: one that cannot be delivered waits on.
        if (!call.TryWrite(call.Argument1, ShardMessage.Size, out Span<byte> place) || !RunOf(call).TryReceive(out ShardMessage message))
            return 0;
        MemoryMarshal.Write(place, in message);
        return 1;
    }

    internal static ulong PriceCheckAtMost(HostCall call) => CheckPrices(call, PriceTest.AtMost);

    internal static ulong PriceCheckAtLeast(HostCall call) => CheckPrices(call, PriceTest.AtLeast);

    /// <summary>r1 a side's bit, r2 priceTicks: open lots.</summary>
    internal static ulong DepthAt(HostCall call) => DepthAt(call, call.Argument1, call.Argument2);

    internal static ulong DepthAt(HostCall call, ulong side, ulong priceTicks)
    {
        ShardRun run = RunOf(call);
        if (side > (ulong)Side.Ask)
            return 0;
        run.Shard.Market.TryGetLevel((Side)side, priceTicks, out DepthLevel level);
        return level.Lots;
    }

    /// <summary>r1 side, r2 where prices go, r3 most levels, r4 where lots go, or 0: how many levels.</summary>
    internal static ulong ReadLevels(HostCall call)
    {
        ulong most = call.Argument3;
        if (most > ShardedBook.MaxBulk)
            return Negative(BookVmError.TooMany);
        Span<byte> lots = default;
        if (!call.TryWrite(call.Argument2, most * sizeof(ulong), out Span<byte> prices)
            || (call.Argument4 != 0 && !call.TryWrite(call.Argument4, most * sizeof(ulong), out lots))
            || !call.TryConsume(most * BookPrices.Level))
        {
            return 0;
        }

        return (ulong)RunOf(call).ReadLevels(call.Argument1, prices, lots);
    }

    internal static ulong BestBid(HostCall call) => RunOf(call).Shard.BestBidTicks;

    internal static ulong BestAsk(HostCall call) => RunOf(call).Shard.BestAskTicks;

    internal static ulong BestBidOf(HostCall call, ulong shard) => RunOf(call).Book.Find(shard)?.BestBidTicks ?? 0;

    internal static ulong BestAskOf(HostCall call, ulong shard) => RunOf(call).Book.Find(shard)?.BestAskTicks ?? 0;

    /// <summary>A field of the last operation's result.</summary>
    internal static unsafe ulong ResultOf(HostCall call, ulong field)
    {
        BookShard shard = RunOf(call).Shard;
        return field < ShardView.ResultWords ? shard.View->Result[field] : 0;
    }

    /// <summary>r1 prices, r2 how many, r3 bound, r4 where the mask goes: how many pass.</summary>
    private static ulong CheckPrices(HostCall call, PriceTest test)
    {
        ulong count = call.Argument2;
        if (count > ShardedBook.MaxBulk)
            return Negative(BookVmError.TooMany);
        ulong priceBytes = count * sizeof(ulong);
        ulong maskBytes = (ulong)PriceCheck.MaskWords((int)count) * sizeof(ulong);
        if (call.Argument4 - call.Argument1 < priceBytes || call.Argument1 - call.Argument4 < maskBytes)
            return Negative(BookVmError.Overlap);
        if (!call.TryRead(call.Argument1, priceBytes, out ReadOnlySpan<byte> prices) || !call.TryWrite(call.Argument4, maskBytes, out Span<byte> mask))
            return 0;
        return (ulong)PriceCheck.Run(MemoryMarshal.Cast<byte, ulong>(prices), call.Argument3, test, MemoryMarshal.Cast<byte, ulong>(mask));
    }

    private static ulong Negative(BookVmError error) => (ulong)-(long)error;

    private static ShardRun RunOf(HostCall call)
    {
        if (call.Context is not ShardRun run)
            throw new InvalidOperationException("Instructions of the book run in a BookVirtualMachine.");
        run.ThrowKept();
        return run;
    }
}
