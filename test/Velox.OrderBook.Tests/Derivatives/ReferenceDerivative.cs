using System.Numerics;

namespace Velox.OrderBook.Tests;

/// <summary>A derivative's market in slow and obvious code: lists, whole numbers without end, everything counted anew.</summary>
internal sealed class ReferenceDerivative(InstrumentTerms terms, ulong tickSize, ulong lotSize, bool isPerpetual)
{
    private static readonly BigInteger IndexScale = BigInteger.One << 24;

    private ulong _nextSequence = 1;

    public List<ReferenceAccount> Accounts { get; } = [];

    /// <summary>Open orders, the oldest first.</summary>
    public List<ReferenceOpenOrder> Orders { get; } = [];

    public BigInteger Mark { get; private set; }

    public BigInteger Vault { get; private set; }

    public BigInteger Insurance { get; private set; }

    public BigInteger Pool { get; private set; }

    public BigInteger Index { get; private set; }

    public LedgerState State { get; private set; }

    private ulong LastFunding { get; set; }

    private int FundingCursor { get; set; }

    private int SettlementCursor { get; set; }

    public BookError OpenAccount()
    {
        if (State != LedgerState.Trading)
            return BookError.NotTrading;
        if (Accounts.Count == terms.AccountCapacity)
            return BookError.SeatsFull;
        Accounts.Add(new ReferenceAccount { Index = Index });
        return BookError.None;
    }

    public BookError Deposit(uint seat, ulong atoms)
    {
        if (seat >= Accounts.Count)
            return BookError.UnknownSeat;
        if (atoms == 0)
            return BookError.InvalidAmount;
        if (Vault + atoms > long.MaxValue)
            return BookError.BalanceOverflow;
        Vault += atoms;
        Accounts[(int)seat].Cash += atoms;
        return BookError.None;
    }

    public BookError Insure(ulong atoms)
    {
        if (atoms == 0)
            return BookError.InvalidAmount;
        if (Vault + atoms > long.MaxValue)
            return BookError.BalanceOverflow;
        Vault += atoms;
        Insurance += atoms;
        return BookError.None;
    }

    public BookError Withdraw(uint seat, ulong atoms)
    {
        if (seat >= Accounts.Count)
            return BookError.UnknownSeat;
        if (atoms == 0)
            return BookError.InvalidAmount;
        ReferenceAccount account = Accounts[(int)seat];
        BigInteger needed = BigInteger.Max(Needed(seat, Side.Bid).Atoms, Needed(seat, Side.Ask).Atoms);
        if (Equity(account) - atoms < needed)
            return BookError.InsufficientMargin;
        if (Vault - atoms < Insurance)
            return BookError.InsufficientFunds;
        Vault -= atoms;
        account.Cash -= atoms;
        return BookError.None;
    }

    public BookError SetMark(ulong markTicks)
    {
        if (markTicks == 0 || (BigInteger)markTicks * tickSize >= BigInteger.One << 48)
            return BookError.InvalidMark;
        if (State != LedgerState.Trading)
            return BookError.NotTrading;
        Mark = markTicks;
        return BookError.None;
    }

    public BookError AddFunding(int ratePpm, ulong unixSeconds)
    {
        if (State != LedgerState.Trading)
            return BookError.NotTrading;
        if (Mark == 0)
            return BookError.NoMarkPrice;
        bool isDue = LastFunding == 0 || (BigInteger)unixSeconds >= (BigInteger)LastFunding + terms.FundingIntervalSeconds;
        if (!isPerpetual || Math.Abs((long)ratePpm) > terms.MaxFundingPpm || unixSeconds == 0 || !isDue)
            return BookError.InvalidFunding;

        // Towards zero, as BigInteger divides.
        BigInteger index = Index + (Mark * tickSize * ratePpm * IndexScale / 1_000_000);
        if (BigInteger.Abs(index) > BigInteger.One << 80)
            return BookError.ValueOverflow;
        Index = index;
        LastFunding = unixSeconds;
        FundingCursor = 0;
        return BookError.None;
    }

    public BookError SettleFunding(int maxAccounts)
    {
        if (maxAccounts is < 1 or > 256)
            return BookError.InvalidLimit;
        for (; maxAccounts > 0 && FundingCursor < Accounts.Count; maxAccounts--)
            PayFunding(Accounts[FundingCursor++]);
        if (FundingCursor < Accounts.Count)
            return BookError.None;
        BigInteger swept = BigInteger.Min(Pool, Vault - Insurance);
        Assert.True(Pool >= 0, "more funding was received than paid");
        Insurance += swept;
        Pool -= swept;
        FundingCursor = 0;
        return BookError.None;
    }

