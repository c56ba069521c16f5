using Velox.Cryptography;
using Velox.OrderBook;
using Velox.Primitives;
using Xunit;

namespace Velox.Svm.Tests;

public sealed class MarketCreationTests
{
    private readonly BookBank _bank = new(createMarket: false);

    private BookVenue Venue => _bank.Venue;

    [Fact]
    public void A_market_knows_its_terms_authority_mints_and_vaults()
    {
        Create(Venue).Expect();

        MarketHeader header = _bank.Market.Header;
        Assert.Equal(Venue.Operator.PublicKey, header.Authority);
        Assert.Equal((Venue.Terms.BaseMint, Venue.Terms.QuoteMint), (header.BaseMint, header.QuoteMint));
        Assert.Equal((Venue.Terms.BaseVault, Venue.Terms.QuoteVault), (header.BaseVault, header.QuoteVault));
        Assert.Equal((100UL, 10UL, (short)5, (ushort)10), (
            header.LotSize, header.TickSize, header.MakerFeeBps, header.TakerFeeBps));
        Assert.Equal((48u, 24u, 8u, 12u), (
            header.OrderCapacity, header.BlockCapacity, header.SeatCapacity, header.MaxOpenOrdersPerSeat));
    }

    [Fact]
    public void The_vaults_are_rent_exempt_token_accounts_of_the_vault_authority()
    {
        Create(Venue).Expect();

        foreach (Asset asset in new[] { Asset.Base, Asset.Quote })
        {
            var vault = _bank.Bank.Account(Venue.VaultOf(asset));
            Assert.Equal(ProgramIds.Token, vault.Owner);
            Assert.Equal(Rent.MinimumBalance(TokenInstructions.AccountSize), vault.Lamports);
            Assert.Equal(Venue.MintOf(asset), new Address(vault.Data.Bytes[..32]));
            Assert.Equal(Venue.VaultAuthority, new Address(vault.Data.Bytes.Slice(32, 32)));
        }
    }

    [Theory]
    [InlineData(1_000_000UL)]
    [InlineData(500_000_000UL)]
    public void Lamports_sent_to_a_vault_before_do_not_block_its_creation(ulong lamports)
    {
        _bank.Bank.Fund(Venue.Terms.BaseVault, lamports);

        Create(Venue).Expect();

        Assert.Equal(
            Math.Max(lamports, Rent.MinimumBalance(TokenInstructions.AccountSize)), _bank.Bank.Balance(
                Venue.Terms.BaseVault));
        Assert.Equal(ProgramIds.Token, _bank.Bank.Account(Venue.Terms.BaseVault).Owner);
    }

    [Fact]
    public void A_market_is_created_once()
    {
        Create(Venue).Expect();

        _bank.Refuse(BookError.MemoryNotEmpty, Venue.CreateMarketOnly(), Venue.Operator);
    }

    [Fact]
    public void A_market_that_would_cease_to_exist_with_its_transaction_cannot_take_deposits()
    {
        Trader trader = _bank.NewTraderWithoutSeat(1_000, 0);

        SendResult result = _bank.Send(
            [
                SystemInstructions.Allocate(Venue.Market, (ulong)Venue.MarketBytes),
                SystemInstructions.Assign(Venue.Market, ProgramIds.Book),
                Venue.CreateMarketOnly(),
                BookInstructions.OpenSeat(Venue.Market, trader.Address),
                Venue.Deposit(trader, Asset.Base, 1_000),
            ],
            Venue.MarketKey, Venue.Operator, trader.Key);

        result.ExpectFailure(InstructionErrorKind.AccountNotRentExempt, instruction: 2);
        Assert.Equal(1_000UL, _bank.Tokens(trader.BaseAccount));
    }

    public static TheoryData<BookError> BadTerms() =>
    [
        BookError.InvalidCapacity, BookError.InvalidLotSize, BookError.InvalidTickSize, BookError.InvalidFee,
        BookError.InvalidOpenOrderLimit, BookError.MemoryTooShort,
    ];

    [Theory]
    [MemberData(nameof(BadTerms))]
    public void Terms_out_of_bounds_are_refused_by_name(BookError expected)
    {
        MarketParameters good = BookVenue.DefaultTerms;
        MarketParameters bad = expected switch
        {
            BookError.InvalidCapacity => good with { SeatCapacity = 0 },
            BookError.InvalidLotSize => good with { LotSize = 0 },
            BookError.InvalidTickSize => good with { TickSize = 0 },
            BookError.InvalidFee => good with { TakerFeeBps = MarketLayout.MaxFeeBps + 1 },
            BookError.InvalidOpenOrderLimit => good with { MaxOpenOrdersPerSeat = 0 },
            _ => good with { OrderCapacity = good.OrderCapacity + 1 },
        };
        _bank.Send(Venue.CreateMarketAccount(), Venue.Operator, Venue.MarketKey).Expect();

        _bank.Refuse(expected, new BookVenue(bad).CreateMarketOnly(), Venue.Operator);
    }

