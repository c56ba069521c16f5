using Velox.OrderBook;
using Velox.Primitives;
using Xunit;
using static Velox.Svm.Tests.TestBank;

namespace Velox.Svm.Tests;

/// <summary>Every bad input has an error of its own and leaves every account as it was.</summary>
public sealed class BookRefusalTests
{
    private readonly BookBank _bank = new();
    private readonly Trader _buyer;
    private readonly Trader _seller;

    public BookRefusalTests()
    {
        _buyer = _bank.NewTrader(0, 100_000);
        _seller = _bank.NewTrader(10_000, 0);
    }

    private BookVenue Venue => _bank.Venue;

    [Theory]
    [InlineData(Side.Bid, 1UL, 0UL, BookError.InvalidQuantity)]
    [InlineData(Side.Bid, 0UL, 1UL, BookError.InvalidPrice)]
    [InlineData(Side.Bid, ulong.MaxValue, 1UL, BookError.ValueOverflow)]
    [InlineData(Side.Bid, 1UL, ulong.MaxValue, BookError.ValueOverflow)]
    [InlineData(Side.Bid, 5_000UL, 3UL, BookError.InsufficientFunds)]
    [InlineData(Side.Ask, 1UL, 1UL, BookError.InsufficientFunds)]
    [InlineData((Side)2, 1UL, 1UL, BookError.InvalidOrderType)]
    public void A_bad_order_is_refused(Side side, ulong priceTicks, ulong lots, BookError expected) =>
        _bank.Refuse(expected, Venue.Place(_buyer, side, priceTicks, lots), _buyer.Key);

    [Fact]
    public void An_unknown_type_a_crossing_post_only_and_an_unfillable_fill_or_kill_are_refused()
    {
        _bank.Send(Venue.Place(_seller, Side.Ask, 10, 5), _seller.Key).Expect();

        _bank.Refuse(BookError.InvalidOrderType, Venue.Place(_buyer, Side.Bid, 10, 1, type: (OrderType)6), _buyer.Key);
        _bank.Refuse(
            BookError.WouldCross, Venue.Place(_buyer, Side.Bid, 10, 1, OrderType.PostOnly), _buyer.Key);
        _bank.Refuse(
            BookError.WouldNotFill, Venue.Place(_buyer, Side.Bid, 10, 6, OrderType.FillOrKill), _buyer.Key);
    }

    [Fact]
    public void Unknown_seats_are_refused_by_every_instruction_that_names_one()
    {
        Trader nobody = _buyer with { Seat = 2 };
        Address market = Venue.Market;
        Instruction[] instructions =
        [
            Venue.Deposit(nobody, Asset.Quote, 1), Venue.Withdraw(nobody, Asset.Quote, 1),
            Venue.Place(nobody, Side.Bid, 1, 1), BookInstructions.Cancel(market, nobody.Address, 2, 1),
            BookInstructions.CancelAll(market, nobody.Address, uint.MaxValue, 1),
            BookInstructions.Reduce(market, nobody.Address, 2, 1, 1),
            BookInstructions.CancelByClientId(market, nobody.Address, 2, 1),
            BookInstructions.SetSession(market, nobody.Address, 2, default),
            BookInstructions.SetSeatLimits(market, nobody.Address, 2, new SeatLimits(1, 1)),
            BookInstructions.StopSeat(market, nobody.Address, 2), BookInstructions.ResumeSeat(market, nobody.Address, 2),
        ];

        foreach (Instruction instruction in instructions)
            _bank.Refuse(BookError.UnknownSeat, instruction, nobody.Key);
    }

    [Fact]
    public void The_seat_of_another_is_refused()
    {
        Trader thief = _seller with { Seat = 0 };
        Address market = Venue.Market;

        _bank.Refuse(BookError.NotSeatOwner, Venue.Withdraw(thief, Asset.Quote, 1), thief.Key);
        _bank.Refuse(BookError.NotSeatOwner, Venue.Deposit(thief, Asset.Base, 1), thief.Key);
        _bank.Refuse(
            BookError.NotSeatOwner, BookInstructions.SetSession(market, thief.Address, 0, thief.Address), thief.Key);
        _bank.Refuse(BookError.NotSessionKey, Venue.Place(thief, Side.Bid, 1, 1), thief.Key);
        _bank.Refuse(BookError.NotSessionKey, BookInstructions.CancelAll(market, thief.Address, 0, 0), thief.Key);
        _bank.Refuse(
            BookError.NotAuthority,
            BookInstructions.CollectFees(
                market, thief.Address, thief.BaseAccount, Venue.Terms.BaseVault, Venue.VaultAuthority,
                Asset.Base, 1),
            thief.Key);
    }