    public BookError Place(uint seat, in NewOrder order, ulong unixSeconds, out ReferenceFill result)
    {
        result = default;
        if (seat >= Accounts.Count)
            return BookError.UnknownSeat;
        if (order.QuantityLots == 0)
            return BookError.InvalidQuantity;
        if (order.PriceTicks == 0)
            return BookError.InvalidPrice;
        BookError error = CheckTrading(unixSeconds);
        if (error != BookError.None)
            return error;
        if ((BigInteger)order.PriceTicks * tickSize >= BigInteger.One << 48)
            return BookError.ValueOverflow;
        bool mayRest = order.Type is OrderType.Limit or OrderType.PostOnly;
        if (mayRest && Orders.Count(open => open.Seat == seat) == 40)
            return BookError.SeatOrdersFull;
        var added = new ReferenceOpenOrder { Seat = seat, Side = order.Side, Price = order.PriceTicks, Lots = order.QuantityLots };
        (BigInteger lots, BigInteger atoms) = Needed(seat, order.Side, added);
        if (lots >= BigInteger.One << 40)
            return BookError.PositionLimit;
        if (Equity(Accounts[(int)seat]) < atoms)
            return BookError.InsufficientMargin;
        if (added.Lots * added.Price * tickSize > ulong.MaxValue || added.Lots * lotSize > ulong.MaxValue)
            return BookError.ValueOverflow;
        BigInteger matching = Makers(added).Aggregate(BigInteger.Zero, (sum, maker) => sum + maker.Lots);
        if (order.Type == OrderType.PostOnly && matching > 0)
            return BookError.WouldCross;
        if (order.Type == OrderType.FillOrKill && matching < added.Lots)
            return BookError.WouldNotFill;

        added.Sequence = _nextSequence++;
        result.Sequence = added.Sequence;
        result.Filled = Match(added);
        if (added.Lots > 0 && mayRest)
        {
            Orders.Add(added);
            result.Resting = added.Lots;
        }

        return BookError.None;
    }

    public BookError Cancel(uint seat, ulong sequence)
    {
        if (seat >= Accounts.Count)
            return BookError.UnknownSeat;
        return Orders.RemoveAll(order => order.Seat == seat && order.Sequence == sequence) == 1
            ? BookError.None
            : BookError.UnknownOrder;
    }

    public BookError Reduce(uint seat, ulong sequence, ulong byLots)
    {
        if (seat >= Accounts.Count)
            return BookError.UnknownSeat;
        if (byLots == 0)
            return BookError.InvalidQuantity;
        ReferenceOpenOrder? order = Orders.SingleOrDefault(order => order.Seat == seat && order.Sequence == sequence);
        if (order is null)
            return BookError.UnknownOrder;
        order.Lots -= BigInteger.Min(byLots, order.Lots);
        Orders.RemoveAll(open => open.Lots == 0);
        return BookError.None;
    }

    public BookError CancelAll(uint seat)
    {
        if (seat >= Accounts.Count)
            return BookError.UnknownSeat;
        Orders.RemoveAll(order => order.Seat == seat);
        return BookError.None;
    }

    public BookError Liquidate(uint seat, ulong unixSeconds, out ReferenceFill result)
    {
        result = default;
        if (seat >= Accounts.Count)
            return BookError.UnknownSeat;
        BookError error = CheckTrading(unixSeconds);
        if (error != BookError.None)
            return error;
        ReferenceAccount account = Accounts[(int)seat];
        BigInteger lots = BigInteger.Abs(account.Position);
        if (Equity(account) >= Ceiling(lots * Mark * tickSize * terms.MaintenanceMarginBps, 10_000))
            return BookError.NotLiquidatable;
        result.Cancelled = Orders.RemoveAll(order => order.Seat == seat);
        if (lots > 0)
            Close(seat, account, lots, ref result);
        Cover(account);
        return BookError.None;
    }

    public BookError Settle(int maxAccounts, ulong unixSeconds)
    {
        if (isPerpetual || unixSeconds <= terms.Expiry.Value)
            return BookError.NotExpired;
        if (Mark == 0)
            return BookError.NoMarkPrice;
        if (maxAccounts is < 1 or > 256)
            return BookError.InvalidLimit;
        if (State == LedgerState.Settled)
            return BookError.None;
        State = LedgerState.Settling;
        for (; maxAccounts > 0 && SettlementCursor < Accounts.Count; maxAccounts--)
        {
            ReferenceAccount account = Accounts[SettlementCursor];
            Orders.RemoveAll(order => order.Seat == SettlementCursor);
            account.Cash += account.Position * Mark * tickSize;
            account.Position = 0;
            Cover(account);
            SettlementCursor++;
        }

        if (SettlementCursor == Accounts.Count)
            State = LedgerState.Settled;
        return BookError.None;
    }

    public BigInteger Equity(ReferenceAccount account) =>
        account.Cash + (account.Position * Mark * tickSize) - FundingDue(account);

