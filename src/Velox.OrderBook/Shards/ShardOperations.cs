using Velox.Primitives;

namespace Velox.OrderBook;

/// <summary>Commands on a market: what they would answer, and doing them.</summary>
internal static class ShardOperations
{
    internal static bool MayStandAlone(ShardCommandKind kind) => kind is > ShardCommandKind.None and < ShardCommandKind.Together;

    /// <summary>Whether <see cref="Check"/> knows beforehand what it answers.</summary>
    internal static bool MayBeLeg(ShardCommandKind kind) =>
        kind is ShardCommandKind.Place or ShardCommandKind.Credit or ShardCommandKind.Debit;

    /// <summary>What <see cref="Apply"/> of a leg would answer now, when no work is due.</summary>
    internal static BookError Check(in Market market, in ShardCommand leg) => leg.Kind switch
    {
        ShardCommandKind.Place => market.CheckPlace(leg.Seat, in ShardCommand.OrderOf(in leg), leg.Slot),
        ShardCommandKind.Credit => market.CheckCredit(leg.Seat, leg.Asset, leg.Amount),
        _ => market.CheckDebit(leg.Seat, leg.Asset, leg.Amount),
    };

    /// <summary>Does it, if the market agrees.</summary>
    /// <param name="market">The command's market.</param>
    /// <param name="command">Not of an entry of the table.</param>
    /// <param name="events">With room for one operation.</param>
    /// <param name="answer">Gets the error and what was done.</param>
    internal static void Apply(in Market market, in ShardCommand command, ref EventWriter events, ref ShardAnswer answer)
    {
        uint seat = command.Seat;
        OperationResult result = default;
        UncrossResult uncross = default;
        ref readonly Address address = ref ShardCommand.AddressOf(in command);
        answer.Error = command.Kind switch
        {
            ShardCommandKind.Place => market.Place(seat, in ShardCommand.OrderOf(in command), ref events, out result),
            ShardCommandKind.Cancel => market.Cancel(seat, command.Id, ref events, out result),
            ShardCommandKind.CancelByClientId => market.CancelByClientId(seat, command.Id, ref events, out result),
            ShardCommandKind.CancelAll => market.CancelAll(seat, (int)command.Amount, ref events, out result),
            ShardCommandKind.Reduce => market.Reduce(seat, command.Id, command.Amount, ref events, out result),
            ShardCommandKind.ReduceByClientId =>
                market.ReduceByClientId(seat, command.Id, command.Amount, ref events, out result),
            ShardCommandKind.Credit => market.Credit(seat, command.Asset, command.Amount),
            ShardCommandKind.Debit => market.Debit(seat, command.Asset, command.Amount),
            ShardCommandKind.Advance => market.Advance(ref events),
            ShardCommandKind.SetPhase => market.SetPhase(in address, (MarketPhase)command.Setting, ref events),
            ShardCommandKind.Uncross => market.Uncross(in address, ref events, out uncross),
            ShardCommandKind.SetPriceBand => market.SetPriceBand(in address, command.Setting, command.Limit),
            ShardCommandKind.SetSeatLimits =>
                market.SetSeatLimits(in address, seat, new SeatLimits(command.Setting, command.Limit)),
            ShardCommandKind.StopSeat => market.StopSeat(in address, seat, ref events, out result),
            ShardCommandKind.ResumeSeat => market.ResumeSeat(in address, seat),
            _ => market.OpenSeat(in address, out seat),
        };
        answer.Seat = seat;
        answer.Result = result;
        answer.Uncross = uncross;
    }
}
