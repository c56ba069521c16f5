using Velox.Cryptography;
using Velox.Primitives;
using Xunit;
using static Velox.Svm.Tests.TestBank;

namespace Velox.Svm.Tests;

public sealed class ComputeBudgetTests
{
    private readonly TestBank _bank = new();
    private readonly Keypair _payer;

    public ComputeBudgetTests() => _payer = _bank.NewFunded();

    [Theory]
    [InlineData(32 * 1024 - 1)]
    [InlineData(32 * 1024 + 1)]
    [InlineData(257 * 1024)]
    public void A_heap_outside_its_bounds_is_reported_at_its_instruction(uint heapBytes)
    {
        TransactionError error = Send(
            ComputeBudgetInstructions.SetComputeUnitLimit(1), ComputeBudgetInstructions.RequestHeapFrame(heapBytes));

        Assert.Equal(TransactionError.AtInstruction(1, InstructionErrorKind.InvalidInstructionData), error);
    }

    [Fact]
    public void A_repeated_instruction_is_reported_before_a_bad_heap()
    {
        TransactionError error = Send(
            ComputeBudgetInstructions.RequestHeapFrame(1), ComputeBudgetInstructions.RequestHeapFrame(1));

        Assert.Equal(new TransactionError(TransactionErrorKind.DuplicateInstruction, 1), error);
    }

    [Fact]
    public void A_malformed_instruction_is_reported_before_a_bad_heap()
    {
        TransactionError error = Send(
            ComputeBudgetInstructions.RequestHeapFrame(1),
            new Instruction(ProgramIds.ComputeBudget, default, new byte[] { 0 }));

        Assert.Equal(TransactionError.AtInstruction(1, InstructionErrorKind.InvalidInstructionData), error);
    }

    [Fact]
    public void Absent_accounts_do_not_count_towards_the_loaded_data()
    {
        // The fee payer and the two programs count 64 bytes each, the programs their names too.
        uint loaded = (3 * 64) + (uint)"solana_system_program".Length + (uint)"compute_budget_program".Length;
        Instruction transfer = SystemInstructions.Transfer(_payer.PublicKey, TestKeys.Stranger(1), Sol);

        Assert.Equal(
            TransactionErrorKind.MaxLoadedAccountsDataSizeExceeded,
            Send(ComputeBudgetInstructions.SetLoadedAccountsDataSizeLimit(loaded - 1), transfer).Kind);
        Assert.False(Send(ComputeBudgetInstructions.SetLoadedAccountsDataSizeLimit(loaded), transfer).IsError);
    }

    [Theory]
    [InlineData("StakeConfig11111111111111111111111111111111")]
    [InlineData("SysvarRewards111111111111111111111111111111")]
    [InlineData("ZkE1Gama1Proof11111111111111111111111111111")]
    [InlineData("ZkTokenProof1111111111111111111111111111111")]
    public void A_reserved_key_is_not_written_though_the_message_asks_for_it(string reserved)
    {
        SendResult result = _bank.Send(
            SystemInstructions.Transfer(_payer.PublicKey, Address.Parse(reserved), Sol), _payer);

        result.ExpectFailure(InstructionErrorKind.ReadonlyLamportChange);
    }

    private TransactionError Send(params Instruction[] instructions) => _bank.Send(instructions, _payer).Error;
}
