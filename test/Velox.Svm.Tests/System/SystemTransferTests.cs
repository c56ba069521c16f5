using Velox.Cryptography;
using Velox.Primitives;
using Xunit;
using static Velox.Svm.Tests.TestBank;

namespace Velox.Svm.Tests;

public sealed class SystemTransferTests
{
    private readonly TestBank _bank = new();

    [Fact]
    public void A_transfer_moves_lamports_and_costs_the_fee()
    {
        Keypair from = _bank.NewFunded(10 * Sol);
        Address to = TestKeys.Stranger(1);

        TransactionRecord record = _bank.Send(SystemInstructions.Transfer(from.PublicKey, to, 3 * Sol), from).Expect();

        Assert.Equal(7 * Sol - 5_000, _bank.Balance(from.PublicKey));
        Assert.Equal(3 * Sol, _bank.Balance(to));
        Assert.Equal(150UL, record.ComputeUnitsConsumed);
        Assert.Equal(
            ["Program 11111111111111111111111111111111 invoke [1]", "Program 11111111111111111111111111111111 success"],
            record.LogLines);
    }

    [Fact]
    public void A_transfer_of_more_than_there_is_fails_with_ResultWithNegativeLamports()
    {
        Keypair payer = _bank.NewFunded();
        Keypair from = _bank.NewFunded(2 * Sol);

        SendResult result = _bank.Send(
            SystemInstructions.Transfer(from.PublicKey, TestKeys.Stranger(1), 2 * Sol + 1), payer, from);

        result.ExpectFailure(InstructionError.Custom((uint)SystemError.ResultWithNegativeLamports));
        result.ExpectLog("Transfer: insufficient lamports 2000000000, need 2000000001");
        result.ExpectLog("Program 11111111111111111111111111111111 failed: custom program error: 0x1");
        Assert.Equal(2 * Sol, _bank.Balance(from.PublicKey));
    }

    [Fact]
    public void A_source_that_did_not_sign_keeps_its_lamports()
    {
        Keypair payer = _bank.NewFunded();
        Keypair from = _bank.NewFunded();
        Instruction instruction = InstructionVariant.Of(
            SystemInstructions.Transfer(from.PublicKey, payer.PublicKey, Sol),
            AccountMeta.Writable(from.PublicKey), AccountMeta.Writable(payer.PublicKey));

        SendResult result = _bank.Send(instruction, payer);

        result.ExpectFailure(InstructionErrorKind.MissingRequiredSignature);
        result.ExpectLog($"Transfer: `from` account {from.PublicKey} must sign");
        Assert.Equal(10 * Sol, _bank.Balance(from.PublicKey));
    }

    [Fact]
    public void A_source_with_data_is_refused()
    {
        Keypair payer = _bank.NewFunded();
        Keypair from = _bank.NewKey();
        _bank.Send(
            SystemInstructions.CreateAccount(payer.PublicKey, from.PublicKey, Sol, 1, ProgramIds.System),
            payer, from).Expect();

        SendResult result = _bank.Send(
            SystemInstructions.Transfer(from.PublicKey, payer.PublicKey, 1), payer, from);

        result.ExpectFailure(InstructionErrorKind.InvalidArgument);
        result.ExpectLog("Transfer: `from` must not carry data");
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(1UL)]
    public void A_read_only_source_is_refused_even_for_nothing(ulong lamports)
    {
        Keypair payer = _bank.NewFunded();
        Keypair from = _bank.NewFunded();
        Instruction instruction = InstructionVariant.Of(
            SystemInstructions.Transfer(from.PublicKey, payer.PublicKey, lamports),
            AccountMeta.ReadonlySigner(from.PublicKey), AccountMeta.Writable(payer.PublicKey));

        _bank.Send(instruction, payer, from).ExpectFailure(InstructionErrorKind.ReadonlyLamportChange);
    }

    [Fact]
    public void A_read_only_destination_is_refused_and_the_source_keeps_its_lamports()
    {
        Keypair payer = _bank.NewFunded();
        Keypair from = _bank.NewFunded();
        Instruction instruction = InstructionVariant.Of(
            SystemInstructions.Transfer(from.PublicKey, TestKeys.Stranger(3), Sol),
            AccountMeta.WritableSigner(from.PublicKey), AccountMeta.Readonly(TestKeys.Stranger(3)));

        _bank.Send(instruction, payer, from).ExpectFailure(InstructionErrorKind.ReadonlyLamportChange);

        Assert.Equal(10 * Sol, _bank.Balance(from.PublicKey));
    }

    [Fact]
    public void A_transfer_to_oneself_changes_nothing_but_the_fee()
    {
        Keypair from = _bank.NewFunded();

        _bank.Send(SystemInstructions.Transfer(from.PublicKey, from.PublicKey, 4 * Sol), from).Expect();

        Assert.Equal(10 * Sol - 5_000, _bank.Balance(from.PublicKey));
    }

    [Fact]
    public void A_transfer_with_one_account_lacks_keys()
    {
        Keypair from = _bank.NewFunded();
        Instruction instruction = InstructionVariant.Of(
            SystemInstructions.Transfer(from.PublicKey, from.PublicKey, 1), AccountMeta.WritableSigner(from.PublicKey));

        _bank.Send(instruction, from).ExpectFailure(InstructionErrorKind.MissingAccount);
    }

    [Fact]
    public void Bytes_after_the_last_field_are_ignored_and_a_missing_one_is_not()
    {
        Keypair from = _bank.NewFunded();
        Instruction transfer = SystemInstructions.Transfer(from.PublicKey, TestKeys.Stranger(1), Sol);

        _bank.Send(new Instruction(
            transfer.ProgramId, transfer.Accounts, new byte[] { 2, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7 }), from)
            .ExpectFailure(InstructionErrorKind.InvalidInstructionData);
        _bank.Send(
            new Instruction(transfer.ProgramId, transfer.Accounts, (byte[])[.. transfer.Data.Span, 1, 2, 3]), from)
            .Expect();
    }

    [Theory]
    [InlineData(14)]
    [InlineData(255)]
    public void Unknown_instructions_are_invalid_data(byte number)
    {
        Keypair payer = _bank.NewFunded();
        var data = new byte[60];
        data[0] = number;
        var instruction = new Instruction(
            ProgramIds.System, new[] { AccountMeta.WritableSigner(payer.PublicKey) }, data);

        _bank.Send(instruction, payer).ExpectFailure(InstructionErrorKind.InvalidInstructionData);
    }
}
