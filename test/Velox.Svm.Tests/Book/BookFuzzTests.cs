using Velox.Cryptography;
using Velox.OrderBook;
using Velox.Primitives;
using Xunit;

namespace Velox.Svm.Tests;

public sealed class BookFuzzTests
{
    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public void Mutated_instructions_never_fault_and_change_nothing_on_error(int seed)
    {
        var random = new Random(seed);
        var bank = new BookBank();
        Trader[] traders = [bank.NewTrader(100_000, 100_000), bank.NewTrader(100_000, 100_000)];
        BookVenue venue = bank.Venue;
        Address[] pool =
        [
            .. bank.WatchedAccounts(), venue.VaultAuthority, venue.Operator.PublicKey, TestKeys.Stranger(1),
            ProgramIds.Token, ProgramIds.System, ProgramIds.Book, SysvarIds.Clock,
            .. traders.Select(trader => trader.Session.PublicKey),
        ];
        Keypair[] signers = [.. traders.SelectMany(trader => new[] { trader.Key, trader.Session }), venue.Operator];
        var fuzz = new InstructionFuzz(random, pool, signers);
        int failed = 0;
        bank.Bank.OpenBlock();
        for (int i = 0; i < 1_500; i++)
        {
            Instruction mutant = fuzz.Mutate(Template(random, venue, traders[random.Next(2)], (uint)i));
            AccountImage before = AccountImage.Of(bank.Bank.Bank, pool);

            InFlightTransaction sent = bank.Bank.SendIntoOpenBlock(
                bank.Bank.Sign([mutant], [bank.Payer, .. fuzz.SignersOf(mutant)]));

            string where = $"seed {seed}, mutant {i}";
            Assert.NotEqual(InstructionErrorKind.ProgramFailedToComplete, sent.Record?.Error.Instruction.Kind);
            if (sent.Record is null or { Error.IsError: true })
            {
                failed++;
                Assert.True(
                    before.Equals(AccountImage.Of(bank.Bank.Bank, pool)),
                    $"{where}: {sent.Record?.Error} changed something");
            }

            bank.AssertSound(where);
        }

        Assert.InRange(failed, 300, 1_400);
    }

    private static Address Stopper(Random random, BookVenue venue, Trader trader) =>
        random.Next(2) == 0 ? trader.Address : venue.Operator.PublicKey;

    private static Instruction Template(Random random, BookVenue venue, Trader trader, uint sequence)
    {
        var asset = (Asset)random.Next(2);
        ulong price = (ulong)random.Next(95, 106);
        ulong lots = (ulong)random.Next(1, 20);
        ulong clientOrderId = (ulong)random.Next(1, 10);
        return random.Next(23) switch
        {
            0 => venue.CreateMarketOnly(),
            1 => BookInstructions.OpenSeat(venue.Market, trader.Address),
            2 => venue.Deposit(trader, asset, lots),
            3 => venue.Withdraw(trader, asset, lots),
            4 => BookInstructions.CancelByClientId(venue.Market, trader.Address, trader.Seat, clientOrderId),
            5 => BookInstructions.CancelAll(venue.Market, trader.Address, trader.Seat, 2),
            6 => BookInstructions.SetSession(venue.Market, trader.Address, trader.Seat, trader.Session.PublicKey),
            7 => venue.CollectFees(trader.AccountOf(asset), asset, BookWire.AllAtoms),
            8 => venue.Batch(
                trader.Session,
                OrderMessage.Reduce((ushort)trader.Seat, sequence, clientOrderId, 1),
                OrderMessage.Place((ushort)trader.Seat, sequence, new NewOrder(
                    Side.Ask, OrderType.Limit, price, lots, clientOrderId))),
            9 => BookInstructions.PlaceSpecial(venue.Market, trader.Address, trader.Seat, new NewOrder(
                (Side)random.Next(2), OrderType.Limit, price, lots, clientOrderId, (SelfTrade)random.Next(4),
                (ulong)random.Next(3), random.Next(2) == 0 ? 0 : price, random.Next(2) == 0 ? default : Expiry.AtSlot(lots))),
            10 => BookInstructions.ReplaceByClientId(
                venue.Market, trader.Address, trader.Seat, clientOrderId, price, lots, (SelfTrade)random.Next(4)),
            11 => BookInstructions.ReplaceQuote(
                venue.Market, trader.Address, trader.Seat, new TwoSidedQuote(1, price, lots, 2, price + 1, lots)),
            12 => BookInstructions.CancelSide(venue.Market, trader.Address, trader.Seat, (Side)random.Next(2), 2),
            13 => BookInstructions.Advance(venue.Market),
            14 => BookInstructions.SetPhase(venue.Market, venue.Operator.PublicKey, (MarketPhase)random.Next(4)),
            15 => BookInstructions.Uncross(venue.Market, venue.Operator.PublicKey),
            16 => BookInstructions.SetPriceBand(
                venue.Market, venue.Operator.PublicKey, (ushort)random.Next(10_002), (ulong)random.Next(200)),
            17 => BookInstructions.SetSeatLimits(
                venue.Market, Stopper(random, venue, trader), trader.Seat,
                new SeatLimits((uint)random.Next(4), (ulong)random.Next(2) * 50_000)),
            18 => BookInstructions.StopSeat(venue.Market, Stopper(random, venue, trader), trader.Seat),
            19 or 20 => BookInstructions.ResumeSeat(venue.Market, Stopper(random, venue, trader), trader.Seat),
            21 => BookInstructions.GrowMarket(
                venue.Market, venue.Operator.PublicKey, venue.Operator.PublicKey,
                new MarketCapacities(48 + (uint)random.Next(60), 24 + (uint)random.Next(4), 8)),
            _ => venue.Place(trader, (Side)random.Next(2), price, lots, (OrderType)random.Next(4), clientOrderId),
        };
    }
}
