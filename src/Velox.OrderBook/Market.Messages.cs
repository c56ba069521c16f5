using Velox.Primitives;

namespace Velox.OrderBook;

/// <content>The order door: messages of a session.</content>
public readonly partial struct Market
{
    /// <summary>Executes one message of the order door for the holder of a session key.</summary>
    /// <param name="message">Checked for form here too, so it may be mapped rather than parsed.</param>
    /// <param name="sessionKey">Who signed: must be the session key of the message's seat.</param>
    /// <param name="events">With room for <see cref="MaxEventsPerOperation"/> no message is refused for it.</param>
    /// <param name="result">What was done.</param>
    /// <returns>The errors of <see cref="OrderMessage.Validate"/>, <see cref="CheckSession"/> and of the
    /// operation.</returns>
    public BookError Execute(
        in OrderMessage message, in Address sessionKey, ref EventWriter events, out OperationResult result)
    {
        result = default;
        BookError error = message.Validate();
        if (error == BookError.None)
            error = CheckSession(message.Seat, sessionKey);
        return error != BookError.None ? error : Apply(message, ref events, out result);
    }

    /// <summary>Executes one message for a sender who is known to act for its seat.</summary>
    /// <returns>The errors of <see cref="OrderMessage.Validate"/> and of the operation.</returns>
    public BookError Execute(in OrderMessage message, ref EventWriter events, out OperationResult result)
    {
        result = default;
        BookError error = message.Validate();
        return error != BookError.None ? error : Apply(message, ref events, out result);
    }

    private BookError Apply(in OrderMessage message, ref EventWriter events, out OperationResult result)
    {
        return message.Kind switch
        {
            OrderMessageKind.Cancel => CancelByClientId(message.Seat, message.ClientOrderId, ref events, out result),
            OrderMessageKind.CancelAll => CancelAll(message.Seat, MaxCancelsPerOperation, ref events, out result),
            OrderMessageKind.CancelSide =>
                CancelSide(message.Seat, message.Side, MaxCancelsPerOperation, ref events, out result),
            OrderMessageKind.Reduce =>
                ReduceByClientId(message.Seat, message.ClientOrderId, message.QuantityLots, ref events, out result),
            OrderMessageKind.Replace => ReplaceByClientId(
                message.Seat, message.ClientOrderId, message.PriceTicks, message.QuantityLots, message.SelfTrade, ref events,
                out result),
            OrderMessageKind.StopSeat => StopOwnSeat(message.Seat, ref events, out result),
            _ => Place(message.Seat, message.ToNewOrder(), ref events, out result),
        };
    }

    /// <summary>What a seat's own session stops counts as stopped by its owner, who resumes it.</summary>
    private BookError StopOwnSeat(uint seat, ref EventWriter events, out OperationResult result)
    {
        result = default;
        return IsOpen(seat) ? StopSeat(_slab.ReadSeat(seat).Owner, seat, ref events, out result) : BookError.UnknownSeat;
    }
}