    [Fact]
    public void The_order_of_another_seat_is_unknown()
    {
        TransactionRecord placed = _bank.Send(
            Venue.Place(_buyer, Side.Bid, 1, 1, clientOrderId: 9), _buyer.Key).Expect();
        ulong orderId = BitConverter.ToUInt64(placed.ReturnData!.Data);
        Address market = Venue.Market;

        _bank.Refuse(BookError.UnknownOrder, BookInstructions.Cancel(market, _seller.Address, 1, orderId), _seller.Key);
        _bank.Refuse(
            BookError.UnknownOrder, BookInstructions.Reduce(market, _seller.Address, 1, orderId, 1), _seller.Key);
        _bank.Refuse(
            BookError.UnknownOrder, BookInstructions.CancelByClientId(market, _seller.Address, 1, 9), _seller.Key);
        _bank.Refuse(
            BookError.UnknownOrder, BookInstructions.Cancel(market, _buyer.Address, 0, orderId + 1), _buyer.Key);
        _bank.Refuse(
            BookError.InvalidQuantity, BookInstructions.Reduce(market, _buyer.Address, 0, orderId, 0), _buyer.Key);
        _bank.Refuse(
            BookError.DuplicateClientOrderId, Venue.Place(
                _buyer, Side.Bid, 1, 1, clientOrderId: 9), _buyer.Key);
    }

    [Fact]
    public void Wrong_vaults_authorities_and_token_programs_are_refused()
    {
        _bank.Refuse(BookProgramError.WrongVault, With(
            Venue.Withdraw(_buyer, Asset.Quote, 1), 3, Venue.Terms.BaseVault), _buyer.Key);
        _bank.Refuse(BookProgramError.WrongVault, With(
            Venue.Deposit(_seller, Asset.Base, 1), 3, _buyer.BaseAccount), _seller.Key);
        _bank.Refuse(
            BookProgramError.WrongVaultAuthority, With(
                Venue.Withdraw(_buyer, Asset.Quote, 1), 4, TestKeys.Stranger(1)), _buyer.Key);
        _bank.Refuse(
            InstructionErrorKind.IncorrectProgramId, With(
                Venue.Withdraw(_buyer, Asset.Quote, 1), 5, ProgramIds.System), _buyer.Key);
        _bank.Refuse(
            InstructionErrorKind.IncorrectProgramId, With(
                Venue.Deposit(_seller, Asset.Base, 1), 4, ProgramIds.System), _seller.Key);
    }

    [Fact]
    public void The_vault_itself_is_no_source_and_no_destination()
    {
        _bank.Refuse(
            BookProgramError.VaultAsTrader, With(
                Venue.Withdraw(_buyer, Asset.Quote, 1), 2, Venue.Terms.QuoteVault), _buyer.Key);
        _bank.Refuse(
            BookProgramError.VaultAsTrader, With(
                Venue.Deposit(_buyer, Asset.Quote, 1), 2, Venue.Terms.QuoteVault), _buyer.Key);
    }

    [Fact]
    public void What_the_token_program_refuses_is_undone_in_the_slab()
    {
        _bank.Send(Venue.Mint(_seller, 1, 1), Venue.Operator).Expect();

        _bank.Refuse(
            TokenError.InsufficientFunds, Venue.Deposit(_buyer, Asset.Quote, 1), _buyer.Key);
        _bank.Refuse(
            TokenError.MintMismatch,
            With(Venue.Withdraw(_buyer, Asset.Quote, 1), 2, _buyer.BaseAccount), _buyer.Key);
        _bank.Refuse(
            TokenError.OwnerMismatch,
            With(Venue.Deposit(_buyer, Asset.Quote, 1), 2, _seller.QuoteAccount), _buyer.Key);
    }

