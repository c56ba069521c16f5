using System.Buffers.Binary;
using Velox.OrderBook;

namespace Velox.Svm;

/// <summary>PlaceSpecial, Replace, ReplaceByClientId, ReplaceQuote and Advance; the rules are in docs/order-types.md.</summary>
internal static class BookSpecialOrders
{
    internal static InstructionError Place(in BookCall call, BincodeReader fields)
    {
        uint seat = fields.UInt32();
        var side = (Side)fields.Byte();
        var type = (OrderType)fields.Byte();
        var selfTrade = (SelfTrade)fields.Byte();
        ulong clientOrderId = fields.UInt64();
        ulong priceTicks = fields.UInt64();
        ulong quantityLots = fields.UInt64();
        ulong displayLots = fields.UInt64();
        ulong triggerTicks = fields.UInt64();
        var order = new NewOrder(
            side, type, priceTicks, quantityLots, clientOrderId, selfTrade, displayLots, triggerTicks,
            Expiry.FromBits(fields.UInt64()));
        InstructionError error = call.RequireTrader(seat);
        if (error.IsError)
            return error;

        EventWriter events = call.NewEvents();
        error = call.Check(call.Market.Place(seat, order, ref events, out OperationResult result));
        if (!error.IsError)
            error = call.Publish(ref events);
        return error.IsError ? error : BookOrders.Return(call, result);
    }

    internal static InstructionError Replace(BookInstructionTag tag, in BookCall call, BincodeReader fields)
    {
        uint seat = fields.UInt32();
        ulong id = fields.UInt64();
        ulong priceTicks = fields.UInt64();
        ulong quantityLots = fields.UInt64();
        var selfTrade = (SelfTrade)fields.Byte();
        InstructionError error = call.RequireTrader(seat);
        if (error.IsError)
            return error;

        EventWriter events = call.NewEvents();
        BookError refusal = tag == BookInstructionTag.Replace
            ? call.Market.Replace(seat, id, priceTicks, quantityLots, selfTrade, ref events, out OperationResult result)
            : call.Market.ReplaceByClientId(seat, id, priceTicks, quantityLots, selfTrade, ref events, out result);
        error = call.Check(refusal);
        if (!error.IsError)
            error = call.Publish(ref events);
        return error.IsError ? error : BookOrders.Return(call, result);
    }

    internal static InstructionError ReplaceQuote(in BookCall call, BincodeReader fields)
    {
        uint seat = fields.UInt32();
        var type = (OrderType)fields.Byte();
        var selfTrade = (SelfTrade)fields.Byte();
        Expiry expiry = Expiry.FromBits(fields.UInt64());
        ulong bidClientOrderId = fields.UInt64();
        ulong bidPriceTicks = fields.UInt64();
        ulong bidLots = fields.UInt64();
        ulong askClientOrderId = fields.UInt64();
        ulong askPriceTicks = fields.UInt64();
        var quote = new TwoSidedQuote(
            bidClientOrderId, bidPriceTicks, bidLots, askClientOrderId, askPriceTicks, fields.UInt64(), type, selfTrade, expiry);
        InstructionError error = call.RequireTrader(seat);
        if (error.IsError)
            return error;

        EventWriter events = call.NewEvents();
        error = call.Check(call.Market.ReplaceQuote(
            seat, quote, ref events, out OperationResult bid, out OperationResult ask));
        if (!error.IsError)
            error = call.Publish(ref events);
        if (error.IsError)
            return error;

        Span<byte> returned = stackalloc byte[BookWire.ReplaceQuoteReturnSize];
        BinaryPrimitives.WriteUInt64LittleEndian(returned, bid.OrderId);
        BinaryPrimitives.WriteUInt64LittleEndian(returned[8..], ask.OrderId);
        return call.Context.SetReturnData(returned);
    }

    /// <summary>Needs no signature: it does what any operation would do first.</summary>
    internal static InstructionError Advance(in BookCall call)
    {
        EventWriter events = call.NewEvents();
        InstructionError error = call.Check(call.Market.Advance(ref events));
        return error.IsError ? error : call.Publish(ref events);
    }
}
