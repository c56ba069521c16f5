using Velox.Cryptography;
using Velox.Primitives;
using Xunit;
using static Velox.Svm.Tests.TestBank;

namespace Velox.Svm.Tests;

/// <summary>Calls between programs, with small programs that do one wrong thing each.</summary>
public sealed class CallTests
{
    private static readonly Address First = TestKeys.Stranger(101);
    private static readonly Address Second = TestKeys.Stranger(102);

    private readonly Address _to = TestKeys.Stranger(1);

    [Fact]
    public void A_program_may_pass_on_the_privileges_it_has()
    {
        TestBank bank = With(
            context => context.Invoke(SystemInstructions.Transfer(Account(context, 0), Account(context, 1), Sol)));
        Keypair payer = bank.NewFunded();

        TransactionRecord record = bank.Send(
            Call(First, AccountMeta.WritableSigner(payer.PublicKey), AccountMeta.Writable(_to), AccountMeta.Readonly(
                ProgramIds.System)),
            payer).Expect();

        Assert.Equal(Sol, bank.Balance(_to));
        InnerInstruction inner = Assert.Single(record.InnerInstructions);
        Assert.Equal(2, inner.StackHeight);
        Assert.Equal(0, inner.TopLevelIndex);
        Assert.Equal(ProgramIds.System, record.AccountKeys[inner.ProgramIndex]);
        Assert.Equal([payer.PublicKey, _to], inner.AccountIndexes.Select(index => record.AccountKeys[index]));
        Assert.Contains($"Program {ProgramIds.System} invoke [2]", record.LogLines);
    }

    [Fact]
    public void A_signature_that_the_caller_lacks_is_an_escalation()
    {
        TestBank bank = With(
            context => context.Invoke(SystemInstructions.Transfer(Account(context, 0), Account(context, 1), Sol)));
        Keypair payer = bank.NewFunded();
        Keypair victim = bank.NewFunded();

        SendResult result = bank.Send(
            Call(First, AccountMeta.Writable(victim.PublicKey), AccountMeta.Writable(_to), AccountMeta.Readonly(
                ProgramIds.System)),
            payer);

        result.ExpectFailure(InstructionErrorKind.PrivilegeEscalation);
        result.ExpectLog($"{victim.PublicKey}'s signer privilege escalated");
        Assert.Equal(10 * Sol, bank.Balance(victim.PublicKey));
    }

    [Fact]
    public void A_read_only_account_passed_on_as_writable_is_an_escalation()
    {
        TestBank bank = With(
            context => context.Invoke(SystemInstructions.Transfer(Account(context, 0), Account(context, 1), Sol)));
        Keypair payer = bank.NewFunded();

        SendResult result = bank.Send(
            Call(First, AccountMeta.WritableSigner(payer.PublicKey), AccountMeta.Readonly(_to), AccountMeta.Readonly(
                ProgramIds.System)),
            payer);

        result.ExpectFailure(InstructionErrorKind.PrivilegeEscalation);
        result.ExpectLog($"{_to}'s writable privilege escalated");
    }

    [Fact]
    public void A_program_signs_for_its_derived_address()
    {
        TestBank bank = With(context => context.Invoke(
            SystemInstructions.Transfer(Account(context, 0), Account(context, 1), Sol), Account(context, 0)));
        Keypair payer = bank.NewFunded();
        Address derived = TestKeys.Stranger(2);
        bank.Fund(derived, 3 * Sol);

        bank.Send(
            Call(First, AccountMeta.Writable(derived), AccountMeta.Writable(_to), AccountMeta.Readonly(
                ProgramIds.System)),
            payer).Expect();

        Assert.Equal(2 * Sol, bank.Balance(derived));
    }

    [Fact]
    public void An_account_outside_the_callers_instruction_is_missing()
    {
        Address outside = TestKeys.Stranger(3);
        TestBank bank = With(context => context.Invoke(SystemInstructions.Transfer(Account(context, 0), outside, Sol)));
        Keypair payer = bank.NewFunded();

        SendResult result = bank.Send(
            [
                Call(First, AccountMeta.WritableSigner(payer.PublicKey)),
                SystemInstructions.Transfer(payer.PublicKey, outside, Sol),
            ],
            payer);

        result.ExpectFailure(InstructionErrorKind.MissingAccount);
    }

