using System.Buffers.Binary;
using Velox.OrderBook;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>OpenSeat and SetSession.</summary>
internal static class BookSeats
{
    internal static InstructionError Open(in BookCall call)
    {
        InstructionError error = call.RequireSigner();
        if (!error.IsError)
            error = call.Context.Consume(PagesOfSeats(call.Market) * BookProgram.UnitsPerPage);
        if (error.IsError)
            return error;
        error = call.Check(call.Market.OpenSeat(call.Signer, out uint seat));
        if (error.IsError)
            return error;

        Span<byte> returned = stackalloc byte[BookWire.OpenSeatReturnSize];
        BinaryPrimitives.WriteUInt32LittleEndian(returned, seat);
        return call.Context.SetReturnData(returned);
    }

    internal static InstructionError SetSession(in BookCall call, BincodeReader fields)
    {
        uint seat = fields.UInt32();
        InstructionError error = call.RequireOwner(seat);
        return error.IsError ? error : call.Check(call.Market.SetSessionKey(seat, fields.Address()));
    }

    private static ulong PagesOfSeats(Market market) =>
        (ulong)market.Header.SeatCount * MarketLayout.SeatBytes / TrackedMemory.PageSize;
}
