using Velox.OrderBook;
using Xunit;
using static Velox.Svm.Tests.InstructionText;

namespace Velox.Svm.Tests;

/// <summary>The bytes and accounts that docs/book-program.md promises.</summary>
public sealed class BookInstructionsTests
{
    private const ulong U = 0x1122_3344_5566_7788;
    private const string UHex = "8877665544332211";

    private static readonly string Token = ProgramIds.Token.ToString();

    [Fact]
    public void CreateMarket()
    {
        Instruction instruction = BookInstructions.CreateMarket(Key(1), Key(3), new MarketParameters
        {
            Authority = Key(2),
            BaseMint = Key(4),
            QuoteMint = Key(5),
            BaseVault = Key(6),
            QuoteVault = Key(7),
            LotSize = U,
            TickSize = 1,
            MakerFeeBps = 2,
            TakerFeeBps = 0x0304,
            OrderCapacity = 5,
            BlockCapacity = 6,
            SeatCapacity = 7,
            MaxOpenOrdersPerSeat = 0x08090A0B,
        });

        AssertInstruction(
            instruction,
            "00" + UHex + "0100000000000000" + "0200" + "0403" + "05000000" + "06000000" + "07000000" + "0b0a0908",
            BookWire.CreateMarketSize,
            $"1w,2s,3sw,4,5,6w,7w,{Token},{ProgramIds.System}");
    }

    [Fact]
    public void GrowMarket() =>
        AssertInstruction(
            BookInstructions.GrowMarket(Key(1), Key(2), Key(3), new MarketCapacities(5, 6, 0x08090A0B)),
            "1e" + "05000000" + "06000000" + "0b0a0908", BookWire.GrowMarketSize, $"1w,2s,3sw,{ProgramIds.System}");

    [Fact]
    public void OpenSeat() =>
        AssertInstruction(BookInstructions.OpenSeat(Key(1), Key(2)), "01", BookWire.OpenSeatSize, "1w,2s");

    [Fact]
    public void Deposit() =>
        AssertInstruction(
            BookInstructions.Deposit(Key(1), Key(2), Key(3), Key(4), Asset.Quote, 5, U),
            "02" + "01" + "05000000" + UHex, BookWire.DepositSize, $"1w,2s,3w,4w,{Token}");

    [Fact]
    public void Withdraw() =>
        AssertInstruction(
            BookInstructions.Withdraw(Key(1), Key(2), Key(3), Key(4), Key(5), Asset.Base, 6, U),
            "03" + "00" + "06000000" + UHex, BookWire.WithdrawSize, $"1w,2s,3w,4w,5,{Token}");

    [Fact]
    public void Place() =>
        AssertInstruction(
            BookInstructions.Place(
                Key(1), Key(2), 3, new NewOrder(Side.Ask, OrderType.PostOnly, 4, QuantityLots: 5, ClientOrderId: U)),
            "04" + "03000000" + "01" + "03" + UHex + "0400000000000000" + "0500000000000000",
            BookWire.PlaceSize,
            "1w,2s");

    [Fact]
    public void Cancel() =>
        AssertInstruction(
            BookInstructions.Cancel(Key(1), Key(2), 3, U), "05" + "03000000" + UHex, BookWire.CancelSize, "1w,2s");

    [Fact]
    public void CancelAll() =>
        AssertInstruction(
            BookInstructions.CancelAll(Key(1), Key(2), 3, 0x0405),
            "06" + "03000000" + "0504", BookWire.CancelAllSize, "1w,2s");

    [Fact]
    public void PlaceSpecial() =>
        AssertInstruction(
            BookInstructions.PlaceSpecial(Key(1), Key(2), 3, new NewOrder(
                Side.Ask, OrderType.Limit, 4, 5, U, SelfTrade.CancelBoth, 6, 7, Expiry.AtTime(8))),
            "0c" + "03000000" + "01" + "00" + "02" + UHex + "0400000000000000" + "0500000000000000"
            + "0600000000000000" + "0700000000000000" + "0800000000000080",
            BookWire.PlaceSpecialSize,
            "1w,2s");

    [Fact]
    public void Replace()
    {
        AssertInstruction(
            BookInstructions.Replace(Key(1), Key(2), 3, U, 4, 5, SelfTrade.DecrementBoth),
            "0d" + "03000000" + UHex + "0400000000000000" + "0500000000000000" + "03", BookWire.ReplaceSize, "1w,2s");
        AssertInstruction(
            BookInstructions.ReplaceByClientId(Key(1), Key(2), 3, U, 4, 5),
            "0e" + "03000000" + UHex + "0400000000000000" + "0500000000000000" + "00", BookWire.ReplaceSize, "1w,2s");
    }

    [Fact]
    public void CancelSide() =>
        AssertInstruction(
            BookInstructions.CancelSide(Key(1), Key(2), 3, Side.Ask, 0x0405),
            "0f" + "03000000" + "01" + "0504", BookWire.CancelSideSize, "1w,2s");

    [Fact]
    public void ReplaceQuote() =>
        AssertInstruction(
            BookInstructions.ReplaceQuote(
                Key(1), Key(2), 3, new TwoSidedQuote(1, 2, 3, 4, 5, 6, OrderType.PostOnlySlide, SelfTrade.CancelMaker, Expiry.AtSlot(7))),
            "10" + "03000000" + "04" + "01" + "0700000000000000" + "0100000000000000" + "0200000000000000"
            + "0300000000000000" + "0400000000000000" + "0500000000000000" + "0600000000000000",
            BookWire.ReplaceQuoteSize,
            "1w,2s");