    [Fact]
    public void A_program_that_is_no_account_of_the_transaction_is_missing()
    {
        TestBank bank = With(context => context.Invoke(Call(Second)), _ => InstructionError.None);
        Keypair payer = bank.NewFunded();

        bank.Send(Call(First), payer).ExpectFailure(InstructionErrorKind.MissingAccount);
    }

    [Fact]
    public void A_program_may_call_itself_but_not_come_back_through_another()
    {
        TestBank bank = With(
            context => context.Data.Length == 0 ? InstructionError.None : context.Invoke(
                CallWith(Next(context), context.Data[1..])),
            context => context.Data.Length == 0 ? InstructionError.None : context.Invoke(
                CallWith(Next(context), context.Data[1..])));
        Keypair payer = bank.NewFunded();

        bank.Send(Route(1, 1), payer).Expect();
        bank.Send(Route(2, 2), payer).Expect();
        SendResult back = bank.Send(Route(2, 1), payer);

        back.ExpectFailure(InstructionErrorKind.ReentrancyNotAllowed);
        back.ExpectLog("Cross-program invocation reentrancy not allowed for this instruction");
    }

    [Fact]
    public void The_call_stack_is_five_deep()
    {
        TestBank bank = With(
            context => context.Data.Length == 0 ? InstructionError.None : context.Invoke(
                CallWith(First, context.Data[1..])));
        Keypair payer = bank.NewFunded();

        bank.Send(Route(1, 1, 1, 1), payer).Expect();
        bank.Send(Route(1, 1, 1, 1, 1), payer).ExpectFailure(InstructionErrorKind.CallDepth);
    }

    [Theory]
    [InlineData(InvokeContext.MaxInstructionTrace - 1, false)]
    [InlineData(InvokeContext.MaxInstructionTrace, true)]
    public void A_transaction_runs_64_instructions_in_all(int calls, bool isTooMany)
    {
        TestBank bank = With(
            context =>
            {
                InstructionError error = InstructionError.None;
                for (int i = 0; i < calls && !error.IsError; i++)
                    error = context.Invoke(Call(Second));
                return error;
            },
            _ => InstructionError.None);
        Keypair payer = bank.NewFunded();

        SendResult result = bank.Send(Call(First, AccountMeta.Readonly(Second)), payer);

        if (isTooMany)
            result.ExpectFailure(InstructionErrorKind.MaxInstructionTraceLengthExceeded);
        else
            result.Expect();
    }

    [Fact]
    public void Lamports_out_of_nothing_unbalance_the_instruction_and_are_undone()
    {
        TestBank bank = With(context => context.Account(0).AddLamports(Sol));
        Keypair payer = bank.NewFunded();

        bank.Send(Call(First, AccountMeta.Writable(_to)), payer).ExpectFailure(
            InstructionErrorKind.UnbalancedInstruction);

        Assert.Equal(0UL, bank.Balance(_to));
    }

    [Fact]
    public void Every_call_is_entered_and_left_with_balanced_lamports()
    {
        // At the end of each route the lamports are balanced again: only a look at every level finds the fault.
        TestBank bank = With(
            context =>
            {
                InstructionError error = context.Data[0] == 0 ? context.Account(0).AddLamports(1) : InstructionError.None;
                if (!error.IsError)
                    error = context.Invoke(Call(Second, AccountMeta.Writable(Account(context, 0))));
                return error.IsError ? error : context.Account(1).SubtractLamports(1);
            },
            context => context.Account(0).AddLamports(1));
        Keypair payer = bank.NewFunded();
        Keypair own = bank.NewKey();
        bank.Send(SystemInstructions.CreateAccount(payer.PublicKey, own.PublicKey, Sol, 0, First), payer, own).Expect();
        AccountMeta[] accounts =
            [AccountMeta.Writable(_to), AccountMeta.Writable(own.PublicKey), AccountMeta.Readonly(Second)];

        SendResult entered = bank.Send(new Instruction(First, accounts, new byte[] { 0 }), payer);
        SendResult left = bank.Send(new Instruction(First, accounts, new byte[] { 1 }), payer);

        entered.ExpectFailure(InstructionErrorKind.UnbalancedInstruction);
        Assert.DoesNotContain($"Program {Second} invoke [2]", entered.Log);
        left.ExpectFailure(InstructionErrorKind.UnbalancedInstruction);
        Assert.Contains($"Program {Second} success", left.Log);
        Assert.Equal(Sol, bank.Balance(own.PublicKey));
    }

