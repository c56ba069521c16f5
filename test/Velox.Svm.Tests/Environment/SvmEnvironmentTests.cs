using Velox.Cryptography;
using Velox.Primitives;
using Xunit;
using static Velox.Svm.Tests.EnvironmentPrograms;

namespace Velox.Svm.Tests;

public sealed class SvmEnvironmentTests
{
    private const ulong Sol = SvmEnvironment.LamportsPerSol;

    private static readonly Address Stranger = TestKeys.Stranger(7_100);

    [Fact]
    public void A_transfer_moves_lamports_at_once_and_says_what_it_cost()
    {
        var environment = new SvmEnvironment();
        Keypair payer = environment.NewFunded(5 * Sol);

        SvmResult result = environment.Send(SystemInstructions.Transfer(payer.PublicKey, Stranger, Sol), payer).EnsureSuccess();

        Assert.Equal(Sol, environment.GetBalance(Stranger));
        Assert.Equal(4 * Sol - 5_000, environment.GetBalance(payer.PublicKey));
        Assert.Equal((5_000ul, 150ul, 1ul), (result.Fee, result.UnitsConsumed, result.Slot));
        Assert.Equal(new SvmAccount(Sol, ProgramIds.System), result.PostAccount(Stranger));
        Assert.Equal(
            [$"Program {ProgramIds.System} invoke [1]", $"Program {ProgramIds.System} success"], result.Logs);
        Assert.Null(environment.GetAccount(TestKeys.Stranger(7_101)));
    }

    [Fact]
    public void A_simulation_says_what_would_be_and_changes_nothing()
    {
        var environment = new SvmEnvironment();
        Keypair payer = environment.NewFunded(5 * Sol);
        AddCounter(environment, Stranger);
        Hash256 root = environment.StateRoot;

        SvmResult simulated = environment.Simulate([Count(Stranger), Count(Stranger)], payer);

        Assert.True(simulated.IsSuccess, simulated.ToString());
        Assert.Equal(2, simulated.PostAccount(Stranger)!.Data.Span[0]);
        Assert.Equal(5 * Sol - 5_000, simulated.PostAccount(payer.PublicKey)!.Lamports);
        Assert.Equal(root, environment.StateRoot);
        SvmResult sent = environment.Send([Count(Stranger), Count(Stranger)], payer);
        Assert.Equal(simulated.Logs, sent.Logs);
        Assert.Equal(simulated.UnitsConsumed, sent.UnitsConsumed);
        Assert.Equal(simulated.PostAccounts, sent.PostAccounts);
        Assert.NotEqual(root, environment.StateRoot);
    }

    [Fact]
    public void What_is_refused_before_it_runs_is_a_result_that_is_not_recorded()
    {
        var environment = new SvmEnvironment();
        Keypair payer = environment.NewFunded();
        Instruction transfer = SystemInstructions.Transfer(payer.PublicKey, Stranger, Sol);
        byte[] sent = environment.Sign([transfer], payer);
        byte[] forged = environment.Sign([SystemInstructions.Transfer(payer.PublicKey, Stranger, 2 * Sol)], payer);
        forged[1] ^= 1;
        Keypair poor = environment.NewKeypair();
        environment.Send(sent).EnsureSuccess();
        Hash256 root = environment.StateRoot;

        (byte[] Bytes, TransactionErrorKind Kind)[] refused =
        [
            ([], TransactionErrorKind.SanitizeFailure),
            (new byte[2_000], TransactionErrorKind.SanitizeFailure),
            (forged, TransactionErrorKind.SignatureFailure),
            (sent, TransactionErrorKind.AlreadyProcessed),
            (environment.Sign([SystemInstructions.Transfer(poor.PublicKey, Stranger, 1)], poor), TransactionErrorKind.AccountNotFound),
        ];
        foreach ((byte[] bytes, TransactionErrorKind kind) in refused)
        {
            SvmResult result = environment.Send(bytes);
            Assert.Equal((kind, false), (result.Error.Kind, result.IsRecorded));
            Assert.StartsWith($"Refused: {result.Error}", result.ToString(), StringComparison.Ordinal);
            Assert.Empty(result.PostAccounts);
            Assert.Throws<SvmTransactionException>(result.EnsureSuccess);
            Assert.Equal(kind, environment.Simulate(bytes).Error.Kind);
        }

        Assert.Equal(root, environment.StateRoot);
    }

