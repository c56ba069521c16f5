namespace Velox.OrderBook;

/// <summary>Why an operation of the book was refused. A refused operation has changed nothing.</summary>
/// <remarks>The numbers are part of the public contract: they become custom error codes on the chain. Never
/// renumber.</remarks>
public enum BookError : ushort
{
    None = 0,

    // Opening and creating a market.

    /// <summary>The magic of <see cref="MarketLayout.Magic"/> is missing at offset 0.</summary>
    NotAMarket = 1,

    /// <summary>
    /// version is not <see cref="MarketLayout.Version"/>, or a flag is set that this version does not know.
    /// </summary>
    UnsupportedVersion = 2,

    /// <summary>The memory is shorter than <see cref="MarketLayout.RequiredBytes"/> of its capacities.</summary>
    MemoryTooShort = 3,

    /// <summary>The memory of a new market, or of the new part of one that grows, is not all zero.</summary>
    MemoryNotEmpty = 4,

    /// <summary>orders, levels or seats is zero or above its bound in <see cref="MarketLayout"/>, or together they
    /// need more than <see cref="MarketLayout.MaxMarketBytes"/>, or one is lower than that of the market to grow.</summary>
    InvalidCapacity = 5,

    /// <summary>lotSize is 0.</summary>
    InvalidLotSize = 6,

    /// <summary>tickSize is 0.</summary>
    InvalidTickSize = 7,

    /// <summary>makerFeeBps or takerFeeBps is above <see cref="MarketLayout.MaxFeeBps"/>, or a rebate (negative makerFeeBps) is
    /// above the taker's fee.</summary>
    InvalidFee = 8,

    /// <summary>maxOpenOrdersPerSeat is 0 or above <see cref="MarketLayout.MaxOpenOrdersPerSeat"/>.</summary>
    InvalidOpenOrderLimit = 9,

    /// <summary>The slab contradicts itself: found by a full check, or by the counters of its header.</summary>
    CorruptMarket = 10,

    // Seats and who may act for them.

    /// <summary>seat is not the index of an opened seat.</summary>
    UnknownSeat = 20,

    /// <summary>All seats of the market are taken.</summary>
    SeatsFull = 21,

    /// <summary>The owner has a seat already: one per owner.</summary>
    SeatExists = 22,

    /// <summary>owner is the zero address.</summary>
    InvalidOwner = 23,

    /// <summary>The address given is not the owner of the seat.</summary>
    NotSeatOwner = 24,

    /// <summary>The address given is not the session key of the seat, or the seat has none.</summary>
    NotSessionKey = 25,

    /// <summary>The address given is not the authority of the market.</summary>
    NotAuthority = 26,

    // Money.

    /// <summary>atoms is 0, or asset is not one of <see cref="Asset"/>.</summary>
    InvalidAmount = 30,

    /// <summary>
    /// The free balance does not cover the withdrawal, or the whole order at its limit price; or there are fewer fees.
    /// </summary>
    InsufficientFunds = 31,

    /// <summary>The deposit would take the market's total of the asset above 2^64 - 1 atoms.</summary>
    BalanceOverflow = 32,

    // Placing.

    /// <summary>side or type is not a value of <see cref="Side"/> or <see cref="OrderType"/>.</summary>
    InvalidOrderType = 40,

    /// <summary>quantityLots (or the lots to reduce by) is 0.</summary>
    InvalidQuantity = 41,

    /// <summary>priceTicks is 0.</summary>
    InvalidPrice = 42,

    /// <summary>quantityLots * priceTicks * tickSize or quantityLots * lotSize is above 2^64 - 1 atoms.</summary>
    ValueOverflow = 43,

    /// <summary>The seat has an open order with this client order id, which is not 0.</summary>
    DuplicateClientOrderId = 44,

    /// <summary>The seat has maxOpenOrdersPerSeat open orders, and the order is of a type that may rest.</summary>
    SeatOrdersFull = 45,

    /// <summary>All order nodes are in use, and the order is of a type that may rest.</summary>
    OrdersFull = 46,

    /// <summary>
    /// All level nodes are in use, none is at the order's price, and the order is of a type that may rest.
    /// </summary>
    LevelsFull = 47,

    /// <summary>A post-only order would match on arrival.</summary>
    WouldCross = 48,

