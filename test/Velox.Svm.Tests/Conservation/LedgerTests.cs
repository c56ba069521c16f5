using System.Buffers.Binary;
using Velox.Primitives;
using Velox.State;
using Xunit;
using Xunit.Sdk;

namespace Velox.Svm.Tests;

/// <summary>The ledger itself: what it must not miss, and that the flows have something for it to see.</summary>
public sealed class LedgerTests
{
    private const int AmountOffset = 64;
    private const int SupplyOffset = 36;

    private readonly BookBank _book = new();
    private readonly Trader _trader;
    private readonly Ledger _ledger;

    public LedgerTests()
    {
        _trader = _book.NewTrader(baseAtoms: 10_000, quoteAtoms: 20_000);
        _ledger = new Ledger(_book.Bank.Bank, _book.Bank.Identity);
        _ledger.Expect([.. _book.WatchedAccounts(), _book.Payer.PublicKey]);
    }

    [Fact]
    public void Nothing_is_wrong_with_a_transfer_and_its_fee()
    {
        Address stranger = TestKeys.Stranger(71);
        RunOpen([SystemInstructions.Transfer(_book.Payer.PublicKey, stranger, TestBank.Sol)]);
        Assert.Equal(TestBank.Sol, _ledger.LamportsOf(stranger));
    }

    [Fact]
    public void A_lamport_that_is_made_or_lost_is_found()
    {
        Account(_trader.Address).Lamports++;
        MustFind("lamports, there should be");
        Account(_trader.Address).Lamports -= 2;
        MustFind("lamports, there should be");
    }

    [Fact]
    public void A_token_that_is_made_is_found_in_an_account_and_in_the_supply()
    {
        Change(_trader.BaseAccount, AmountOffset);
        MustFind($"of mint {_book.Venue.Terms.BaseMint} 1 more");
        Change(_book.Venue.Terms.QuoteMint, SupplyOffset);
        MustFind($"of mint {_book.Venue.Terms.QuoteMint} -1 more");
    }

    [Fact]
    public void An_atom_that_a_vault_has_and_nobody_owns_is_found()
    {
        Change(_book.Venue.Terms.QuoteVault, AmountOffset, by: -1);
        Change(_trader.QuoteAccount, AmountOffset);
        MustFind("seats and fees of market");
    }

    /// <summary>Byte 165 says what an account with extensions is; bytes of 355 are a multisig, which holds nothing.</summary>
    [Theory]
    [InlineData(82, 0, true, false)]
    [InlineData(165, 0, false, true)]
    [InlineData(278, 1, true, false)]
    [InlineData(170, 2, false, true)]
    [InlineData(355, 2, false, false)]
    [InlineData(278, 0, false, false)]
    public void Mints_and_accounts_with_extensions_are_known(int length, byte type, bool isMint, bool isAccount)
    {
        byte[] data = new byte[length];
        data.AsSpan(0, Math.Min(length, 165)).Fill(1);
        if (length > 165)
            data[165] = type;
        Assert.Equal((isMint, isAccount), (TokenLayout.IsMint(data), TokenLayout.IsAccount(data)));
    }

    [Fact]
    public void The_flows_have_every_kind_of_outcome()
    {
        string[] lines = FlowRunner.Run(FamilyFlow.Make(seed: 6, scenarios: 1), new FlowWay(2, int.MaxValue), seed: 6);
        int recorded = lines.Count(line => line.StartsWith("record ", StringComparison.Ordinal));
        int rejected = lines.Count(line => line.StartsWith("rejected", StringComparison.Ordinal));
        int called = lines.Count(line => line.Contains("invoke [2]", StringComparison.Ordinal));
        int machine = lines.Count(line => line.Contains(" consumed ", StringComparison.Ordinal));
        int failed = lines.Count(line => line.Contains(" failed: ", StringComparison.Ordinal));
        string all = $"{recorded} recorded, {rejected} rejected, {called} with calls, {machine} in the machine, {failed} failed";
        TestContext.Current.TestOutputHelper?.WriteLine(all);
        Assert.True(recorded > 300 && rejected > 20 && called > 20 && machine > 100 && failed > 100 && failed < recorded, all);
    }

    private Account Account(Address address) => _book.Bank.Account(address);

    private void Change(Address address, int offset, int by = 1)
    {
        Span<byte> amount = Account(address).Data.Write(offset, sizeof(ulong));
        BinaryPrimitives.WriteUInt64LittleEndian(amount, BinaryPrimitives.ReadUInt64LittleEndian(amount) + (ulong)by);
    }

    private void MustFind(string expected) =>
        Assert.Contains(expected, Assert.ThrowsAny<XunitException>(() => _ledger.AfterBatch([], "here")).Message, StringComparison.Ordinal);

    private void RunOpen(Instruction[] instructions)
    {
        byte[] bytes = _book.Bank.Sign(instructions, _book.Payer);
        _book.Bank.OpenBlock();
        InFlightTransaction sent = _book.Bank.SendIntoOpenBlock(bytes);
        _ledger.AfterBatch([sent], "batch");
        ulong before = _ledger.LamportsOf(_book.Bank.Identity);
        _ledger.AfterBlock(_book.Bank.Bank.EndBlock(), before, "block");
    }
}
