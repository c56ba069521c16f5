using System.Buffers.Binary;
using Velox.Cryptography;
using Velox.OrderBook;
using Velox.Primitives;
using Xunit;
using static Velox.Svm.Tests.TestBank;

namespace Velox.Svm.Tests;

/// <summary>A bank with one market, its traders seated and in funds.</summary>
internal sealed class BookBank
{
    // SPL Token account: mint 32, owner 32, amount u64.
    private const int TokenAmountOffset = 64;

    private readonly List<Trader> _traders = [];

    internal BookBank(MarketParameters? terms = null, bool createMarket = true)
    {
        Bank = new TestBank(new BookProgram(), new TokenProgram());
        Venue = new BookVenue(terms);
        Payer = Bank.NewFunded();
        Bank.Fund(Venue.Operator.PublicKey, 10_000 * Sol);
        Bank.Send(Venue.CreateMints(), Venue.MintSigners).Expect();
        if (createMarket)
            Bank.Send(Venue.CreateMarket(), Venue.Operator, Venue.MarketKey).Expect();
    }

    internal TestBank Bank { get; }

    internal BookVenue Venue { get; }

    /// <summary>Pays fees for others, so that what they hold does not change by a fee.</summary>
    internal Keypair Payer { get; }

    internal Market Market
    {
        get
        {
            Assert.Equal(BookError.None, OrderBook.Market.TryOpen(Bank.Account(Venue.Market).Data, out Market market));
            return market;
        }
    }

    /// <summary>A trader with a seat and session; deposits what is not 0.</summary>
    internal Trader NewTrader(ulong baseAtoms, ulong quoteAtoms)
    {
        Trader trader = NewTraderWithoutSeat(baseAtoms, quoteAtoms);
        Send(Venue.OpenSeat(trader), trader.Key).Expect();
        if (baseAtoms > 0)
            Send(Venue.Deposit(trader, Asset.Base, baseAtoms), trader.Key).Expect();
        if (quoteAtoms > 0)
            Send(Venue.Deposit(trader, Asset.Quote, quoteAtoms), trader.Key).Expect();
        return trader;
    }

    internal Trader NewTraderWithoutSeat(ulong baseAtoms, ulong quoteAtoms)
    {
        Trader trader = BookVenue.NewTrader(_traders.Count);
        _traders.Add(trader);
        Bank.Fund(trader.Address, Sol);
        Send(Venue.CreateTokenAccounts(trader), trader.Key).Expect();
        Send(Venue.Mint(trader, baseAtoms, quoteAtoms), Venue.Operator).Expect();
        return trader;
    }

    /// <summary>Sends at the payer's cost, in a block of its own.</summary>
    internal SendResult Send(IEnumerable<Instruction> instructions, params Keypair[] signers) =>
        Bank.Send(instructions, [Payer, .. signers]);

    internal SendResult Send(Instruction instruction, params Keypair[] signers) => Send([instruction], signers);

    /// <summary>The instruction fails like this and changes no account but the fee payer's.</summary>
    internal SendResult Refuse(InstructionError expected, Instruction instruction, params Keypair[] signers)
    {
        Address[] watched = WatchedAccounts();
        AccountImage before = AccountImage.Of(Bank.Bank, watched);

        SendResult result = Send(instruction, signers);

        result.ExpectFailure(expected);
        Assert.Equal(before, AccountImage.Of(Bank.Bank, watched));
        Assert.Empty(result.Record!.MarketEvents);
        Assert.All(result.Block.Changed, changed => Assert.True(
            changed.Address == Payer.PublicKey
                || changed.Address == Bank.Identity
                || changed.Owner == SysvarIds.Owner));
        return result;
    }

    internal SendResult Refuse(BookError expected, Instruction instruction, params Keypair[] signers) =>
        Refuse(InstructionError.Custom((uint)expected), instruction, signers).ExpectLog($"Program log: {expected}: ");

    internal SendResult Refuse(BookProgramError expected, Instruction instruction, params Keypair[] signers) =>
        Refuse(InstructionError.Custom((uint)expected), instruction, signers).ExpectLog($"Program log: {expected}: ");

    internal Address[] WatchedAccounts() =>
    [
        Venue.Market, Venue.Terms.BaseMint, Venue.Terms.QuoteMint, Venue.Terms.BaseVault, Venue.Terms.QuoteVault,
        .. _traders.SelectMany(trader => new[] { trader.Address, trader.BaseAccount, trader.QuoteAccount }),
    ];

    internal ulong Tokens(Address account) =>
        BinaryPrimitives.ReadUInt64LittleEndian(Bank.Account(account).Data.Bytes[TokenAmountOffset..]);

    internal SeatNode Seat(Trader trader)
    {
        Assert.True(Market.TryGetSeat(trader.Seat, out SeatNode seat));
        return seat;
    }

    /// <summary>The slab is sound, and the vaults hold exactly what seats and fees add up to.</summary>
    internal void AssertSound(string where = "")
    {
        Market market = Market;
        Assert.True(market.CheckInvariants(out string detail) == BookError.None, $"{where}: {detail}");
        UInt128 baseAtoms = market.Header.FeesBase;
        UInt128 quoteAtoms = market.Header.FeesQuote;
        for (uint i = 0; market.TryGetSeat(i, out SeatNode seat); i++)
        {
            baseAtoms += (UInt128)seat.BaseFree + seat.BaseLocked;
            quoteAtoms += (UInt128)seat.QuoteFree + seat.QuoteLocked;
        }

        AssertVault(Venue.Terms.BaseVault, baseAtoms, where);
        AssertVault(Venue.Terms.QuoteVault, quoteAtoms, where);
    }

    private void AssertVault(Address vault, UInt128 owed, string where)
    {
        ulong held = Tokens(vault);
        Assert.True(owed == held, $"{where}: seats and fees are {owed} atoms, the vault holds {held}");
    }
}
