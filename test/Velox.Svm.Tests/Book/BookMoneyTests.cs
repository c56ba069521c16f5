using Velox.OrderBook;
using Xunit;

namespace Velox.Svm.Tests;

public sealed class BookMoneyTests
{
    private const ulong Minted = 1_000_000;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Seats_and_fees_equal_the_vaults_after_every_operation_of_a_random_flow(int seed)
    {
        var random = new Random(seed);
        var bank = new BookBank(BookVenue.DefaultTerms with { MakerFeeBps = 37, TakerFeeBps = 113 });
        Trader[] traders = [.. Enumerable.Range(0, 4).Select(_ => bank.NewTrader(Minted, Minted))];
        int succeeded = 0;
        bank.Bank.OpenBlock();
        for (int i = 0; i < 800; i++)
        {
            Trader trader = traders[random.Next(traders.Length)];
            (Instruction instruction, Cryptography.Keypair signer) = RandomOperation(
                random, bank.Venue, trader, (uint)i);
            AccountImage before = AccountImage.Of(bank.Bank.Bank, bank.WatchedAccounts());

            InFlightTransaction sent = bank.Bank.SendIntoOpenBlock(bank.Bank.Sign([instruction], bank.Payer, signer));

            string where = $"seed {seed}, operation {i}";
            if (sent.Record is null or { Error.IsError: true })
                Assert.True(
                    before.Equals(AccountImage.Of(bank.Bank.Bank, bank.WatchedAccounts())),
                    $"{where}: changed by {sent.Record?.Error}");
            else
                succeeded++;
            bank.AssertSound(where);
            AssertTokensConserved(bank, traders, where);
        }

        Assert.InRange(succeeded, 300, 800);
    }

    private static (Instruction Instruction, Cryptography.Keypair Signer) RandomOperation(
        Random random, BookVenue venue, Trader trader, uint sequence)
    {
        var asset = (Asset)random.Next(2);
        ulong clientOrderId = (ulong)random.Next(1, 20);
        ulong amount = random.Next(10) == 0 ? RandomExtreme(random) : (ulong)random.Next(1, 300_000);
        return random.Next(12) switch
        {
            0 => (venue.Deposit(trader, asset, amount), trader.Key),
            1 => (venue.Withdraw(trader, asset, amount), trader.Key),
            2 => (venue.CollectFees(
                trader.AccountOf(asset), asset, random.Next(2) == 0 ? BookWire.AllAtoms : (ulong)random.Next(
                    100)), venue.Operator),
            3 => (BookInstructions.CancelByClientId(
                venue.Market, trader.Address, trader.Seat, clientOrderId), trader.Key),
            4 => (BookInstructions.CancelAll(
                venue.Market, trader.Address, trader.Seat, (ushort)random.Next(4)), trader.Key),
            5 or 6 => (venue.Batch(
                trader.Session,
                OrderMessage.Cancel((ushort)trader.Seat, sequence, clientOrderId),
                OrderMessage.Reduce((ushort)trader.Seat, sequence, (ulong)random.Next(1, 20), (ulong)random.Next(4)),
                OrderMessage.Place((ushort)trader.Seat, sequence, RandomOrder(random, clientOrderId))), trader.Session),
            _ => (Place(venue, trader, RandomOrder(random, clientOrderId)), trader.Key),
        };
    }

    private static NewOrder RandomOrder(Random random, ulong clientOrderId) => new(
        (Side)random.Next(2),
        (OrderType)random.Next(4),
        random.Next(30) == 0 ? RandomExtreme(random) : (ulong)random.Next(95, 106),
        random.Next(30) == 0 ? RandomExtreme(random) : (ulong)random.Next(1, 150),
        clientOrderId);

    private static Instruction Place(BookVenue venue, Trader trader, NewOrder order) => venue.Place(
        trader, order.Side, order.PriceTicks, order.QuantityLots, order.Type, order.ClientOrderId);

    private static ulong RandomExtreme(Random random)
    {
        ulong[] extremes = [0, 1, uint.MaxValue, 1UL << 32, long.MaxValue, ulong.MaxValue - 1, ulong.MaxValue];
        return extremes[random.Next(extremes.Length)];
    }

    private static void AssertTokensConserved(BookBank bank, Trader[] traders, string where)
    {
        ulong baseAtoms = bank.Tokens(bank.Venue.Terms.BaseVault);
        ulong quoteAtoms = bank.Tokens(bank.Venue.Terms.QuoteVault);
        foreach (Trader trader in traders)
        {
            baseAtoms += bank.Tokens(trader.BaseAccount);
            quoteAtoms += bank.Tokens(trader.QuoteAccount);
        }

        Assert.True(baseAtoms == Minted * (ulong)traders.Length, $"{where}: {baseAtoms} base atoms in all");
        Assert.True(quoteAtoms == Minted * (ulong)traders.Length, $"{where}: {quoteAtoms} quote atoms in all");
    }
}