    [Fact]
    public void Equal_mints_wrong_vaults_and_wrong_programs_are_refused()
    {
        _bank.Send(Venue.CreateMarketAccount(), Venue.Operator, Venue.MarketKey).Expect();

        _bank.Refuse(BookProgramError.EqualMints, With(4, Venue.Terms.BaseMint), Venue.Operator);
        _bank.Refuse(BookProgramError.WrongVault, With(5, Venue.Terms.QuoteVault), Venue.Operator);
        _bank.Refuse(BookProgramError.WrongVault, With(6, TestKeys.Stranger(9)), Venue.Operator);
        _bank.Refuse(InstructionErrorKind.IncorrectProgramId, With(7, ProgramIds.System), Venue.Operator);
        _bank.Refuse(InstructionErrorKind.IncorrectProgramId, With(8, ProgramIds.Token), Venue.Operator);
    }

    [Fact]
    public void Authority_and_payer_must_sign()
    {
        _bank.Send(Venue.CreateMarketAccount(), Venue.Operator, Venue.MarketKey).Expect();
        Keypair payer = _bank.Bank.NewFunded();
        AccountMeta[] accounts = Venue.CreateMarketOnly().Accounts.ToArray();
        accounts[1] = AccountMeta.Readonly(Venue.Operator.PublicKey);
        accounts[2] = AccountMeta.WritableSigner(payer.PublicKey);
        Instruction withoutAuthority = InstructionVariant.Of(Venue.CreateMarketOnly(), accounts);
        AccountMeta[] others = [.. accounts];
        others[1] = AccountMeta.ReadonlySigner(Venue.Operator.PublicKey);
        others[2] = AccountMeta.Writable(payer.PublicKey);

        _bank.Refuse(InstructionErrorKind.MissingRequiredSignature, withoutAuthority, payer)
            .ExpectLog($"account 1: {Venue.Operator.PublicKey} must sign");
        _bank.Refuse(
            InstructionErrorKind.MissingRequiredSignature, InstructionVariant.Of(
                Venue.CreateMarketOnly(), others), Venue.Operator)
            .ExpectLog($"account 2: {payer.PublicKey} must sign");
    }

    [Fact]
    public void An_account_of_another_program_or_a_read_only_one_is_no_market()
    {
        Keypair foreign = _bank.Bank.NewFunded();
        AccountMeta[] accounts = Venue.CreateMarketOnly().Accounts.ToArray();
        _bank.Send(Venue.CreateMarketAccount(), Venue.Operator, Venue.MarketKey).Expect();

        _bank.Refuse(InstructionErrorKind.InvalidAccountOwner, With(0, foreign.PublicKey), Venue.Operator);
        accounts[0] = AccountMeta.Readonly(Venue.Market);
        _bank.Refuse(
            InstructionErrorKind.ReadonlyDataModified, InstructionVariant.Of(
                Venue.CreateMarketOnly(), accounts), Venue.Operator);
    }

    [Fact]
    public void A_mint_that_does_not_exist_undoes_everything()
    {
        _bank.Send(Venue.CreateMarketAccount(), Venue.Operator, Venue.MarketKey).Expect();
        Address noMint = TestKeys.Stranger(20);
        AccountMeta[] accounts = Venue.CreateMarketOnly().Accounts.ToArray();
        accounts[4] = AccountMeta.Readonly(noMint);
        accounts[6] = AccountMeta.Writable(BookAddresses.Vault(Venue.Market, noMint));

        _bank.Refuse(
            InstructionErrorKind.IncorrectProgramId, InstructionVariant.Of(
                Venue.CreateMarketOnly(), accounts), Venue.Operator);

        Assert.Null(_bank.Bank.Bank.Accounts.Find(Venue.Terms.BaseVault));
    }

    [Fact]
    public void A_market_of_ten_MiB_can_be_created()
    {
        var venue = new BookVenue(
            BookVenue.DefaultTerms with { OrderCapacity = 80_000, BlockCapacity = 1_000, SeatCapacity = 1_000 });
        Assert.InRange(venue.MarketBytes, 10_000_000, MarketLayout.MaxAccountBytes);

        Create(venue).Expect();
    }

    private SendResult Create(BookVenue venue) => _bank.Send(venue.CreateMarket(), venue.Operator, venue.MarketKey);

    // The instruction with one account replaced, its flags kept.
    private Instruction With(int index, Address address)
    {
        AccountMeta[] accounts = Venue.CreateMarketOnly().Accounts.ToArray();
        accounts[index] = accounts[index] with { Address = address };
        return InstructionVariant.Of(Venue.CreateMarketOnly(), accounts);
    }
}
