using Velox.Cryptography;
using Velox.Primitives;
using Xunit;
using static Velox.Svm.Tests.TestBank;

namespace Velox.Svm.Tests;

public sealed class FeeTests
{
    private readonly TestBank _bank = new();
    private readonly Address _to = TestKeys.Stranger(1);

    [Fact]
    public void Every_signature_costs_5000_lamports()
    {
        Keypair payer = _bank.NewFunded();
        Keypair from = _bank.NewFunded();

        TransactionRecord record = _bank.Send(
            SystemInstructions.Transfer(from.PublicKey, _to, Sol), payer, from).Expect();

        Assert.Equal(10_000UL, record.Fee);
        Assert.Equal(10 * Sol - 10_000, _bank.Balance(payer.PublicKey));
        Assert.Equal(9 * Sol, _bank.Balance(from.PublicKey));
    }

    [Fact]
    public void Signatures_that_precompiles_check_cost_as_much_each()
    {
        Keypair payer = _bank.NewFunded();
        Instruction[] instructions =
        [
            new(ProgramIds.Ed25519Precompile, default, new byte[] { 2, 0 }),
            new(ProgramIds.Secp256k1Precompile, default, new byte[] { 3 }),
            new(ProgramIds.Secp256r1Precompile, default, new byte[] { 255 }),
            new(ProgramIds.Ed25519Precompile, default, default),
            new(ProgramIds.Memo, default, new byte[] { 9 }),
        ];
        Assert.Equal(
            WireError.None, TransactionView.TryParse(_bank.Sign(instructions, payer), out TransactionView view));

        Assert.Equal(5_000UL * (1 + 2 + 3 + 255), TransactionExecutor.FeeOf(in view, ComputeBudget.Default));
    }

    [Fact]
    public void A_failed_transaction_costs_its_fee_and_nothing_else()
    {
        Keypair payer = _bank.NewFunded();

        SendResult result = _bank.Send(
            [
                SystemInstructions.Transfer(payer.PublicKey, _to, Sol),
                SystemInstructions.Transfer(payer.PublicKey, _to, 100 * Sol),
            ],
            payer);

        result.ExpectFailure(InstructionError.Custom(1), instruction: 1);
        Assert.Equal(10 * Sol - 5_000, _bank.Balance(payer.PublicKey));
        Assert.Equal(0UL, _bank.Balance(_to));
        Assert.Equal(result.Record!.PreBalances[0] - 5_000, result.Record.PostBalances[0]);
    }

    [Fact]
    public void The_priority_fee_is_price_times_limit_rounded_up()
    {
        Keypair payer = _bank.NewFunded();

        TransactionRecord record = _bank.Send(
            [
                ComputeBudgetInstructions.SetComputeUnitLimit(1_000),
                ComputeBudgetInstructions.SetComputeUnitPrice(1_001),
                SystemInstructions.Transfer(payer.PublicKey, _to, Sol),
            ],
            payer).Expect();

        Assert.Equal(5_000UL + 2, record.Fee);
    }

    [Fact]
    public void A_priority_fee_beyond_all_lamports_is_not_taken()
    {
        Keypair payer = _bank.NewFunded();

        _bank.Send([ComputeBudgetInstructions.SetComputeUnitPrice(ulong.MaxValue)], payer)
            .ExpectRejection(TransactionErrorKind.InsufficientFundsForFee);

        Assert.Equal(10 * Sol, _bank.Balance(payer.PublicKey));
    }

    [Fact]
    public void Half_of_the_fees_goes_to_the_block_producer_and_half_is_burnt()
    {
        Keypair payer = _bank.NewFunded();
        ulong before = _bank.Balance(_bank.Identity);

        _bank.Send(SystemInstructions.Transfer(payer.PublicKey, _to, Sol), payer).Expect();

        Assert.Equal(before + 2_500, _bank.Balance(_bank.Identity));
    }

    [Fact]
    public void The_priority_fee_goes_to_the_block_producer_whole()
    {
        Keypair payer = _bank.NewFunded();
        ulong before = _bank.Balance(_bank.Identity);

        _bank.Send(
            [
                ComputeBudgetInstructions.SetComputeUnitLimit(1_000_000),
                ComputeBudgetInstructions.SetComputeUnitPrice(3),
                SystemInstructions.Transfer(payer.PublicKey, _to, Sol),
            ],
            payer).Expect();

        Assert.Equal(before + 2_500 + 3, _bank.Balance(_bank.Identity));
    }