    [Fact]
    public void A_failed_call_ends_the_caller_even_if_it_looks_away()
    {
        TestBank bank = With(
            context =>
            {
                _ = context.Invoke(Call(Second, AccountMeta.Writable(Account(context, 0))));
                return InstructionError.None;
            },
            context => context.Account(0).AddLamports(1) is { IsError: false } ? InstructionErrorKind.GenericError : default);
        Keypair payer = bank.NewFunded();

        bank.Send(Call(First, AccountMeta.Writable(_to), AccountMeta.Readonly(Second)), payer)
            .ExpectFailure(InstructionErrorKind.GenericError);

        Assert.Equal(0UL, bank.Balance(_to));
    }

    [Fact]
    public void Taking_more_lamports_than_there_are_is_an_overflow()
    {
        TestBank bank = With(context => context.Account(0).SubtractLamports(ulong.MaxValue));
        Keypair payer = bank.NewFunded();

        bank.Send(Call(First, AccountMeta.Writable(payer.PublicKey)), payer)
            .ExpectFailure(InstructionErrorKind.ArithmeticOverflow);
    }

    [Fact]
    public void Foreign_accounts_cannot_be_spent_written_resized_or_given_away()
    {
        Func<AccountHandle, InstructionError>[] misdeeds =
        [
            account => account.SubtractLamports(1),
            account => account.WriteData(0, [1]),
            account => account.SetDataLength(0),
            account => account.SetOwner(First),
        ];
        InstructionErrorKind[] expected =
        [
            InstructionErrorKind.ExternalAccountLamportSpend, InstructionErrorKind.ExternalAccountDataModified,
            InstructionErrorKind.ExternalAccountDataModified, InstructionErrorKind.ModifiedProgramId,
        ];
        TestBank bank = With(context => misdeeds[context.Data[0]](context.Account(0)));
        Keypair payer = bank.NewFunded();
        Keypair victim = bank.NewKey();
        bank.Send(
            SystemInstructions.CreateAccount(payer.PublicKey, victim.PublicKey, Sol, 4, ProgramIds.System),
            payer, victim).Expect();

        for (byte i = 0; i < misdeeds.Length; i++)
        {
            bank.Send(new Instruction(First, new[] { AccountMeta.Writable(victim.PublicKey) }, new[] { i }), payer)
                .ExpectFailure(expected[i]);
        }

        Assert.Equal(new byte[4], bank.Account(victim.PublicKey).Data.Bytes.ToArray());
    }

    [Fact]
    public void A_program_writes_its_own_account_only_where_it_is_writable()
    {
        TestBank bank = With(context => context.Account(0).WriteData(1, [7, 8]));
        Keypair payer = bank.NewFunded();
        Keypair own = bank.NewKey();
        bank.Send(SystemInstructions.CreateAccount(payer.PublicKey, own.PublicKey, Sol, 3, First), payer, own).Expect();

        bank.Send(Call(First, AccountMeta.Readonly(own.PublicKey)), payer)
            .ExpectFailure(InstructionErrorKind.ReadonlyDataModified);
        bank.Send(Call(First, AccountMeta.Writable(own.PublicKey)), payer).Expect();

        Assert.Equal([0, 7, 8], bank.Account(own.PublicKey).Data.Bytes.ToArray());
    }

