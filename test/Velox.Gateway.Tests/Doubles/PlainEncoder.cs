using System.Runtime.InteropServices;
using Velox.OrderBook;

namespace Velox.Gateway.Tests;

/// <summary>Joins the messages to bytes, unsigned: what went in can be read back.</summary>
internal sealed class PlainEncoder : IBundleEncoder
{
    public byte[] Encode(ReadOnlySpan<OrderMessage> messages) => MemoryMarshal.AsBytes(messages).ToArray();

    internal static ReadOnlySpan<OrderMessage> Decode(byte[] transaction) =>
        MemoryMarshal.Cast<byte, OrderMessage>(transaction.AsSpan());
}
