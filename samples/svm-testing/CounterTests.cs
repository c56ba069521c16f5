using Velox.Cryptography;
using Velox.Primitives;
using Velox.Svm;
using Xunit;

namespace Velox.Samples.SvmTesting;

/// <summary>How a program is tested with <see cref="SvmEnvironment"/>.</summary>
public sealed class CounterTests
{
    private const ulong CounterLamports = 1_002_240;
    private const ulong CountUnits = 376;

    private readonly SvmEnvironment _environment = new(new SvmOptions { UnixTimestamp = 1_700_000_000 });
    private readonly Keypair _wallet;
    private readonly Address _counter;

    public CounterTests()
    {
        _environment.AddProgram(CounterProgram.Id, CounterProgram.Elf);
        _wallet = _environment.NewFunded();
        _counter = CounterProgram.AddressOf(_wallet.PublicKey);
    }

    [Fact]
    public void A_counter_is_created_at_its_derived_address_and_counts()
    {
        SvmResult created = _environment.Send(CounterProgram.Create(_wallet.PublicKey), _wallet).EnsureSuccess();
        Assert.Equal(
            new SvmAccount(CounterLamports, CounterProgram.Id, new byte[16]), _environment.GetAccount(_counter));
        Assert.Equal(ProgramIds.System, Assert.Single(Assert.Single(created.Calls).Calls).Program);

        SvmResult counted = _environment.Send(CounterProgram.Count(_wallet.PublicKey), _wallet).EnsureSuccess();
        Assert.Contains("Program log: counted", counted.Logs);
        Assert.Equal([1, 0, 0, 0, 0, 0, 0, 0], counted.ReturnData!.Data);
        Assert.Equal(1ul, CounterProgram.ReadCount(counted.PostAccount(_counter)!));
        Assert.Equal([_counter], _environment.GetProgramAccounts(CounterProgram.Id).Select(pair => pair.Key));
    }

    [Fact]
    public void Compute_units_are_those_of_a_network()
    {
        _environment.Send(CounterProgram.Create(_wallet.PublicKey), _wallet).EnsureSuccess();
        SvmResult result = _environment.Simulate(CounterProgram.Count(_wallet.PublicKey), _wallet).EnsureSuccess();

        // The instructions, and 140 for the clock, 100 each for return data and log: what other Solana runtimes count too.
        Assert.Equal(CountUnits, result.UnitsConsumed);
        Assert.Equal(CountUnits, Assert.Single(result.Calls).UnitsConsumed);
    }

    [Fact]
    public void It_counts_once_a_day()
    {
        _environment.Send([CounterProgram.Create(_wallet.PublicKey), CounterProgram.Count(_wallet.PublicKey)], _wallet).EnsureSuccess();

        _environment.WarpToTimestamp(_environment.UnixTimestamp + CounterProgram.SecondsPerDay - 1);
        SvmResult early = _environment.Send(CounterProgram.Count(_wallet.PublicKey), _wallet);
        Assert.Equal(TransactionError.AtInstruction(0, InstructionError.Custom(CounterProgram.TooEarly)), early.Error);
        Assert.Contains("Program log: come back tomorrow", early.Logs);

        _environment.WarpToTimestamp(_environment.UnixTimestamp + 1);
        _environment.ExpireBlockhash(); // else the same message would be AlreadyProcessed
        _environment.Send(CounterProgram.Count(_wallet.PublicKey), _wallet).EnsureSuccess();
        Assert.Equal(2ul, CounterProgram.ReadCount(_environment.GetAccount(_counter)!));
    }

    [Fact]
    public void Only_the_right_address_becomes_a_counter()
    {
        Keypair other = _environment.NewFunded();
        byte[] data = CounterProgram.Create(_wallet.PublicKey).Data.ToArray();
        Address wrong = CounterProgram.AddressOf(other.PublicKey);

        SvmResult result = _environment.Send(CounterProgram.Build(_wallet.PublicKey, wrong, data), _wallet);

        Assert.Equal(InstructionErrorKind.PrivilegeEscalation, result.Error.Instruction.Kind);
        Assert.Contains($"{wrong}'s signer privilege escalated", result.Logs);
        Assert.Null(_environment.GetAccount(wrong));
    }