    [Fact]
    public void Amounts_of_nothing_and_unknown_assets_are_refused()
    {
        _bank.Refuse(BookError.InvalidAmount, Venue.Deposit(_buyer, Asset.Quote, 0), _buyer.Key);
        _bank.Refuse(BookError.InvalidAmount, Venue.Withdraw(_buyer, Asset.Quote, 0), _buyer.Key);
        _bank.Refuse(BookError.InvalidAmount, Venue.Deposit(_buyer, (Asset)2, 1), _buyer.Key);
        _bank.Refuse(
            BookError.InsufficientFunds, Venue.Withdraw(_buyer, Asset.Quote, ulong.MaxValue), _buyer.Key);
        _bank.Refuse(BookError.BalanceOverflow, Venue.Deposit(_buyer, Asset.Quote, ulong.MaxValue), _buyer.Key);
    }

    [Fact]
    public void Full_markets_are_refused_by_name()
    {
        var tiny = new BookBank(
            BookVenue.DefaultTerms with
            {
                OrderCapacity = 3,
                BlockCapacity = 1,
                SeatCapacity = 2,
                MaxOpenOrdersPerSeat = 2,
            });
        Trader first = tiny.NewTrader(0, 100_000);
        Trader second = tiny.NewTrader(0, 100_000);
        Trader third = tiny.NewTraderWithoutSeat(0, 0);
        void Place(Trader trader, ulong price) => tiny.Send(
            tiny.Venue.Place(trader, Side.Bid, price, 1), trader.Key).Expect();
        void Refuse(BookError expected, Trader trader, ulong price) =>
            tiny.Refuse(expected, tiny.Venue.Place(trader, Side.Bid, price, 1), trader.Key);

        tiny.Refuse(BookError.SeatsFull, BookInstructions.OpenSeat(tiny.Venue.Market, third.Address), third.Key);
        tiny.Refuse(BookError.SeatExists, BookInstructions.OpenSeat(tiny.Venue.Market, first.Address), first.Key);
        Place(first, 5);
        Place(first, 6);
        Refuse(BookError.SeatOrdersFull, first, 5);
        Refuse(BookError.LevelsFull, second, 70);
        Place(second, 5);
        Refuse(BookError.OrdersFull, second, 5);
        tiny.AssertSound();
    }

    [Fact]
    public void Accounts_that_are_no_market_are_refused()
    {
        Address market = TestKeys.Pair(8_000).PublicKey;
        _bank.Send(
            SystemInstructions.CreateAccount(_bank.Payer.PublicKey, market, Sol, 5_000, ProgramIds.Book), TestKeys.Pair(
                8_000)).Expect();
        Instruction place = Venue.Place(_buyer, Side.Bid, 1, 1);

        _bank.Refuse(BookError.NotAMarket, With(place, 0, market), _buyer.Key);
        _bank.Refuse(InstructionErrorKind.InvalidAccountOwner, With(place, 0, _buyer.BaseAccount), _buyer.Key);
        _bank.Refuse(InstructionErrorKind.InvalidAccountOwner, With(place, 0, TestKeys.Stranger(4)), _buyer.Key);
        _bank.Refuse(
            InstructionErrorKind.ReadonlyDataModified,
            InstructionVariant.Of(place, AccountMeta.Readonly(Venue.Market), place.Accounts.Span[1]), _buyer.Key);
    }

    [Fact]
    public void Missing_signatures_and_accounts_are_refused()
    {
        foreach (Instruction instruction in OneOfEach())
        {
            AccountMeta[] accounts = instruction.Accounts.ToArray();
            AccountMeta[] unsigned = [.. accounts];
            unsigned[1] = unsigned[1] with { IsSigner = false };

            _bank.Refuse(InstructionErrorKind.MissingRequiredSignature, InstructionVariant.Of(instruction, unsigned));
            _bank.Refuse(
                InstructionErrorKind.NotEnoughAccountKeys, InstructionVariant.Of(instruction, accounts[..^1]), SignerOf(
                    accounts[..^1]));
        }
    }

