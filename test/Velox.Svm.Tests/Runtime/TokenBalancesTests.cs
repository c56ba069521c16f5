using Velox.Primitives;
using Velox.State;
using Xunit;

namespace Velox.Svm.Tests;

/// <summary>Which token accounts a transaction's outcome shows, and what of them.</summary>
public sealed class TokenBalancesTests
{
    private const int ExtendedSize = 170;

    private static readonly Address Mint = TestKeys.Stranger(40);
    private static readonly Address Owner = TestKeys.Stranger(41);
    private static readonly Address Plain = TestKeys.Stranger(42);
    private static readonly Address Extended = TestKeys.Stranger(43);
    private static readonly Address Empty = TestKeys.Stranger(44);

    private readonly TestBank _bank = new();

    public TokenBalancesTests()
    {
        Add(Plain, ProgramIds.Token, TokenAccount.Size, amount: 7, state: 1);
        Add(Extended, ProgramIds.Token2022, ExtendedSize, amount: ulong.MaxValue, state: 2);
        Add(Empty, ProgramIds.Token, TokenAccount.Size, amount: 9, state: 0);
    }

    [Fact]
    public void A_transaction_that_names_either_program_shows_all_token_accounts_that_it_names()
    {
        foreach (Address program in (Address[])[ProgramIds.Token, ProgramIds.Token2022])
        {
            TransactionRecord record = Send(Plain, Empty, Extended, program);
            TokenBalance[] expected =
            [
                new(IndexOf(record, Plain), Mint, Owner, 7),
                new(IndexOf(record, Extended), Mint, Owner, ulong.MaxValue, IsToken2022: true),
            ];
            Assert.Equal(expected.OrderBy(balance => balance.AccountIndex), record.PreTokenBalances);
            Assert.Equal(record.PreTokenBalances, record.PostTokenBalances);
        }
    }

    [Fact]
    public void A_transaction_that_names_no_token_program_shows_none()
    {
        TransactionRecord record = Send(Plain, Extended);
        Assert.Empty(record.PreTokenBalances);
        Assert.Empty(record.PostTokenBalances);
    }

    /// <summary>Names accounts in an instruction that does not look at them.</summary>
    private TransactionRecord Send(params Address[] named) => _bank.Send(
        new Instruction(
            ProgramIds.ComputeBudget, named.Select(AccountMeta.Readonly).ToArray(),
            ComputeBudgetInstructions.SetComputeUnitLimit(1_000).Data.ToArray()),
        TestBank.Faucet).Expect();

    private static int IndexOf(TransactionRecord record, Address address) => record.AccountKeys.ToList().IndexOf(address);

    private void Add(Address address, Address program, int length, ulong amount, byte state)
    {
        byte[] data = [.. Mint.Span, .. Owner.Span, .. BitConverter.GetBytes(amount), .. new byte[length - 72]];
        data[108] = state;
        if (length > TokenAccount.Size)
            data[TokenAccount.Size] = 2; // an account, not a mint
        Account account = _bank.Bank.Accounts.GetOrCreate(address);
        account.Lamports = TestBank.Sol;
        account.Owner = program;
        account.Data.Resize(length);
        data.CopyTo(account.Data.Write(0, length));
        _bank.Bank.Accounts.MarkChanged(account);
    }
}