    [Fact]
    public void A_share_that_would_not_be_exempt_from_rent_is_burnt()
    {
        Keypair identity = TestKeys.Pair(77);
        var genesis = new Genesis(1_700_000_000, Faucet.PublicKey, FaucetLamports, identity.PublicKey);
        var bank = new Bank(genesis, _bank.Programs);
        var emptying = new InFlightTransaction(TestBank.Sign(
            bank.LastHash,
            [SystemInstructions.Transfer(identity.PublicKey, _to, Genesis.IdentityLamports - 5_000)],
            identity));

        bank.BeginBlock(1_700_000_001);
        bank.Process([emptying]);
        bank.EndBlock();

        Assert.False(emptying.Record!.Error.IsError);
        Assert.Null(bank.Accounts.Find(identity.PublicKey));
    }

    [Fact]
    public void A_fee_payer_without_an_account_is_rejected()
    {
        Keypair nobody = _bank.NewKey();

        _bank.Send(SystemInstructions.Transfer(nobody.PublicKey, _to, 1), nobody)
            .ExpectRejection(TransactionErrorKind.AccountNotFound);
    }

    [Fact]
    public void A_fee_payer_that_cannot_pay_is_rejected_and_not_in_the_block()
    {
        Keypair poor = _bank.NewFunded(Rent.MinimumBalance(0));

        SendResult result = _bank.Send(
            [ComputeBudgetInstructions.SetComputeUnitPrice(10_000_000_000)], poor);

        result.ExpectRejection(TransactionErrorKind.InsufficientFundsForFee);
        Assert.Empty(result.Block.Records);
        Assert.Equal(Rent.MinimumBalance(0), _bank.Balance(poor.PublicKey));
    }

    [Fact]
    public void A_fee_payer_with_data_or_a_foreign_owner_is_rejected()
    {
        Keypair payer = _bank.NewFunded();
        Keypair withData = _bank.NewKey();
        Keypair foreign = _bank.NewFunded();
        _bank.Send(
            [
                SystemInstructions.CreateAccount(payer.PublicKey, withData.PublicKey, Sol, 8, ProgramIds.System),
                SystemInstructions.Assign(foreign.PublicKey, TestKeys.Stranger(4)),
            ],
            payer, withData, foreign).Expect();

        foreach (Keypair unfit in new[] { withData, foreign })
        {
            _bank.Send(SystemInstructions.Transfer(unfit.PublicKey, _to, 1), unfit)
                .ExpectRejection(TransactionErrorKind.InvalidAccountForFee);
        }
    }

    [Fact]
    public void A_fee_that_would_leave_the_payer_between_zero_and_the_rent_minimum_is_not_taken()
    {
        Keypair payer = _bank.NewFunded(Rent.MinimumBalance(0) + 4_999);

        SendResult result = _bank.Send([ComputeBudgetInstructions.SetComputeUnitLimit(1_000)], payer);

        result.ExpectRejection(TransactionErrorKind.InsufficientFundsForRent);
        Assert.Equal(Rent.MinimumBalance(0) + 4_999, _bank.Balance(payer.PublicKey));
    }

    [Fact]
    public void A_payer_whose_last_lamports_are_the_fee_ceases_to_exist()
    {
        Keypair payer = _bank.NewFunded(Rent.MinimumBalance(0) + 5_000);
        uint price = (uint)(Rent.MinimumBalance(0) * 1_000_000 / 1_000_000);

        TransactionRecord record = _bank.Send(
            [
                ComputeBudgetInstructions.SetComputeUnitLimit(1_000_000),
                ComputeBudgetInstructions.SetComputeUnitPrice(price),
            ],
            payer).Expect();

        Assert.Equal(Rent.MinimumBalance(0) + 5_000, record.Fee);
        Assert.Null(_bank.Bank.Accounts.Find(payer.PublicKey));
        Assert.Null(_bank.Bank.Accounts.Prove(payer.PublicKey));
    }
}
