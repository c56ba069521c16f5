using System.Collections.Frozen;
using Velox.OrderBook;

namespace Velox.Svm;

/// <summary>What a <see cref="BookError"/> means, in words that name the field and its bound.</summary>
public static class BookErrorText
{
    // Made once: refusals are an everyday thing.
    private static readonly FrozenDictionary<BookError, string> Texts = Enum.GetValues<BookError>().ToFrozenDictionary(error => error, Make);

    public static string Describe(BookError error) => Texts.TryGetValue(error, out string? text) ? text : Make(error);

    private static string Make(BookError error) => error switch
    {
        BookError.None => "no error",
        BookError.NotAMarket => "market: the account's data does not begin with the magic of a market",
        BookError.UnsupportedVersion => $"market: the version is not {MarketLayout.Version} or a flag is unknown",
        BookError.MemoryTooShort => "market: the account's data is shorter than its capacities need",
        BookError.MemoryNotEmpty => "market: the account's data, or its new part, is not all zero",
        BookError.InvalidCapacity =>
            $"orderCapacity, blockCapacity, seatCapacity: at least 1 each, at most {MarketLayout.MaxOrders}, "
            + $"{MarketLayout.MaxBlocks} and {MarketLayout.MaxSeats}, and {MarketLayout.MaxMarketBytes} bytes together; of a market to grow none lower than now",
        BookError.InvalidLotSize => "lotSize: at least 1",
        BookError.InvalidTickSize => "tickSize: at least 1",
        BookError.InvalidFee => $"makerFeeBps, takerFeeBps: at most {MarketLayout.MaxFeeBps}; a negative makerFeeBps: not below -takerFeeBps",
        BookError.InvalidOpenOrderLimit => $"maxOpenOrdersPerSeat: 1 to {MarketLayout.MaxOpenOrdersPerSeat}",
        BookError.CorruptMarket => "market: the slab contradicts itself",
        BookError.UnknownSeat => "seat: not the index of an opened seat",
        BookError.SeatsFull => "seat: all of the market's seatCapacity seats are taken",
        BookError.SeatExists => "owner: has a seat already, one is the most",
        BookError.InvalidOwner => "owner: must not be the zero address",
        BookError.NotSeatOwner => "owner: the signer is not the owner of the seat",
        BookError.NotSessionKey => "session key: the signer is not the session key of the seat",
        BookError.NotAuthority => "authority: the signer is not the authority of the market",
        BookError.InvalidAmount => "amount: at least 1; asset: 0 base or 1 quote",
        BookError.InsufficientFunds => "amount: more than the free balance",
        BookError.BalanceOverflow => $"amount: the market would hold more than {ulong.MaxValue} atoms of the asset",
        BookError.InvalidOrderType => "side: 0 or 1; type: 0 to 5; selfTrade: 0 to 3",
        BookError.InvalidQuantity => "quantityLots: at least 1",
        BookError.InvalidPrice => "priceTicks: at least 1; of a market order 0, of a market bid with a trigger what a lot is locked at",
        BookError.ValueOverflow => $"quantityLots, priceTicks: the order is worth more than {ulong.MaxValue} atoms",
        BookError.DuplicateClientOrderId => "clientOrderId: the seat has an open order with this id",
        BookError.SeatOrdersFull => "seat: has the market's maxOpenOrdersPerSeat open orders already",
        BookError.OrdersFull => "market: all of its orderCapacity orders are open",
        BookError.LevelsFull => "market: all of its blockCapacity blocks of 64 prices are taken",
        BookError.WouldCross => "priceTicks: the post-only order would match on arrival",
        BookError.WouldNotFill =>
            $"quantityLots: the fill-or-kill order would not fill wholly in {Market.MaxFillsPerOrder} fills",
        BookError.SequenceExhausted => $"market: has numbered {MarketLayout.MaxOrderSequence} orders and takes no more",
        BookError.InvalidTrigger => "triggerTicks: only for limit, immediate-or-cancel and market",
        BookError.InvalidDisplay => "displayLots: only for limit, post-only and post-only-slide",
        BookError.InvalidExpiry => "expiry: past, or the order cannot stay open",
        BookError.TriggersPending => "triggerTicks: triggered stops are waiting, no stop is taken until they are in",
        BookError.InvalidQuote => "quote: the client order ids are 0 or equal, or the bid is not below the ask",
        BookError.UnknownOrder => "order id: the seat has no open order with this id",
        BookError.InvalidCancelLimit => $"max: 1 to {Market.MaxCancelsPerOperation}",
        BookError.EventBufferFull => $"events: room for {Market.MaxEventsPerOperation} is needed",
        BookError.InvalidMessageLength => $"message: must be {OrderMessage.Size} bytes",
        BookError.InvalidMessageKind => "message kind: 1 to 11",
        BookError.InvalidMessageFlags => "message flags: type 0 to 5, bits 6 and 7 zero",
        BookError.UnusedFieldNotZero => "message: a field that its kind does not use is not zero",
        BookError.InvalidPhase => "phase: 0 continuous, 1 call (not in a market that only matches) or 2 halted",
        BookError.NotInCall => "market: is not in a call, there is nothing to uncross",
        BookError.UncrossPending => "market: an uncross goes on, and must be done first",
        BookError.BookCrossed => "market: the best bid is not below the best ask, uncross first",
        BookError.MarketHalted => "market: is halted, orders can be cancelled and reduced only",
        BookError.TypeNotInCall => "type: in a call only limit orders and orders with a trigger are taken",
        BookError.SeatStopped => "seat: is stopped and takes no orders until it is resumed",
        BookError.OutsidePriceBand => "priceTicks: farther from the last trade than the market's price band",
        BookError.SeatNotionalFull => "seat: its open orders would be worth more than its limit",
        BookError.InvalidLimit =>
            $"bandBps: at most {Market.MaxPriceBandBps}; maxOpenOrders: at most {MarketLayout.MaxOpenOrdersPerSeat}",
        BookError.LimitNotLowered => "limits: the owner of a seat may lower them and not raise them",
        BookError.NotALedger => "ledger: behind the market stands none, or one of another instrument",
        BookError.InvalidInstrument => "terms: out of bounds, or not the instrument's; market: must only match and have no open orders",
        BookError.NoMarkPrice => "markTicks: the first mark price is not set yet",
        BookError.InsufficientMargin => "margin: the equity does not cover the worst case",
        BookError.PositionLimit => $"quantityLots: the position could exceed {LedgerLayout.MaxPositionLots} lots",
        BookError.NotTrading => "market: the instrument has expired or is settled",
        BookError.NotExpired => "market: the instrument has not expired, or never does",
        BookError.NotLiquidatable => "seat: its equity covers the maintenance margin",
        BookError.InvalidFunding => "ratePpm: above the bound of the terms, or too soon after the last funding, or there is none",
        BookError.InvalidMark => $"markTicks: at least 1, and a lot worth at most {LedgerLayout.MaxLotValueAtoms} atoms",
        _ => $"unknown book error {(ushort)error}",
    };
}