    [Fact]
    public void Advance() => AssertInstruction(BookInstructions.Advance(Key(1)), "11", BookWire.AdvanceSize, "1w");

    [Fact]
    public void SetPhase_and_Uncross()
    {
        AssertInstruction(
            BookInstructions.SetPhase(Key(1), Key(2), MarketPhase.Halted), "12" + "02", BookWire.SetPhaseSize, "1w,2s");
        AssertInstruction(BookInstructions.Uncross(Key(1), Key(2)), "13", BookWire.UncrossSize, "1w,2s");
    }

    [Fact]
    public void Limits()
    {
        AssertInstruction(
            BookInstructions.SetPriceBand(Key(1), Key(2), 0x0304, U), "14" + "0403" + UHex, BookWire.SetPriceBandSize, "1w,2s");
        AssertInstruction(
            BookInstructions.SetSeatLimits(Key(1), Key(2), 3, new SeatLimits(4, U)),
            "15" + "03000000" + "04000000" + UHex, BookWire.SetSeatLimitsSize, "1w,2s");
        AssertInstruction(
            BookInstructions.StopSeat(Key(1), Key(2), 3), "16" + "03000000", BookWire.StopSeatSize, "1w,2s");
        AssertInstruction(
            BookInstructions.ResumeSeat(Key(1), Key(2), 3), "17" + "03000000", BookWire.StopSeatSize, "1w,2s");
    }

    [Fact]
    public void Reduce() =>
        AssertInstruction(
            BookInstructions.Reduce(Key(1), Key(2), 3, U, 4),
            "07" + "03000000" + UHex + "0400000000000000", BookWire.ReduceSize, "1w,2s");

    [Fact]
    public void SetSession() =>
        AssertInstruction(
            BookInstructions.SetSession(Key(1), Key(2), 3, Key(4)),
            "09" + "03000000" + string.Concat(Enumerable.Repeat("04", 32)), BookWire.SetSessionSize, "1w,2s");

    [Fact]
    public void CollectFees() =>
        AssertInstruction(
            BookInstructions.CollectFees(Key(1), Key(2), Key(3), Key(4), Key(5), Asset.Quote, BookWire.AllAtoms),
            "0a" + "01" + "ffffffffffffffff", BookWire.CollectFeesSize, $"1w,2s,3w,4w,5,{Token}");

    [Fact]
    public void CancelByClientId() =>
        AssertInstruction(
            BookInstructions.CancelByClientId(Key(1), Key(2), 3, U),
            "0b" + "03000000" + UHex, BookWire.CancelByClientIdSize, "1w,2s");

    [Fact]
    public void Batch_carries_its_messages_unchanged()
    {
        byte[] messages = TransactionFuzz.Bytes(new Random(1), 3 * BookWire.OrderMessageSize);

        AssertInstruction(
            BookInstructions.Batch(Key(1), Key(2), messages),
            "08" + "03" + Convert.ToHexStringLower(messages),
            BookWire.BatchHeaderSize + 3 * BookWire.OrderMessageSize,
            "1w,2s");
    }

    [Fact]
    public void Batch_writes_order_messages_in_their_wire_form()
    {
        OrderMessage[] messages =
        [
            OrderMessage.Place(1, 2, new NewOrder(Side.Ask, OrderType.PostOnly, 3, 4, 5)),
            OrderMessage.Cancel(seat: 6, sequence: 7, clientOrderId: 8),
        ];

        AssertInstruction(
            BookInstructions.Batch(Key(1), Key(2), messages),
            "08" + "02"
            + "01070100" + "02000000" + "0500000000000000" + "0300000000000000" + "0400000000000000"
            + "02000600" + "07000000" + "0800000000000000" + "0000000000000000" + "0000000000000000",
            BookWire.BatchHeaderSize + 2 * BookWire.OrderMessageSize,
            "1w,2s");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    [InlineData(17 * 32)]
    public void Batch_takes_1_to_16_whole_messages(int length) =>
        Assert.Contains(
            "1 to 16 messages of 32 bytes",
            Assert.Throws<ArgumentException>(() => BookInstructions.Batch(Key(1), Key(2), new byte[length])).Message,
            StringComparison.Ordinal);

    [Fact]
    public void A_full_batch_is_a_transaction_of_718_bytes()
    {
        CompiledMessage message = new TransactionBuilder(Key(2))
            .Add(BookInstructions.Batch(Key(1), Key(2), new byte[16 * BookWire.OrderMessageSize]))
            .CompileMessage();

        byte[] transaction = message.Serialize([default]);

        Assert.Equal(718, transaction.Length);
        Assert.Equal(WireError.None, TransactionView.TryParse(transaction, out _));
    }

    private static void AssertInstruction(Instruction instruction, string data, int size, string accounts)
    {
        Assert.Equal(ProgramIds.Book, instruction.ProgramId);
        Assert.Equal(data, Data(instruction));
        Assert.Equal(size, instruction.Data.Length);
        Assert.Equal(accounts, Accounts(instruction));
    }
}