    [Fact]
    public void A_failed_transaction_costs_its_fee_and_says_why()
    {
        var environment = new SvmEnvironment();
        Keypair payer = environment.NewFunded(5 * Sol);
        AddCounter(environment, Stranger, limit: 1);
        environment.Send(Count(Stranger), payer).EnsureSuccess();
        environment.ExpireBlockhash();

        SvmResult result = environment.Send(Count(Stranger), payer);

        Assert.Equal(TransactionError.AtInstruction(0, InstructionError.Custom(7)), result.Error);
        Assert.True(result.IsRecorded);
        Assert.Equal(5 * Sol - 10_000, environment.GetBalance(payer.PublicKey));
        Assert.Equal(1ul, CountOf(environment, Stranger));
        var thrown = Assert.Throws<SvmTransactionException>(result.EnsureSuccess);
        Assert.Contains("custom program error: 0x7", thrown.Message, StringComparison.Ordinal);
        Assert.Contains($"Program {CounterId} failed", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Checks_can_be_switched_off()
    {
        var environment = new SvmEnvironment(new SvmOptions
        {
            VerifiesSignatures = false,
            ChecksBlockhash = false,
            ChecksDuplicates = false,
        });
        environment.Airdrop(Stranger, 5 * Sol);
        Instruction transfer = SystemInstructions.Transfer(Stranger, TestKeys.Stranger(7_102), Sol);
        environment.SendUnsigned([transfer], Stranger).EnsureSuccess();
        environment.SendUnsigned([transfer], Stranger).EnsureSuccess();
        Assert.Equal(2 * Sol, environment.GetBalance(TestKeys.Stranger(7_102)));

        byte[] old = new TransactionBuilder(Stranger) { RecentBlockhash = Hash256.Parse(Stranger.ToString()) }
            .Add(transfer).CompileMessage().Serialize([default]);
        environment.Send(old).EnsureSuccess();
        Assert.Equal(TransactionErrorKind.SignatureFailure, new SvmEnvironment().Send(old).Error.Kind);
        Assert.Throws<InvalidOperationException>(() => new SvmEnvironment().SendUnsigned([transfer], Stranger));
    }

    [Fact]
    public void Programs_of_every_loader_can_be_called_in_the_slot_in_which_they_are_put_in()
    {
        foreach (ProgramLoader loader in Enum.GetValues<ProgramLoader>())
        {
            var environment = new SvmEnvironment();
            Keypair payer = environment.NewFunded();
            var call = new Instruction(CounterId, default, default);
            environment.AddProgram(CounterId, TestElf.Returning(0), loader, authority: Stranger);
            environment.Send(call, payer).EnsureSuccess();
            environment.ExpireBlockhash();

            environment.AddProgram(CounterId, TestElf.Returning(3), loader);

            Assert.Equal(InstructionError.Custom(3), environment.Send(call, payer).Error.Instruction);
            Assert.True(environment.GetAccount(CounterId)!.IsExecutable);
        }
    }

    [Fact]
    public void A_program_can_be_upgraded_by_its_authority_one_slot_later()
    {
        var environment = new SvmEnvironment();
        Keypair owner = environment.NewFunded();
        environment.AddProgram(CounterId, TestElf.Returning(1), authority: owner.PublicKey);
        byte[] elf = TestElf.Returning(2);
        byte[] buffer = new byte[LoaderState.BufferHeadSize + elf.Length];
        LoaderState.OfBuffer(owner.PublicKey).Write(buffer);
        elf.CopyTo(buffer, LoaderState.BufferHeadSize);
        environment.SetAccount(Stranger, new SvmAccount(Sol, ProgramIds.BpfLoaderUpgradeable, buffer));
        var call = new Instruction(CounterId, default, default);
        Assert.Equal(InstructionError.Custom(1), environment.Send(call, owner).Error.Instruction);

        environment.Send(
            LoaderInstructions.Upgrade(CounterId, Stranger, owner.PublicKey, owner.PublicKey), owner).EnsureSuccess();

        environment.ExpireBlockhash();
        Assert.Equal(InstructionErrorKind.UnsupportedProgramId, environment.Send(call, owner).Error.Instruction.Kind);
        environment.AdvanceSlot();
        Assert.Equal(InstructionError.Custom(2), environment.Send(call, owner).Error.Instruction);
    }

    [Fact]
    public void A_native_program_runs_beside_the_others_and_can_take_the_place_of_one()
    {
        var environment = new SvmEnvironment();
        Keypair payer = environment.NewFunded();
        environment.AddNativeProgram(new ScriptProgram(Stranger, context =>
        {
            context.Log($"slot {context.Block.Slot}");
            return context.SetReturnData([1, 2, 3]);
        }));

        SvmResult result = environment.Send(new Instruction(Stranger, default, default), payer).EnsureSuccess();

        Assert.Contains("Program log: slot 1", result.Logs);
        Assert.Equal([1, 2, 3], result.ReturnData!.Data);
        environment.AddProgram(Stranger, TestElf.Returning(9));
        environment.ExpireBlockhash();
        Assert.Equal(
            InstructionError.Custom(9), environment.Send(new Instruction(Stranger, default, default), payer).Error.Instruction);
    }

    [Fact]
    public void Token_programs_can_be_left_out()
    {
        Assert.NotNull(new SvmEnvironment().GetAccount(ProgramIds.Token));
        var environment = new SvmEnvironment(new SvmOptions { HasTokenPrograms = false });
        Keypair payer = environment.NewFunded();
        Assert.Null(environment.GetAccount(ProgramIds.Token));
        Assert.Equal(
            TransactionErrorKind.ProgramAccountNotFound,
            environment.Send(new Instruction(ProgramIds.Token, default, default), payer).Error.Kind);
    }

    [Fact]
    public void Accounts_of_a_program_are_listed_in_address_order()
    {
        var environment = new SvmEnvironment();
        int count = environment.AccountCount;
        var expected = new SortedDictionary<Address, SvmAccount>();
        for (int i = 0; i < 20; i++)
        {
            var account = new SvmAccount((ulong)i + 1, Stranger, new byte[i]);
            expected[TestKeys.Stranger(8_000 + i)] = account;
            environment.SetAccount(TestKeys.Stranger(8_000 + i), account);
            if (i == 10)
                environment.TakeSnapshot();
        }

        Assert.Equal(expected, environment.GetProgramAccounts(Stranger));
        Assert.Equal(count + 20, environment.AccountCount);
        environment.RemoveAccount(expected.Keys.First());
        Assert.Equal(expected.Skip(1), environment.GetProgramAccounts(Stranger));
        Assert.Equal(count + 19, environment.AccountCount);
    }

    [Fact]
    public void An_account_is_proved_against_the_root()
    {
        var environment = new SvmEnvironment();
        Keypair payer = environment.NewFunded(Sol);
        State.AccountProof proof = environment.Prove(payer.PublicKey)!;
        Assert.True(proof.Verify(environment.StateRoot));
        Assert.Equal(Sol, proof.Account.Lamports);
        Assert.Null(environment.Prove(Stranger));

        environment.Airdrop(Stranger, Sol);
        Assert.False(proof.Verify(environment.StateRoot));
        Assert.True(environment.Prove(Stranger)!.Verify(environment.StateRoot));
    }

    [Fact]
    public void The_calls_of_a_transaction_are_a_tree_with_units()
    {
        var environment = new SvmEnvironment();
        Keypair payer = environment.NewFunded();
        Address caller = TestKeys.Stranger(7_200);
        AddCounter(environment, Stranger);
        environment.AddNativeProgram(new ScriptProgram(caller, context =>
        {
            context.Log("calling");
            return context.Invoke(Count(Stranger));
        }));
        AccountMeta[] metas = [AccountMeta.Writable(Stranger), AccountMeta.Readonly(CounterId)];

        SvmResult result = environment.Send([new Instruction(caller, metas, default), Count(Stranger)], payer).EnsureSuccess();

        Assert.Equal(2, result.Calls.Count);
        ProgramCall outer = result.Calls[0];
        ProgramCall inner = Assert.Single(outer.Calls);
        Assert.Equal((caller, 1, (ulong?)null), (outer.Program, outer.StackHeight, outer.UnitsConsumed));
        Assert.Equal(["Program log: calling"], outer.Logs);
        Assert.Equal((CounterId, 2, true), (inner.Program, inner.StackHeight, inner.IsSuccess));
        Assert.Equal(result.UnitsConsumed, 100 + inner.UnitsConsumed + result.Calls[1].UnitsConsumed);
        Assert.Equal(inner.UnitsConsumed, inner.OwnUnits);
        Assert.Equal(CounterId, Assert.Single(result.InnerInstructions) is { } call ? result.Record!.AccountKeys[call.ProgramIndex] : default);
        Assert.Equal(
            $"{caller}, success\n  {CounterId}, {inner.UnitsConsumed} units, success", outer.ToString().ReplaceLineEndings("\n"));
    }

    [Fact]
    public void The_log_ends_at_its_limit()
    {
        var environment = new SvmEnvironment(new SvmOptions { LogBytes = 100 });
        Keypair payer = environment.NewFunded();
        AddCounter(environment, Stranger);
        SvmResult result = environment.Send([Count(Stranger), Count(Stranger)], payer).EnsureSuccess();
        Assert.Equal("Log truncated", result.Logs[^1]);
        Assert.True(result.Logs.Sum(line => line.Length) < 100 + "Log truncated".Length);
        Assert.False(result.Calls[0].IsSuccess);
    }
}
