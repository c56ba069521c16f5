using System.Buffers.Binary;
using Velox.OrderBook;

namespace Velox.Svm;

/// <summary>SetPhase and Uncross, by the market's authority; the rules are in docs/auctions-and-risk.md.</summary>
internal static class BookAuctions
{
    internal static InstructionError SetPhase(in BookCall call, BincodeReader fields)
    {
        var phase = (MarketPhase)fields.Byte();
        InstructionError error = call.RequireSigner();
        if (error.IsError)
            return error;

        EventWriter events = call.NewEvents();
        error = call.Check(call.Market.SetPhase(call.Signer, phase, ref events));
        return error.IsError ? error : call.Publish(ref events);
    }

    /// <summary>One bounded step of an uncross. Returns whether that was the last, and what it did.</summary>
    internal static InstructionError Uncross(in BookCall call)
    {
        InstructionError error = call.RequireSigner();
        if (!error.IsError)
            error = call.Context.Consume(BookProgram.UnitsPerUncross);
        if (error.IsError)
            return error;

        EventWriter events = call.NewEvents();
        error = call.Check(call.Market.Uncross(call.Signer, ref events, out UncrossResult result));
        if (!error.IsError)
            error = call.Publish(ref events, Market.MaxEventsPerOperation);
        return error.IsError ? error : Return(call, result);
    }

    private static InstructionError Return(in BookCall call, in UncrossResult result)
    {
        Span<byte> returned = stackalloc byte[BookWire.UncrossReturnSize];
        returned[0] = result.IsDone ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt64LittleEndian(returned[1..], result.PriceTicks);
        BinaryPrimitives.WriteUInt64LittleEndian(returned[9..], result.FilledLots);
        BinaryPrimitives.WriteUInt64LittleEndian(returned[17..], result.SelfTradeLots);
        return call.Context.SetReturnData(returned);
    }
}