    /// <summary>A fill-or-kill order would not fill wholly within its price, before an order of its own seat, and in
    /// <see cref="Market.MaxFillsPerOrder"/> fills.</summary>
    WouldNotFill = 49,

    /// <summary>The market has numbered 2^46 - 1 orders and takes no more.</summary>
    SequenceExhausted = 50,

    /// <summary>triggerTicks is not 0 for an order that is not limit, immediate-or-cancel or market.</summary>
    InvalidTrigger = 51,

    /// <summary>displayLots is not 0 for an order that cannot rest.</summary>
    InvalidDisplay = 52,

    /// <summary>expiry is past, or given for an order that cannot stay open.</summary>
    InvalidExpiry = 53,

    /// <summary>Triggered stops are waiting for the next operations; until they are in, no stop is accepted.</summary>
    TriggersPending = 54,

    /// <summary>The client order ids of a quote are 0 or equal, or its bid is not below its ask.</summary>
    InvalidQuote = 55,

    // Cancelling and reducing.

    /// <summary>The seat has no open order with this id.</summary>
    UnknownOrder = 60,

    /// <summary>The number of orders to cancel is not in 1..<see cref="Market.MaxCancelsPerOperation"/>.</summary>
    InvalidCancelLimit = 61,

    // Events.

    /// <summary>The event buffer has less room than the operation may need.</summary>
    EventBufferFull = 70,

    // Order messages.

    /// <summary>A message is not exactly <see cref="OrderMessage.Size"/> bytes.</summary>
    InvalidMessageLength = 80,

    /// <summary>kind is not a value of <see cref="OrderMessageKind"/>.</summary>
    InvalidMessageKind = 81,

    /// <summary>flags of a place has an unknown order type or a bit above bit 5.</summary>
    InvalidMessageFlags = 82,

    /// <summary>A field that this kind of message does not use is not zero.</summary>
    UnusedFieldNotZero = 83,

    // Phases.

    /// <summary>phase is none that can be set: continuous, call (not in a market that only matches) or halted.</summary>
    InvalidPhase = 90,

    /// <summary>An uncross in a market that is not in a call.</summary>
    NotInCall = 91,

    /// <summary>An uncross goes on: until it is done, every other operation on orders and phases is refused.</summary>
    UncrossPending = 92,

    /// <summary>The best bid is not below the best ask: continuous trading begins with an uncross.</summary>
    BookCrossed = 93,

    /// <summary>The market is halted: orders can be cancelled and reduced, and nothing else.</summary>
    MarketHalted = 94,

    /// <summary>In a call, an order that would enter at once and is not a limit order.</summary>
    TypeNotInCall = 95,

    // Limits.

    /// <summary>The seat is stopped by its owner or the market's authority.</summary>
    SeatStopped = 100,

    /// <summary>The price is farther from the reference than the market's price band.</summary>
    OutsidePriceBand = 101,

    /// <summary>The seat's open orders would be worth more than its limit.</summary>
    SeatNotionalFull = 102,

    /// <summary>A price band or a limit is above its bound.</summary>
    InvalidLimit = 103,

    /// <summary>The owner of a seat raises one of its limits, which only the authority may.</summary>
    LimitNotLowered = 104,

    // Derivatives.

    /// <summary>Behind the market stands no margin ledger, or one of another instrument.</summary>
    NotALedger = 120,

    /// <summary>A term is out of its bounds or none of the instrument's, or the market is not a matching-only one without
    /// open orders.</summary>
    InvalidInstrument = 121,

    /// <summary>Nothing can be valued before the first mark price.</summary>
    NoMarkPrice = 122,

    /// <summary>The equity does not cover the margin of the worst case.</summary>
    InsufficientMargin = 123,

    /// <summary>With all orders of its side filled the position would be above
    /// <see cref="LedgerLayout.MaxPositionLots"/>.</summary>
    PositionLimit = 124,

    /// <summary>The instrument has expired, or is settled.</summary>
    NotTrading = 125,

    /// <summary>The instrument has not expired, or never does.</summary>
    NotExpired = 126,

    /// <summary>The equity covers the maintenance margin.</summary>
    NotLiquidatable = 127,

    /// <summary>The rate is above the terms' bound, or the last funding is too near, or the instrument has none.</summary>
    InvalidFunding = 128,

    /// <summary>The mark price is 0, or a lot would be worth more than
    /// <see cref="LedgerLayout.MaxLotValueAtoms"/>.</summary>
    InvalidMark = 129,
}
