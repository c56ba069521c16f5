using Velox.Cryptography;
using Velox.Primitives;
using Velox.Testing;
using Xunit;
using static Velox.Svm.Tests.EnvironmentPrograms;

namespace Velox.Svm.Tests;

public sealed class SvmSnapshotTests
{
    private static readonly Address Counter = TestKeys.Stranger(7_500);

    [Fact]
    public void Everything_comes_back()
    {
        var environment = new SvmEnvironment();
        Keypair payer = environment.NewFunded();
        AddCounter(environment, Counter);
        byte[] sent = environment.Sign([Count(Counter)], payer);
        byte[] later = environment.Sign([Count(Counter), Count(Counter)], payer);
        environment.Send(sent).EnsureSuccess();
        SvmSnapshot snapshot = environment.TakeSnapshot();
        (Hash256 Root, ClockSysvar Clock, Hash256 Blockhash, int Count) before = Describe();

        environment.Send(later).EnsureSuccess();
        environment.AddProgram(CounterId, TestElf.Returning(0));
        environment.AddNativeProgram(new ScriptProgram(Counter, _ => default));
        environment.WarpToSlot(1_000_000);
        environment.WarpToTimestamp(77);
        environment.SetLastRestartSlot(5);
        Address drawn = environment.NewKeypair().PublicKey;
        Assert.NotEqual(before, Describe());
        environment.Restore(snapshot);

        Assert.Equal(before, Describe());
        Assert.Equal(drawn, environment.NewKeypair().PublicKey);
        Assert.Equal(TransactionErrorKind.AlreadyProcessed, environment.Send(sent).Error.Kind);
        environment.Send(later).EnsureSuccess();
        Assert.Equal(3ul, CountOf(environment, Counter));
        Assert.Equal(CounterId, environment.GetAccount(Counter)!.Owner);
        Assert.Null(environment.NativePrograms.Find(Counter));

        (Hash256, ClockSysvar, Hash256, int) Describe() =>
            (environment.StateRoot, environment.Clock, environment.LatestBlockhash, environment.AccountCount);
    }

    [Fact]
    public void A_fork_and_its_origin_do_not_see_each_other()
    {
        var origin = new SvmEnvironment();
        Keypair payer = origin.NewFunded();
        AddCounter(origin, Counter);
        SvmEnvironment fork = origin.Fork();

        fork.AddProgram(CounterId, Counter2());
        fork.Send(Count(Counter), payer).EnsureSuccess();
        fork.AdvanceSlot(5);
        origin.Send([Count(Counter), Count(Counter)], payer).EnsureSuccess();

        Assert.Equal((2ul, 1ul), (CountOf(origin, Counter), origin.Slot));
        Assert.Equal((5ul, 6ul), (CountOf(fork, Counter), fork.Slot));
        Assert.NotEqual(origin.NewKeypair().PublicKey, payer.PublicKey);
        Assert.NotEqual(fork.NewKeypair().PublicKey, payer.PublicKey);

        static byte[] Counter2() => TestElf.Of("mov64 r2, 5\nstxdw [r1+96], r2\nmov64 r0, 0\nexit");
    }

    [Fact]
    public void A_fork_takes_little_memory()
    {
        var environment = new SvmEnvironment();
        AddCounter(environment, Counter);
        environment.Send(Count(Counter), environment.NewFunded()).EnsureSuccess();
        _ = environment.Fork();

        Assert.InRange(Allocation.LeastOf(() => environment.Fork()), 1, 8 * 1024);
    }

    [Fact]
    public void Roots_do_not_depend_on_when_they_are_read_or_snapshots_taken()
    {
        const int accounts = 10_000;
        var plain = new SvmEnvironment();
        var watched = new SvmEnvironment();
        SvmSnapshot? middle = null;
        for (int i = 0; i < accounts; i++)
        {
            plain.Airdrop(TestKeys.Stranger(20_000 + i), (ulong)i + 1);
            watched.Airdrop(TestKeys.Stranger(20_000 + i), (ulong)i + 1);
            if (i % 1_700 == 0)
            {
                _ = watched.StateRoot;
                watched = watched.Fork();
            }

            if (i == accounts / 2)
                middle = watched.TakeSnapshot();
        }

        Assert.Equal(plain.StateRoot, watched.StateRoot);
        watched.Restore(middle!);
        for (int i = (accounts / 2) + 1; i < accounts; i++)
            watched.Airdrop(TestKeys.Stranger(20_000 + i), (ulong)i + 1);
        Assert.Equal(plain.StateRoot, watched.StateRoot);
        Assert.Equal(plain.AccountCount, watched.AccountCount);
        Assert.True(watched.Prove(TestKeys.Stranger(20_007))!.Verify(plain.StateRoot));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void Snapshots_restores_and_forks_do_not_show_in_what_follows(int seed)
    {
        var random = new Random(seed);
        var known = new List<(SvmSnapshot Snapshot, EnvironmentOperation[] Path)>();
        SvmEnvironment environment = EnvironmentOperation.NewEnvironment(workers: 1);
        var path = new List<EnvironmentOperation>();
        var outcomes = new List<string>();
        for (int step = 0; step < 400; step++)
        {
            switch (random.Next(20))
            {
                case 0:
                    known.Add((environment.TakeSnapshot(), [.. path]));
                    break;
                case 1 when known.Count > 0:
                    (SvmSnapshot snapshot, EnvironmentOperation[] then) = known[random.Next(known.Count)];
                    environment.Restore(snapshot);
                    path = [.. then];
                    break;
                case 2:
                    environment = environment.Fork();
                    break;
                case 3:
                    _ = environment.StateRoot;
                    break;
                default:
                    var operation = EnvironmentOperation.Next(random);
                    outcomes.Add(operation.Run(environment));
                    path.Add(operation);
                    break;
            }
        }

        SvmEnvironment fresh = EnvironmentOperation.NewEnvironment(workers: 3);
        path.ForEach(operation => operation.Run(fresh));

        Assert.True(environment.StateRoot == fresh.StateRoot, $"seed {seed}: roots differ after {path.Count} operations");
        Assert.Equal(environment.Clock, fresh.Clock);
        Assert.Equal(environment.LatestBlockhash, fresh.LatestBlockhash);
        Assert.Equal(environment.AccountCount, fresh.AccountCount);
        Assert.Contains(outcomes, text => text.StartsWith("Succeeded", StringComparison.Ordinal));
        Assert.Contains(outcomes, text => text.StartsWith("Failed", StringComparison.Ordinal));
        for (int i = 0; i < 60; i++)
        {
            var operation = EnvironmentOperation.Next(random);
            Assert.True(operation.Run(environment) == operation.Run(fresh), $"seed {seed}, {operation} afterwards");
        }

        Assert.Equal(environment.StateRoot, fresh.StateRoot);
    }
}
