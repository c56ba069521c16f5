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

    [Theory]
    [InlineData("11111111111111111111111111111111", 3_000)]
    [InlineData("ComputeBudget111111111111111111111111111111", 3_000)]
    [InlineData("BPFLoader1111111111111111111111111111111111", 3_000)]
    [InlineData("BPFLoader2111111111111111111111111111111111", 3_000)]
    [InlineData("BPFLoaderUpgradeab1e11111111111111111111111", 3_000)]
    [InlineData("LoaderV411111111111111111111111111111111111", 3_000)]
    [InlineData("Ed25519SigVerify111111111111111111111111111", 3_000)]
    [InlineData("KeccakSecp256k11111111111111111111111111111", 3_000)]
    [InlineData("Secp256r1SigVerify1111111111111111111111111", 200_000)]
    [InlineData("Vote111111111111111111111111111111111111111", 200_000)]
    [InlineData("Stake11111111111111111111111111111111111111", 200_000)]
    [InlineData("AddressLookupTab1e1111111111111111111111111", 200_000)]
    [InlineData("Config1111111111111111111111111111111111111", 200_000)]
    [InlineData("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA", 200_000)]
    public void Each_instruction_is_granted_units_by_its_program(string program, uint units)
    {
        byte[] limit = [4, 1, 0, 0, 0];
        byte[] twice = TestBank.Sign(
            default,
            [new Instruction(Address.Parse(program), default, limit), SystemInstructions.Transfer(_payer.PublicKey, default, 1)],
            _payer);

        Assert.Equal(units + 3_000, Read(twice).UnitLimit);
    }

    [Fact]
    public void Vote_is_a_builtin_until_its_feature_is_on()
    {
        FeatureSet without = FeatureSet.Mainnet.Without(Feature.Named("bls_pubkey_management_in_vote_account").Id);
        byte[] bytes = TestBank.Sign(default, [new Instruction(ProgramIds.Vote, default, default)], _payer);

        Assert.Equal(3_000U, Read(bytes, without).UnitLimit);
    }

    [Fact]
    public void Granted_units_end_at_1_400_000()
    {
        Instruction[] eight = [.. Enumerable.Repeat(new Instruction(ProgramIds.Token, default, default), 8)];

        Assert.Equal(1_400_000U, Read(TestBank.Sign(default, eight, _payer)).UnitLimit);
        Assert.Equal(1_400_000U, Read(TestBank.Sign(default, eight[..7], _payer)).UnitLimit);
        Assert.Equal(1_200_000U, Read(TestBank.Sign(default, eight[..6], _payer)).UnitLimit);
    }

    [Fact]
    public void What_is_asked_for_is_granted_up_to_the_maxima()
    {
        ComputeBudget budget = Read(TestBank.Sign(
            default,
            [
                ComputeBudgetInstructions.RequestHeapFrame(256 * 1024),
                ComputeBudgetInstructions.SetComputeUnitLimit(uint.MaxValue),
                ComputeBudgetInstructions.SetComputeUnitPrice(1_500_000),
                ComputeBudgetInstructions.SetLoadedAccountsDataSizeLimit(uint.MaxValue),
            ],
            _payer));

        Assert.Equal(new ComputeBudget(1_400_000, 2_100_000, 64 * 1024 * 1024, 256 * 1024), budget);
        Assert.Equal(1_500_000UL, budget.UnitPrice);
        Assert.Equal(32U * 1024, Read(TestBank.Sign(default, [], _payer)).HeapBytes);
    }

    [Theory]
    [InlineData("01000080")]
    [InlineData("02000080")]
    [InlineData("0300000000000000")]
    [InlineData("04000080")]
    [InlineData("05")]
    [InlineData("")]
    public void A_cut_off_or_unknown_instruction_is_malformed(string hex)
    {
        TransactionError error = Send(new Instruction(ProgramIds.ComputeBudget, default, Convert.FromHexString(hex)));

        Assert.Equal(TransactionError.AtInstruction(0, InstructionErrorKind.InvalidInstructionData), error);
    }

    [Fact]
    public void A_limit_of_no_bytes_is_refused_behind_a_bad_heap()
    {
        Instruction none = ComputeBudgetInstructions.SetLoadedAccountsDataSizeLimit(0);

        Assert.Equal(TransactionErrorKind.InvalidLoadedAccountsDataSizeLimit, Send(none).Kind);
        Assert.Equal(
            TransactionError.AtInstruction(1, InstructionErrorKind.InvalidInstructionData),
            Send(none, ComputeBudgetInstructions.RequestHeapFrame(1)));
    }

    [Fact]
    public void Malformed_instructions_come_before_the_keys_and_values_behind_them()
    {
        // Two keys alike: the message is written by hand.
        AccountMeta twice = AccountMeta.Readonly(TestKeys.Stranger(40));
        Instruction use = new(ProgramIds.System, new[] { twice, AccountMeta.Readonly(TestKeys.Stranger(41)) }, default);
        byte[] WithDuplicate(Instruction budget)
        {
            var builder = new TransactionBuilder(_payer.PublicKey) { RecentBlockhash = _bank.Bank.LastHash };
            byte[] message = builder.Add(use).Add(budget).CompileMessage().Bytes.ToArray();
            int second = message.AsSpan().IndexOf(TestKeys.Stranger(41).Span);
            twice.Address.Span.CopyTo(message.AsSpan(second));
            return [1, .. _payer.Sign(message).Span, .. message];
        }

        Assert.Equal(
            TransactionErrorKind.InstructionError,
            _bank.SendBytes(WithDuplicate(new Instruction(ProgramIds.ComputeBudget, default, default))).Rejection.Kind);
        Assert.Equal(
            TransactionErrorKind.AccountLoadedTwice,
            _bank.SendBytes(WithDuplicate(ComputeBudgetInstructions.SetLoadedAccountsDataSizeLimit(0))).Rejection.Kind);
    }

    private static ComputeBudget Read(byte[] transaction, FeatureSet? features = null)
    {
        Assert.Equal(WireError.None, TransactionView.TryParse(transaction, out TransactionView view));
        TransactionError error = ComputeBudget.TryRead(in view, features ?? FeatureSet.Mainnet, out ComputeBudget budget);
        Assert.False(error.IsError, error.ToString());
        return budget;
    }

    private TransactionError Send(params Instruction[] instructions) => _bank.Send(instructions, _payer).Error;
}