    [Fact]
    public void Return_data_belongs_to_its_setter_and_is_cleared_when_a_program_is_entered()
    {
        TestBank bank = With(
            context =>
            {
                InstructionError error = context.SetReturnData([1]);
                if (!error.IsError && context.Data.Length > 0)
                    error = context.Invoke(Call(Second));
                return error;
            },
            context => context.Data.Length == 0 ? InstructionError.None : context.SetReturnData(context.Data));
        Keypair payer = bank.NewFunded();

        TransactionRecord kept = bank.Send(Call(First), payer).Expect();
        TransactionRecord cleared = bank.Send(
            new Instruction(First, new[] { AccountMeta.Readonly(Second) }, new byte[] { 9 }), payer).Expect();

        Assert.Equal(First, kept.ReturnData!.ProgramId);
        Assert.Equal([1], kept.ReturnData.Data);
        Assert.Contains($"Program return: {First} AQ==", kept.LogLines);
        Assert.Null(cleared.ReturnData);
    }

    [Fact]
    public void Return_data_above_1024_bytes_is_refused()
    {
        TestBank bank = With(context => context.SetReturnData(new byte[InvokeContext.MaxReturnData + 1]));

        bank.Send(Call(First), bank.NewFunded()).ExpectFailure(InstructionErrorKind.InvalidArgument);
    }

    [Fact]
    public void A_log_ends_at_10000_bytes()
    {
        TestBank bank = With(context =>
        {
            for (int i = 0; i < 200; i++)
                context.Log(new string('x', 88));
            return InstructionError.None;
        });

        TransactionRecord record = bank.Send(Call(First), bank.NewFunded()).Expect();

        Assert.Equal("Log truncated", record.LogLines[^1]);
        Assert.InRange(record.LogLines.Take(record.LogLines.Count - 1).Sum(line => line.Length), 9_800, 9_999);
    }

    [Fact]
    public void Too_few_compute_units_end_the_transaction()
    {
        var bank = new TestBank();
        Keypair payer = bank.NewFunded();

        SendResult result = bank.Send(
            [ComputeBudgetInstructions.SetComputeUnitLimit(299), SystemInstructions.Transfer(
                payer.PublicKey, _to, Sol)], payer);

        result.ExpectFailure(InstructionErrorKind.ComputationalBudgetExceeded, instruction: 1);
        Assert.Equal(0UL, bank.Balance(_to));
    }

    [Fact]
    public void A_program_that_does_not_exist_or_is_not_executable_costs_the_fee()
    {
        var bank = new TestBank();
        Keypair payer = bank.NewFunded();
        Address plain = bank.NewFunded().PublicKey;

        SendResult absent = bank.Send(Call(First), payer);
        SendResult notExecutable = bank.Send(Call(plain), payer);

        Assert.Equal(TransactionErrorKind.ProgramAccountNotFound, absent.Record!.Error.Kind);
        Assert.Equal(TransactionErrorKind.InvalidProgramForExecution, notExecutable.Record!.Error.Kind);
        Assert.Equal(10 * Sol - 10_000, bank.Balance(payer.PublicKey));
    }

    private static TestBank With(
        Func<InvokeContext, InstructionError> first, Func<InvokeContext, InstructionError>? second = null)
    {
        var bodies = new List<INativeProgram> { new ScriptProgram(First, first) };
        if (second is not null)
            bodies.Add(new ScriptProgram(Second, second));
        return new TestBank([.. bodies]);
    }

    private static Address Account(InvokeContext context, int index) => context.Account(index).Address;

    private static Instruction Call(Address program, params AccountMeta[] accounts) => new(program, accounts, default);

    // The first byte of the data says which program comes next; the rest is for it.
    private static Instruction Route(params byte[] route) =>
        new(First, new[] { AccountMeta.Readonly(First), AccountMeta.Readonly(Second) }, route);

    // A program that is to call further needs the further programs among its accounts.
    private static Instruction CallWith(Address program, ReadOnlySpan<byte> data) => new(
        program,
        new[] { AccountMeta.Readonly(First), AccountMeta.Readonly(Second) },
        data.ToArray());

    private static Address Next(InvokeContext context) => context.Data[0] == 1 ? First : Second;
}
