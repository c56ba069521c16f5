using System.Buffers.Binary;
using Velox.Cryptography;
using Velox.OrderBook;
using Velox.Primitives;
using Xunit;

namespace Velox.Svm.Tests;

/// <summary>GrowMarket: the account becomes longer step by step, then the market has the room.</summary>
public sealed class MarketGrowthTests
{
    private readonly BookBank _bank = new();

    private BookVenue Venue => _bank.Venue;

    [Fact]
    public void A_market_grows_in_steps_and_trades_on_between_them()
    {
        Trader maker = _bank.NewTrader(1_000_000, 1_000_000);
        Trader taker = _bank.NewTrader(1_000_000, 1_000_000);
        _bank.Send(Venue.Place(maker, Side.Ask, 100, 7, clientOrderId: 5), maker.Key).Expect();
        var wanted = new MarketCapacities(300, 40, 20);
        int wantedBytes = (int)wanted.RequiredBytes;
        int steps = 0;
        int missing;
        do
        {
            int before = _bank.Bank.Account(Venue.Market).Data.Length;
            missing = Grow(wanted);
            int length = _bank.Bank.Account(Venue.Market).Data.Length;
            Assert.Equal(Math.Min(before + 10_240, wantedBytes), length);
            Assert.Equal(wantedBytes - length, missing);
            Assert.Equal(Rent.MinimumBalance(length), _bank.Bank.Balance(Venue.Market));
            Assert.Equal(missing == 0 ? wanted : new(48, 24, 8), _bank.Market.Capacities);
            _bank.Send(Venue.Place(taker, Side.Bid, 100, 1), taker.Key).Expect();
            _bank.AssertSound($"step {steps}");
            steps++;
        }
        while (missing != 0);

        Assert.InRange(steps, 4, 6);
        Assert.Equal((ulong)(7 - steps), BestAskLots());

        // Once more is no change; and there is room where there was none.
        Assert.Equal(0, Grow(wanted));
        Assert.Equal(wantedBytes, _bank.Bank.Account(Venue.Market).Data.Length);
        for (int i = 0; i < 8; i++)
            _bank.NewTrader(0, 0);
        Assert.Equal(10U, _bank.Market.Header.SeatCount);
        _bank.AssertSound();
    }

    [Fact]
    public void Several_steps_fit_one_transaction_and_a_failure_undoes_them_all()
    {
        Trader maker = _bank.NewTrader(1_000_000, 1_000_000);
        _bank.Send(Venue.Place(maker, Side.Ask, 100, 7), maker.Key).Expect();
        var wanted = new MarketCapacities(400, 50, 20);
        int count = (int)((wanted.RequiredBytes - Venue.MarketBytes + 10_239) / 10_240);
        Instruction step = GrowBy(wanted);
        AccountImage before = AccountImage.Of(_bank.Bank.Bank, _bank.WatchedAccounts());

        _bank.Send([.. Enumerable.Repeat(step, count), GrowBy(new(1, 1, 1))], Venue.Operator)
            .ExpectFailure(InstructionError.Custom((uint)BookError.InvalidCapacity), instruction: (byte)count);
        Assert.Equal(before, AccountImage.Of(_bank.Bank.Bank, _bank.WatchedAccounts()));

        _bank.Send(Enumerable.Repeat(step, count), Venue.Operator).Expect();
        Assert.Equal(wanted, _bank.Market.Capacities);
        Assert.Equal(7UL, BestAskLots());
        _bank.AssertSound();
    }

    [Fact]
    public void Wrong_signers_programs_and_capacities_are_refused()
    {
        var wanted = new MarketCapacities(49, 24, 8);
        Keypair stranger = _bank.Bank.NewFunded();
        Address payer = Venue.Operator.PublicKey;
        _bank.Refuse(
            BookError.NotAuthority, BookInstructions.GrowMarket(Venue.Market, stranger.PublicKey, payer, wanted), Venue.Operator, stranger);
        _bank.Refuse(BookError.InvalidCapacity, GrowBy(wanted with { Orders = 47 }), Venue.Operator);
        _bank.Refuse(BookError.InvalidCapacity, GrowBy(wanted with { Blocks = 23 }), Venue.Operator);
        _bank.Refuse(BookError.InvalidCapacity, GrowBy(wanted with { Seats = 7 }), Venue.Operator);
        _bank.Refuse(BookError.InvalidCapacity, GrowBy(new(uint.MaxValue, uint.MaxValue, uint.MaxValue)), Venue.Operator);

        // In bounds for a market in memory, and longer than an account may be.
        _bank.Refuse(BookError.InvalidCapacity, GrowBy(new(200_000, 24, 8)), Venue.Operator);

        AccountMeta[] accounts = GrowBy(wanted).Accounts.ToArray();
        AccountMeta[] unsigned = [.. accounts];
        unsigned[1] = AccountMeta.Readonly(Venue.Operator.PublicKey);
        unsigned[2] = AccountMeta.WritableSigner(stranger.PublicKey);
        _bank.Refuse(InstructionErrorKind.MissingRequiredSignature, InstructionVariant.Of(GrowBy(wanted), unsigned), stranger);
        accounts[3] = AccountMeta.Readonly(ProgramIds.Token);
        _bank.Refuse(InstructionErrorKind.IncorrectProgramId, InstructionVariant.Of(GrowBy(wanted), accounts), Venue.Operator);
    }

    private int Grow(in MarketCapacities wanted)
    {
        SendResult result = _bank.Send(GrowBy(wanted), Venue.Operator);
        result.Expect();
        return (int)BinaryPrimitives.ReadUInt32LittleEndian(result.Record!.ReturnData!.Data);
    }

    private Instruction GrowBy(in MarketCapacities wanted) =>
        BookInstructions.GrowMarket(Venue.Market, Venue.Operator.PublicKey, Venue.Operator.PublicKey, wanted);

    private ulong BestAskLots() => _bank.Market.TryGetBest(Side.Ask, out DepthLevel level) ? level.Lots : 0;
}