    public (BigInteger Lots, BigInteger Atoms) Needed(uint seat, Side side, ReferenceOpenOrder? added = null)
    {
        int sign = side == Side.Bid ? 1 : -1;
        ReferenceOpenOrder[] open = [.. Orders.Where(order => order.Seat == seat && order.Side == side), .. added is null ? [] : new[] { added }];
        BigInteger lots = open.Aggregate(sign * Accounts[(int)seat].Position, (sum, order) => sum + order.Lots);
        BigInteger loss = open.Aggregate(
            BigInteger.Zero, (sum, order) => sum + (order.Lots * BigInteger.Max(0, sign * (order.Price - Mark)) * tickSize));
        return (lots, loss + Ceiling(BigInteger.Max(0, lots) * Mark * tickSize * terms.InitialMarginBps, 10_000));
    }

    private void Close(uint seat, ReferenceAccount account, BigInteger lots, ref ReferenceFill result)
    {
        bool isLong = account.Position > 0;
        BigInteger loss = BigInteger.Max(0, Equity(account) + Insurance) / lots / tickSize;
        BigInteger limit = isLong
            ? BigInteger.Max(1, Mark - loss)
            : BigInteger.Min(((BigInteger.One << 48) - 1) / tickSize, Mark + loss);
        lots = BigInteger.Min(lots, BigInteger.Min(ulong.MaxValue / lotSize, ulong.MaxValue / (limit * tickSize)));
        var closing = new ReferenceOpenOrder
        {
            Seat = seat,
            Side = isLong ? Side.Ask : Side.Bid,
            Price = limit,
            Lots = lots,
            Sequence = _nextSequence++,
        };
        BigInteger cashBefore = account.Cash - FundingDue(account);
        result.Sequence = closing.Sequence;
        result.Filled = Match(closing);
        BigInteger fee = result.Filled == 0 ? 0 : Ceiling(BigInteger.Abs(account.Cash - cashBefore) * terms.LiquidationFeeBps, 10_000);
        fee = BigInteger.Min(fee, BigInteger.Min(BigInteger.Max(0, Equity(account)), Vault - Insurance));
        account.Cash -= fee;
        Insurance += fee;
    }

    private void Cover(ReferenceAccount account)
    {
        if (account.Position != 0 || account.Cash >= 0)
            return;
        BigInteger covered = BigInteger.Min(-account.Cash, Insurance);
        Insurance -= covered;
        account.Cash += covered;
    }

    private BookError CheckTrading(ulong unixSeconds)
    {
        if (State != LedgerState.Trading || (!isPerpetual && unixSeconds > terms.Expiry.Value))
            return BookError.NotTrading;
        return Mark == 0 ? BookError.NoMarkPrice : BookError.None;
    }

    /// <summary>The orders that one would match, in the order in which it would.</summary>
    private IEnumerable<ReferenceOpenOrder> Makers(ReferenceOpenOrder taker) => taker.Side == Side.Bid
        ? Orders.Where(maker => maker.Side == Side.Ask && maker.Price <= taker.Price).OrderBy(maker => maker.Price)
        : Orders.Where(maker => maker.Side == Side.Bid && maker.Price >= taker.Price).OrderByDescending(maker => maker.Price);

    private BigInteger Match(ReferenceOpenOrder taker)
    {
        BigInteger filled = 0;
        foreach (ReferenceOpenOrder maker in Makers(taker).ToArray())
        {
            BigInteger lots = BigInteger.Min(maker.Lots, taker.Lots);
            if (lots == 0)
                break;
            Trade(maker.Seat, maker.Side, lots, maker.Price);
            Trade(taker.Seat, taker.Side, lots, maker.Price);
            maker.Lots -= lots;
            taker.Lots -= lots;
            filled += lots;
        }

        Orders.RemoveAll(order => order.Lots == 0);
        return filled;
    }

    private void Trade(uint seat, Side side, BigInteger lots, BigInteger price)
    {
        ReferenceAccount account = Accounts[(int)seat];
        PayFunding(account);
        int sign = side == Side.Bid ? 1 : -1;
        account.Position += sign * lots;
        account.Cash -= sign * lots * price * tickSize;
    }

    private void PayFunding(ReferenceAccount account)
    {
        BigInteger paid = FundingDue(account);
        account.Cash -= paid;
        Pool += paid;
        account.Index = Index;
    }

    private BigInteger FundingDue(ReferenceAccount account) =>
        Ceiling(account.Position * (Index - account.Index), IndexScale);

    private static BigInteger Ceiling(BigInteger left, BigInteger right)
    {
        var quotient = BigInteger.DivRem(left, right, out BigInteger rest);
        return rest > 0 ? quotient + 1 : quotient;
    }
}

internal sealed class ReferenceAccount
{
    public BigInteger Position { get; set; }

    public BigInteger Cash { get; set; }

    public BigInteger Index { get; set; }
}

internal sealed class ReferenceOpenOrder
{
    public ulong Sequence { get; set; }

    public uint Seat { get; init; }

    public Side Side { get; init; }

    public BigInteger Price { get; init; }

    public BigInteger Lots { get; set; }
}

internal record struct ReferenceFill
{
    public ulong Sequence { get; set; }

    public BigInteger Filled { get; set; }

    public BigInteger Resting { get; set; }

    public int Cancelled { get; set; }
}