    [Fact]
    public void Data_of_any_other_length_or_tag_is_refused()
    {
        foreach (Instruction instruction in OneOfEach())
        {
            byte[] data = instruction.Data.ToArray();
            _bank.Refuse(
                InstructionErrorKind.InvalidInstructionData, new Instruction(
                    instruction.ProgramId, instruction.Accounts, (byte[])[.. data, 0]), _buyer.Key);
            _bank.Refuse(
                InstructionErrorKind.InvalidInstructionData, new Instruction(
                    instruction.ProgramId, instruction.Accounts, data.AsMemory(..^1)), _buyer.Key);
        }

        Instruction open = BookInstructions.OpenSeat(Venue.Market, _buyer.Address);
        _bank.Refuse(InstructionErrorKind.InvalidInstructionData, new Instruction(
            open.ProgramId, open.Accounts, new byte[] { 12 }), _buyer.Key);
        _bank.Refuse(InstructionErrorKind.InvalidInstructionData, new Instruction(
            open.ProgramId, open.Accounts, new byte[] { 255 }), _buyer.Key);
    }

    [Fact]
    public void A_damaged_slab_is_invalid_account_data_and_stays_as_it_was()
    {
        _bank.Send(Venue.Place(_buyer, Side.Bid, 50, 1), _buyer.Key).Expect();
        _bank.Bank.Account(Venue.Market).Data.Write<MarketHeader>(0).Bids.Best = 1_000;

        _bank.Refuse(
            InstructionErrorKind.InvalidAccountData, Venue.Place(_seller, Side.Ask, 50, 1), _seller.Key)
            .ExpectLog("Program log: market: ");
        _bank.Bank.Account(Venue.Market).Data.Write<MarketHeader>(0).SeatCount = uint.MaxValue;
        _bank.Refuse(
            InstructionErrorKind.InvalidAccountData, Venue.Place(_seller, Side.Ask, 50, 1), _seller.Key)
            .ExpectLog("Program log: CorruptMarket: ");
    }

    private Instruction[] OneOfEach() =>
    [
        BookInstructions.OpenSeat(Venue.Market, _buyer.Address),
        BookInstructions.SetSession(Venue.Market, _buyer.Address, 0, default),
        Venue.Deposit(_buyer, Asset.Quote, 1),
        Venue.Withdraw(_buyer, Asset.Quote, 1),
        Venue.Place(_buyer, Side.Bid, 1, 1),
        BookInstructions.Cancel(Venue.Market, _buyer.Address, 0, 1),
        BookInstructions.CancelAll(Venue.Market, _buyer.Address, 0, 1),
        BookInstructions.Reduce(Venue.Market, _buyer.Address, 0, 1, 1),
        BookInstructions.CancelByClientId(Venue.Market, _buyer.Address, 0, 1),
        BookInstructions.PlaceSpecial(Venue.Market, _buyer.Address, 0, new NewOrder(Side.Bid, OrderType.Limit, 1, 1)),
        BookInstructions.Replace(Venue.Market, _buyer.Address, 0, 1, 1, 1),
        BookInstructions.ReplaceByClientId(Venue.Market, _buyer.Address, 0, 1, 1, 1),
        BookInstructions.CancelSide(Venue.Market, _buyer.Address, 0, Side.Bid, 1),
        BookInstructions.ReplaceQuote(Venue.Market, _buyer.Address, 0, new TwoSidedQuote(1, 1, 1, 2, 2, 1)),
        BookInstructions.SetPhase(Venue.Market, _buyer.Address, MarketPhase.Halted),
        BookInstructions.Uncross(Venue.Market, _buyer.Address),
        BookInstructions.SetPriceBand(Venue.Market, _buyer.Address, 1, 1),
        BookInstructions.SetSeatLimits(Venue.Market, _buyer.Address, 0, new SeatLimits(1, 1)),
        BookInstructions.StopSeat(Venue.Market, _buyer.Address, 0),
        BookInstructions.ResumeSeat(Venue.Market, _buyer.Address, 0),
    ];

    private Cryptography.Keypair[] SignerOf(AccountMeta[] accounts) =>
        accounts.Any(account => account.IsSigner) ? [_buyer.Key] : [];

    // The instruction with one account replaced, its flags kept.
    private static Instruction With(Instruction instruction, int index, Address address)
    {
        AccountMeta[] accounts = instruction.Accounts.ToArray();
        accounts[index] = accounts[index] with { Address = address };
        return InstructionVariant.Of(instruction, accounts);
    }
}