    [Fact]
    public void A_counter_that_is_not_there_cannot_be_counted()
    {
        SvmResult result = _environment.Send(CounterProgram.Count(_wallet.PublicKey), _wallet);
        Assert.Equal(InstructionError.Custom(CounterProgram.BadCall), result.Error.Instruction);
        Assert.True(result.IsRecorded);
        Assert.Equal(5_000ul, result.Fee);
    }

    [Fact]
    public void Donations_are_made_by_a_call_of_the_system_program()
    {
        _environment.Send(CounterProgram.Create(_wallet.PublicKey), _wallet).EnsureSuccess();

        SvmResult result = _environment.Send(CounterProgram.Donate(_wallet.PublicKey, 1_234), _wallet).EnsureSuccess();

        Assert.Equal(CounterLamports + 1_234, _environment.GetBalance(_counter));
        InnerInstruction call = Assert.Single(result.InnerInstructions);
        Assert.Equal(2, call.StackHeight);
        Assert.Equal((byte)SystemInstructionTag.Transfer, call.Data[0]);
        SvmResult tooMuch = _environment.Send(CounterProgram.Donate(_wallet.PublicKey, ulong.MaxValue), _wallet);
        Assert.Equal(InstructionError.Custom(1), tooMuch.Error.Instruction); // the system program's: too few lamports
        Assert.Contains(tooMuch.Logs, line => line.Contains("insufficient lamports", StringComparison.Ordinal));
    }

    [Fact]
    public void A_test_goes_back_to_what_was_prepared()
    {
        _environment.Send(CounterProgram.Create(_wallet.PublicKey), _wallet).EnsureSuccess();
        SvmSnapshot prepared = _environment.TakeSnapshot();
        Hash256 root = _environment.StateRoot;
        for (int i = 0; i < 3; i++)
        {
            // Always the same: the message too, since recorded transactions come back with the rest.
            _environment.Send(CounterProgram.Count(_wallet.PublicKey), _wallet).EnsureSuccess();
            Assert.Equal(1ul, CounterProgram.ReadCount(_environment.GetAccount(_counter)!));
            _environment.Restore(prepared);
            Assert.Equal(root, _environment.StateRoot);
        }
    }

    [Fact]
    public void Forks_go_their_own_ways_on_threads_of_their_own()
    {
        _environment.Send(CounterProgram.Create(_wallet.PublicKey), _wallet).EnsureSuccess();
        SvmSnapshot prepared = _environment.TakeSnapshot();
        ulong[] counts = new ulong[8];
        Parallel.For(0, counts.Length, days =>
        {
            SvmEnvironment fork = prepared.Fork();
            for (int day = 0; day < days; day++)
            {
                fork.WarpToTimestamp(fork.UnixTimestamp + CounterProgram.SecondsPerDay);
                fork.AdvanceSlot();
                fork.Send(CounterProgram.Count(_wallet.PublicKey), _wallet).EnsureSuccess();
            }

            counts[days] = CounterProgram.ReadCount(fork.GetAccount(_counter)!);
        });
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7], counts);
        Assert.Equal(0ul, CounterProgram.ReadCount(_environment.GetAccount(_counter)!));
    }

    [Fact]
    public void A_light_client_can_check_what_a_test_saw()
    {
        _environment.Send([CounterProgram.Create(_wallet.PublicKey), CounterProgram.Count(_wallet.PublicKey)], _wallet).EnsureSuccess();
        State.AccountProof proof = _environment.Prove(_counter)!;
        Assert.True(proof.Verify(_environment.StateRoot));
        Assert.Equal(1ul, proof.Account.ReadUInt64(0));
    }
}
