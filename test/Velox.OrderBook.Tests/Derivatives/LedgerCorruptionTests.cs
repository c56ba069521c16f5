using Velox.Primitives;

namespace Velox.OrderBook.Tests;

/// <summary>Damaged ledgers: found, or survived without a foreign exception.</summary>
public class LedgerCorruptionTests
{
    [Fact]
    public void A_flip_of_any_bit_that_carries_structure_or_money_is_found()
    {
        byte[] sound = Played(951, out int start);
        TrackedMemory memory = Copy(sound);
        for (int offset = start; offset < sound.Length; offset++)
        {
            if (IsFree(offset - start))
                continue;
            for (int bit = 0; bit < 8; bit++)
            {
                memory.Write(offset, 1)[0] ^= (byte)(1 << bit);
                BookError error = DerivativeMarket.TryOpen(memory, out DerivativeMarket<Perpetual> damaged);
                if (error == BookError.None)
                    error = damaged.CheckInvariants(out _);
                Assert.True(error != BookError.None, $"A flip of bit {bit} of byte {offset - start} is not found.");
                memory.Write(offset, 1)[0] ^= (byte)(1 << bit);
            }
        }
    }

    [Theory]
    [InlineData(952)]
    [InlineData(953)]
    public void Random_damage_ends_in_an_error_or_the_one_exception(int seed)
    {
        var random = new Random(seed);
        byte[] sound = Played(seed, out int start);
        int found = 0;
        int survived = 0;
        for (int round = 0; round < 4_000; round++)
        {
            TrackedMemory memory = Copy(sound);
            for (int count = random.Next(1, 4); count > 0; count--)
            {
                int offset = random.Next(4) == 0 ? random.Next(start, start + 256) : random.Next(start, sound.Length);
                if (random.Next(2) == 0)
                    memory.Write(offset, 1)[0] ^= (byte)(1 << random.Next(8));
                else
                    memory.Write<uint>(offset & ~3) = (uint)random.Next(310);
            }

            if (DerivativeMarket.TryOpen(memory, out DerivativeMarket<Perpetual> market) != BookError.None)
            {
                found++;
                continue;
            }

            found += market.CheckInvariants(out _) != BookError.None ? 1 : 0;
            survived += Use(market, random) ? 1 : 0;
        }

        Assert.True(found > 1_000 && survived > 100, $"seed {seed}: {found} found, {survived} survived.");
    }

    [Fact]
    public void Noise_behind_a_sound_header_is_found_and_survived()
    {
        var random = new Random(954);
        byte[] sound = Played(954, out int start);
        for (int round = 0; round < 300; round++)
        {
            TrackedMemory memory = Copy(sound);
            random.NextBytes(memory.Write(start + 256, sound.Length - start - 256));
            Assert.Equal(BookError.None, DerivativeMarket.TryOpen(memory, out DerivativeMarket<Perpetual> market));
            Assert.Equal(BookError.CorruptMarket, market.CheckInvariants(out string detail));
            Assert.NotEmpty(detail);
            Use(market, random);
        }
    }

    /// <summary>Uses a damaged market. Returns whether nothing was thrown.</summary>
    private static bool Use(DerivativeMarket<Perpetual> market, Random random)
    {
        var buffer = new BookEvent[DerivativeMarket<Perpetual>.MaxEventsPerLiquidation];
        try
        {
            for (int i = 0; i < 40; i++)
                Step(market, random, buffer, (ulong)(2_000 + i) * 3_600);
            return true;
        }
        catch (CorruptMarketException)
        {
            // The documented end of an operation on damaged bytes. Any other exception fails the test.
            return false;
        }
    }

    private static void Step(DerivativeMarket<Perpetual> market, Random random, BookEvent[] buffer, ulong seconds)
    {
        var events = new EventWriter(buffer, seconds, seconds);
        uint seat = (uint)random.Next(5);
        switch (random.Next(10))
        {
            case 0:
                market.SetMark(TestMarket.Authority, (ulong)random.Next(900, 1_100));
                break;
            case 1:
                market.AddFunding(TestMarket.Authority, random.Next(-10_000, 10_000), seconds);
                break;
            case 2:
                market.SettleFunding(2, out _);
                break;
            case 3:
                market.Liquidate(seat, ref events, out _);
                break;
            case 4:
                market.CancelAll(seat, ref events, out _);
                break;
            case 5:
                market.Withdraw(seat, (ulong)random.Next(1, 1_000));
                market.MarginOf(seat);
                break;
            default:
                var order = new NewOrder(
                    (Side)random.Next(2), OrderType.Limit, (ulong)random.Next(970, 1_030), (ulong)random.Next(1, 5));
                market.Place(seat, order, ref events, out _);
                break;
        }
    }

    private static byte[] Played(int seed, out int start)
    {
        DerivativeMarket<Perpetual> market = TestDerivative.CreateWithAccounts<Perpetual>(
            TestDerivative.PerpetualTerms, 5, 200_000, 1_000, out TrackedMemory memory);
        var random = new Random(seed);
        var buffer = new BookEvent[DerivativeMarket<Perpetual>.MaxEventsPerLiquidation];
        for (int i = 0; i < 300 || market.Ledger.OpenInterestLots == 0; i++)
            Step(market, random, buffer, (ulong)(1 + i) * 3_600);
        market.AssertSound($"seed {seed}");
        start = (int)market.Market.Capacities.RequiredBytes;
        return memory.Bytes.ToArray();
    }

    /// <summary>
    /// Bytes whose value nothing else determines: terms, mark price, last funding, where a round is, owners, and up to where an
    /// account has paid.
    /// </summary>
    private static bool IsFree(int offset)
    {
        if (offset < LedgerLayout.HeaderBytes)
            return offset is (>= 24 and < 36) or (>= 48 and < 56) or (>= 60 and < 80) or (>= 112 and < 128);
        int inAccount = offset % LedgerLayout.AccountBytes;
        bool isOpen = offset < LedgerLayout.HeaderBytes + (5 * LedgerLayout.AccountBytes);
        return isOpen && inAccount is < 32 or (>= 64 and < 80);
    }

    private static TrackedMemory Copy(byte[] bytes)
    {
        var memory = new TrackedMemory(bytes.Length);
        bytes.CopyTo(memory.Write(0, bytes.Length));
        return memory;
    }
}
