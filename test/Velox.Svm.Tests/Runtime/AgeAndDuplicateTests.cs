using Velox.Cryptography;
using Velox.Primitives;
using Xunit;
using static Velox.Svm.Tests.TestBank;

namespace Velox.Svm.Tests;

public sealed class AgeAndDuplicateTests
{
    private readonly TestBank _bank = new();
    private readonly Keypair _payer;
    private readonly Address _to = TestKeys.Stranger(1);

    public AgeAndDuplicateTests() => _payer = _bank.NewFunded();

    [Fact]
    public void A_blockhash_is_good_up_to_its_greatest_age_and_not_a_block_longer()
    {
        byte[] last = Transfer(1);
        byte[] late = Transfer(2);
        for (int i = 0; i < Genesis.MinBlockhashAge - 1; i++)
            _bank.EmptyBlock();

        _bank.SendBytes(last).Expect();
        _bank.SendBytes(late).ExpectRejection(TransactionErrorKind.BlockhashNotFound);
    }

    [Theory]
    [InlineData(400, 150)]
    [InlineData(1_000, 150)]
    [InlineData(100, 600)]
    [InlineData(10, 6_000)]
    public void The_age_is_Solanas_number_and_at_least_its_minute(int slotMillis, int age)
    {
        Assert.Equal(age, Genesis.BlockhashAgeFor(slotMillis));
        var genesis = new Genesis(1, _to, 2, _payer.PublicKey, age);
        Assert.Equal(genesis, Genesis.FromBytes(genesis.ToBytes()));
    }

    [Fact]
    public void An_unknown_blockhash_is_rejected_without_cost()
    {
        byte[] transaction = TestBank.Sign(
            default, [SystemInstructions.Transfer(_payer.PublicKey, _to, Sol)], _payer);

        _bank.SendBytes(transaction).ExpectRejection(TransactionErrorKind.BlockhashNotFound);

        Assert.Equal(10 * Sol, _bank.Balance(_payer.PublicKey));
    }

    [Fact]
    public void A_duplicate_is_rejected_in_the_same_batch_the_same_block_and_later_blocks()
    {
        byte[] transaction = Transfer(1);

        SendResult[] results = _bank.SendBlock([[transaction, transaction], [transaction]]);
        results[0].Expect();
        results[1].ExpectRejection(TransactionErrorKind.AlreadyProcessed);
        results[2].ExpectRejection(TransactionErrorKind.AlreadyProcessed);
        _bank.SendBytes(transaction).ExpectRejection(TransactionErrorKind.AlreadyProcessed);

        Assert.Equal(Sol + 1, _bank.Balance(_to));
    }

    [Fact]
    public void A_duplicate_stays_rejected_until_its_blockhash_is_too_old()
    {
        byte[] transaction = Transfer(1);
        _bank.SendBytes(transaction).Expect();

        for (int i = 0; i < Genesis.MinBlockhashAge - 1; i++)
            _bank.SendBytes(transaction).ExpectRejection(TransactionErrorKind.AlreadyProcessed);
        _bank.SendBytes(transaction).ExpectRejection(TransactionErrorKind.BlockhashNotFound);
    }

    [Fact]
    public void A_failed_transaction_is_not_executed_again()
    {
        byte[] transaction = _bank.Sign([SystemInstructions.Transfer(_payer.PublicKey, _to, 100 * Sol)], _payer);
        _bank.SendBytes(transaction).ExpectFailure(InstructionError.Custom(1));

        _bank.SendBytes(transaction).ExpectRejection(TransactionErrorKind.AlreadyProcessed);
    }

    [Fact]
    public void A_transaction_that_was_rejected_for_its_payer_may_come_again()
    {
        Keypair late = _bank.NewKey();
        byte[] transaction = _bank.Sign([SystemInstructions.Transfer(late.PublicKey, _to, Sol)], late);
        _bank.SendBytes(transaction).ExpectRejection(TransactionErrorKind.AccountNotFound);
        _bank.Fund(late.PublicKey, 3 * Sol);

        _bank.SendBytes(transaction).Expect();
    }

    [Fact]
    public void A_copy_behind_one_whose_payer_failed_counts_on_its_own_wherever_the_batches_end()
    {
        Keypair late = _bank.NewKey();
        byte[] transaction = _bank.Sign([SystemInstructions.Transfer(late.PublicKey, _to, Sol)], late);
        byte[] funding = _bank.Sign([SystemInstructions.Transfer(_payer.PublicKey, late.PublicKey, 3 * Sol)], _payer);

        SendResult[] results = _bank.SendBlock([[transaction, transaction, funding, transaction, transaction], [transaction]]);

        results[0].ExpectRejection(TransactionErrorKind.AccountNotFound);
        results[1].ExpectRejection(TransactionErrorKind.AccountNotFound);
        results[2].Expect();
        results[3].Expect();
        results[4].ExpectRejection(TransactionErrorKind.AlreadyProcessed);
        results[5].ExpectRejection(TransactionErrorKind.AlreadyProcessed);
        Assert.Equal(Sol, _bank.Balance(_to));
    }

    [Fact]
    public void A_changed_bit_fails_the_signature()
    {
        byte[] transaction = Transfer(1);
        transaction[^1] ^= 1;

        _bank.SendBytes(transaction).ExpectRejection(TransactionErrorKind.SignatureFailure);
    }

    [Fact]
    public void A_missing_second_signature_fails()
    {
        Keypair other = _bank.NewFunded();

        _bank.Send(SystemInstructions.Transfer(other.PublicKey, _to, Sol), _payer)
            .ExpectRejection(TransactionErrorKind.SignatureFailure);
    }

    [Fact]
    public void An_account_listed_twice_is_rejected()
    {
        var builder = new TransactionBuilder(_payer.PublicKey) { RecentBlockhash = _bank.Bank.LastHash };
        builder.Add(SystemInstructions.Transfer(_payer.PublicKey, _to, 1));
        byte[] message = builder.CompileMessage().Bytes.ToArray();
        _payer.PublicKey.Span.CopyTo(message.AsSpan(4 + 32));
        byte[] transaction = [1, .. _payer.Sign(message).Span, .. message];

        _bank.SendBytes(transaction).ExpectRejection(TransactionErrorKind.AccountLoadedTwice);
    }

    [Fact]
    public void Bytes_that_are_no_transaction_are_rejected_with_their_parse_error()
    {
        var transaction = new InFlightTransaction([1, 2, 3]);
        _bank.Bank.BeginBlock(0);

        _bank.Bank.Process([transaction]);

        Assert.Equal(TransactionErrorKind.SanitizeFailure, transaction.Rejection.Kind);
        Assert.NotEqual(WireError.None, transaction.WireError);
    }

    private byte[] Transfer(ulong extraLamports) =>
        _bank.Sign([SystemInstructions.Transfer(_payer.PublicKey, _to, Sol + extraLamports)], _payer);
}
