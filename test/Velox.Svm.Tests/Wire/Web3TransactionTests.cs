using Velox.Primitives;
using Xunit;

namespace Velox.Svm.Tests;

/// <summary>Bytes of another implementation are read as their maker meant them.</summary>
public sealed class Web3TransactionTests
{
    [Theory]
    [InlineData(Web3Transactions.LegacyTransfer, TransactionVersion.Legacy)]
    [InlineData(Web3Transactions.Version0Transfer, TransactionVersion.Version0)]
    public void A_transfer_is_read(string hex, TransactionVersion version)
    {
        TransactionView view = Parse(hex);

        Assert.Equal(version, view.Version);
        Assert.Equal((1, 0, 1), (view.RequiredSignatures, view.ReadonlySigned, view.ReadonlyUnsigned));
        Assert.Equal(Key(3), view.StaticKey(1));
        Assert.Equal(ProgramIds.System, view.StaticKey(2));
        Assert.Equal(new Hash256(Key(9).Span), view.RecentBlockhash);
        Assert.Equal(2, view.Instruction(0).ProgramIndex);
        Assert.Equal([0, 1], view.Instruction(0).Accounts.ToArray());
        Assert.Equal("0200000040420F0000000000", Convert.ToHexString(view.Instruction(0).Data));
    }

    [Fact]
    public void Several_instructions_and_signers_are_read()
    {
        TransactionView view = Parse(Web3Transactions.LegacyCreateMint);

        Assert.Equal((2, 0, 3), (view.RequiredSignatures, view.ReadonlySigned, view.ReadonlyUnsigned));
        Assert.Equal(
            new[] { ProgramIds.ComputeBudget, ProgramIds.System, ProgramIds.Token },
            Enumerable.Range(0, 3).Select(index => view.StaticKey(view.Instruction(index).ProgramIndex)));
    }

    [Fact]
    public void Lookups_of_two_tables_are_read()
    {
        TransactionView view = Parse(Web3Transactions.Version0Lookups);

        Assert.Equal((2, 2), (view.StaticKeyCount, view.LookupCount));
        Assert.Equal((3, 1), (view.WritableLookupAccounts, view.ReadonlyLookupAccounts));
        Assert.Equal((Key(20), Key(21)), (view.Lookup(0).TableKey, view.Lookup(1).TableKey));
        Assert.Equal([0, 2], view.Lookup(0).WritableIndexes.ToArray());
        Assert.True(view.Lookup(0).ReadonlyIndexes.IsEmpty);
        Assert.Equal([0], view.Lookup(1).WritableIndexes.ToArray());
        Assert.Equal([1], view.Lookup(1).ReadonlyIndexes.ToArray());
        // K(4), K(8), K(6), payer: static keys come first, then writable, then read-only looked-up accounts.
        Assert.Equal([2, 5, 3, 0], view.Instruction(0).Accounts.ToArray());
        Assert.Equal([4, 2, 0], view.Instruction(1).Accounts.ToArray());
    }

    private static TransactionView Parse(string hex)
    {
        Assert.Equal(WireError.None, TransactionView.TryParse(Convert.FromHexString(hex), out TransactionView view));
        return view;
    }

    private static Address Key(byte value) => new(PlainTransaction.Filled(32, value));
}
