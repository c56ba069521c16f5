using System.Buffers.Binary;
using Velox.OrderBook;

namespace Velox.Svm;

/// <summary>
/// SetPriceBand by the market's authority; SetSeatLimits, StopSeat and ResumeSeat by it or the seat's owner. The rules are in
/// docs/auctions-and-risk.md.
/// </summary>
internal static class BookLimits
{
    internal static InstructionError SetPriceBand(in BookCall call, BincodeReader fields)
    {
        ushort bandBps = fields.UInt16();
        InstructionError error = call.RequireSigner();
        return error.IsError ? error : call.Check(call.Market.SetPriceBand(call.Signer, bandBps, fields.UInt64()));
    }

    internal static InstructionError SetSeatLimits(in BookCall call, BincodeReader fields)
    {
        uint seat = fields.UInt32();
        uint maxOpenOrders = fields.UInt32();
        var limits = new SeatLimits(maxOpenOrders, fields.UInt64());
        InstructionError error = call.RequireSigner();
        return error.IsError ? error : call.Check(call.Market.SetSeatLimits(call.Signer, seat, limits));
    }

    /// <summary>Kill switch. Returns how many orders of the seat are still open.</summary>
    internal static InstructionError StopSeat(in BookCall call, BincodeReader fields)
    {
        uint seat = fields.UInt32();
        InstructionError error = call.RequireSigner();
        if (error.IsError)
            return error;

        EventWriter events = call.NewEvents();
        error = call.Check(call.Market.StopSeat(call.Signer, seat, ref events, out _));
        if (!error.IsError)
            error = call.Publish(ref events);
        if (error.IsError)
            return error;

        call.Market.TryGetSeat(seat, out SeatNode stopped);
        Span<byte> returned = stackalloc byte[BookWire.StopSeatReturnSize];
        BinaryPrimitives.WriteUInt32LittleEndian(returned, stopped.OpenOrders);
        return call.Context.SetReturnData(returned);
    }

    internal static InstructionError ResumeSeat(in BookCall call, BincodeReader fields)
    {
        uint seat = fields.UInt32();
        InstructionError error = call.RequireSigner();
        return error.IsError ? error : call.Check(call.Market.ResumeSeat(call.Signer, seat));
    }
}
