using Velox.OrderBook;
using Velox.Primitives;

namespace Velox.Gateway.Tests;

/// <summary>Addresses, messages and doors for tests.</summary>
internal static class Sample
{
    internal static readonly Address Market = AddressOf(1);
    internal static readonly Address SessionKey = AddressOf(2);

    internal static Address AddressOf(byte fill)
    {
        Span<byte> bytes = stackalloc byte[Address.Size];
        bytes.Fill(fill);
        return new Address(bytes);
    }

    internal static OrderMessage Message(uint sequence) =>
        OrderMessage.Place(3, sequence, new NewOrder(Side.Ask, OrderType.PostOnly, 100, 5, sequence));

    internal static byte[] Bytes(OrderMessage message)
    {
        byte[] bytes = new byte[OrderMessage.Size];
        message.WriteTo(bytes);
        return bytes;
    }

    internal static OrderDoor Door(INanoClock clock, int ringCapacity = 64, ParkingSpot? spot = null) =>
        new(Market, SessionKey, ringCapacity, spot ?? new ParkingSpot(), clock);
}
