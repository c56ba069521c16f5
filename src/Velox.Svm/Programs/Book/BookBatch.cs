using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Velox.OrderBook;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>Batch: up to 16 order messages under one signature of a session key.</summary>
/// <remarks>
/// Each message has its own result, a u16 of <see cref="BookError"/> in the return data. A refused message changes
/// nothing, is logged, and does not stop or undo the others. The instruction fails as a whole only when its data is
/// malformed (length, or a count outside 1 to 16), when account 1 did not sign, or, with
/// <see cref="BookError.NotSessionKey"/>, when account 1 is the session key of no seat that the messages name.
/// </remarks>
internal static class BookBatch
{
    internal static InstructionError Run(in BookCall call, BincodeReader fields)
    {
        int count = fields.Byte();
        ReadOnlySpan<OrderMessage> messages =
            MemoryMarshal.Cast<byte, OrderMessage>(fields.Bytes(count * BookWire.OrderMessageSize));
        Address sessionKey = call.Signer;
        InstructionError error = call.RequireSigner();
        if (!error.IsError)
            error = call.Context.Consume(BookProgram.UnitsPerMessage * (ulong)count);
        if (!error.IsError && !IsAnySeatOf(call.Market, sessionKey, messages))
            error = call.Check(BookError.NotSessionKey);
        if (error.IsError)
            return error;

        EventWriter events = call.NewEvents();
        Span<byte> codes = stackalloc byte[BookWire.MaxBatchMessages * BookWire.BatchReturnSizePerMessage];
        for (int i = 0; i < count; i++)
        {
            BookError refusal = call.Market.Execute(messages[i], sessionKey, ref events, out _);
            if (refusal != BookError.None)
                call.Context.Log($"message {i}: {refusal}: {BookErrorText.Describe(refusal)}");
            BinaryPrimitives.WriteUInt16LittleEndian(
                codes[(i * BookWire.BatchReturnSizePerMessage)..], (ushort)refusal);
            error = call.Publish(ref events);
            if (error.IsError)
                return error;
        }

        return call.Context.SetReturnData(codes[..(count * BookWire.BatchReturnSizePerMessage)]);
    }

    private static bool IsAnySeatOf(Market market, Address sessionKey, ReadOnlySpan<OrderMessage> messages)
    {
        foreach (ref readonly OrderMessage message in messages)
        {
            if (market.CheckSession(message.Seat, sessionKey) == BookError.None)
                return true;
        }

        return false;
    }
}
