using System.Buffers.Binary;
using Velox.OrderBook;

namespace Velox.Svm;

/// <summary>Place, Cancel, CancelByClientId, CancelAll, Reduce: by a seat's owner or session key.</summary>
internal static class BookOrders
{
    internal static InstructionError Place(in BookCall call, BincodeReader fields)
    {
        uint seat = fields.UInt32();
        var side = (Side)fields.Byte();
        var type = (OrderType)fields.Byte();
        ulong clientOrderId = fields.UInt64();
        var order = new NewOrder(side, type, fields.UInt64(), fields.UInt64(), clientOrderId);
        InstructionError error = call.RequireTrader(seat);
        if (error.IsError)
            return error;

        EventWriter events = call.NewEvents();
        error = call.Check(call.Market.Place(seat, order, ref events, out OperationResult result));
        if (!error.IsError)
            error = call.Publish(ref events);
        return error.IsError ? error : Return(call, result);
    }

    /// <summary>Returns what was placed: order id, filled lots and resting lots.</summary>
    internal static InstructionError Return(in BookCall call, in OperationResult result)
    {
        Span<byte> returned = stackalloc byte[BookWire.PlaceReturnSize];
        BinaryPrimitives.WriteUInt64LittleEndian(returned, result.OrderId);
        BinaryPrimitives.WriteUInt64LittleEndian(returned[8..], result.FilledLots);
        BinaryPrimitives.WriteUInt64LittleEndian(returned[16..], result.RestingLots);
        return call.Context.SetReturnData(returned);
    }

    /// <summary>Cancel, CancelByClientId and Reduce: what changes one open order.</summary>
    internal static InstructionError Change(BookInstructionTag tag, in BookCall call, BincodeReader fields)
    {
        uint seat = fields.UInt32();
        ulong id = fields.UInt64();
        InstructionError error = call.RequireTrader(seat);
        if (error.IsError)
            return error;

        EventWriter events = call.NewEvents();
        BookError refusal = tag switch
        {
            BookInstructionTag.Cancel => call.Market.Cancel(seat, id, ref events, out _),
            BookInstructionTag.CancelByClientId => call.Market.CancelByClientId(seat, id, ref events, out _),
            _ => call.Market.Reduce(seat, id, fields.UInt64(), ref events, out _),
        };
        error = call.Check(refusal);
        return error.IsError ? error : call.Publish(ref events);
    }

    /// <summary>CancelAll and CancelSide: the newest orders of a seat.</summary>
    internal static InstructionError CancelAll(BookInstructionTag tag, in BookCall call, BincodeReader fields)
    {
        uint seat = fields.UInt32();
        bool isSide = tag == BookInstructionTag.CancelSide;
        Side side = isSide ? (Side)fields.Byte() : default;
        int max = fields.UInt16();
        InstructionError error = call.RequireTrader(seat);
        if (error.IsError)
            return error;

        EventWriter events = call.NewEvents();
        int limit = max == 0 ? Market.MaxCancelsPerOperation : max;
        error = call.Check(isSide
            ? call.Market.CancelSide(seat, side, limit, ref events, out _)
            : call.Market.CancelAll(seat, limit, ref events, out _));
        return error.IsError ? error : call.Publish(ref events);
    }
}
