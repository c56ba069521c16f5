using System.Runtime.InteropServices;
using Velox.OrderBook;

namespace Velox.Cli;

/// <summary>An operation as a gateway hands it to the engine: with the seat of its sender, who also knows the side of a cancel.</summary>
[StructLayout(LayoutKind.Sequential, Size = 32)]
internal struct FlowMessage
{
    public FlowAction Action;
    public Side Side;
    public ushort Symbol;
    public ushort Seat;
    public ulong PriceTicks;
    public ulong QuantityLots;

    /// <summary>The client order id.</summary>
    public ulong Id;

    /// <summary>Whether it is about an order that is open already.</summary>
    internal readonly bool NamesOpenOrder => Action is not (FlowAction.Add or FlowAction.ImmediateOrCancel);

    /// <summary>Seats of a market, in pairs: the even one buys, the odd one sells, so that no order meets its own seat.</summary>
    internal const int Seats = 64;

    internal static ushort SeatOf(ulong id, Side side) => (ushort)((2 * (id % (Seats / 2))) + (ulong)side);

    /// <summary>The messages of a flow, made before the time is taken.</summary>
    /// <param name="flow">In its order.</param>
    /// <param name="idOf">Other ids for the flow's; null: its own.</param>
    internal static FlowMessage[] Prepare(Flow flow, Func<ulong, ulong>? idOf = null)
    {
        // Orders never change sides, so what placed an id tells the side of all that names it.
        var sides = new Dictionary<ulong, Side>(flow.Operations.Length / 2);
        var messages = new FlowMessage[flow.Operations.Length];
        for (int i = 0; i < messages.Length; i++)
        {
            ref readonly FlowOperation operation = ref flow.Operations[i];
            if (operation.Action is FlowAction.Add or FlowAction.ImmediateOrCancel)
                sides[operation.Id] = operation.Side;
            Side side = sides.GetValueOrDefault(operation.Id, operation.Side);
            messages[i] = new FlowMessage
            {
                Action = operation.Action,
                Side = side,
                Symbol = operation.Symbol,
                Seat = SeatOf(operation.Id, side),
                PriceTicks = (ulong)operation.PriceTicks,
                QuantityLots = operation.QuantityLots,
                Id = idOf is null ? operation.Id : idOf(operation.Id),
            };
        }

        return messages;
    }
}

/// <summary>Books of all symbols that a flow is replayed through, on one thread.</summary>
internal interface IFlowBooks
{
    /// <summary>Does the messages in their order, and sums up the trades.</summary>
    void Apply(ReadOnlySpan<FlowMessage> messages);

    /// <summary>The trades summed up, and what rests now. Once, at the end.</summary>
    FlowChecksums Finish();
}
