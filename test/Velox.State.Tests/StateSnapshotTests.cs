using Velox.Primitives;
using Xunit;

namespace Velox.State.Tests;

public class StateSnapshotTests
{
    [Theory]
    [InlineData(20261126)]
    [InlineData(2)]
    [InlineData(3)]
    public void Snapshots_restores_and_forks_in_any_order_equal_copies_of_everything(int seed)
    {
        var random = new Random(seed);
        WorkerTeam[] teams = [new(1), new(2)];
        List<(AccountStore Store, PlainState Model)> states = [(new AccountStore(), new PlainState())];
        var taken = new List<(StateSnapshot Snapshot, PlainState Model)>();
        for (int step = 0; step < 1_500; step++)
        {
            string where = $"seed {seed}, step {step}";
            int at = random.Next(states.Count);
            (AccountStore store, PlainState model) = states[at];
            switch (random.Next(100))
            {
                case < 70:
                    TestAccounts.ChangeOne(random, store, model);
                    break;
                case < 80:
                    model.Seal();
                    Assert.True(model.Root() == store.Seal(teams[random.Next(teams.Length)]).Root, where);
                    break;
                case < 88:
                    AddOrReplace(random, taken, (store.TakeSnapshot(), new PlainState(model)));
                    break;
                case < 96 when taken.Count > 0:
                    (StateSnapshot snapshot, PlainState then) = taken[random.Next(taken.Count)];
                    store.Restore(snapshot);
                    states[at] = (store, new PlainState(then));
                    break;
                case < 100 when taken.Count > 0:
                    (snapshot, then) = taken[random.Next(taken.Count)];
                    AddOrReplace(random, states, (snapshot.Fork(), new PlainState(then)));
                    break;
            }

            AssertSame(states[at].Store, states[at].Model, where);
        }

        foreach ((AccountStore store, PlainState model) in states)
        {
            model.Seal();
            Assert.Equal(model.Root(), store.Seal().Root);
            AssertProven(store);
        }
    }

    [Fact]
    public void A_restored_store_proves_against_the_root_of_the_snapshot()
    {
        var store = new AccountStore();
        var random = new Random(1);
        var model = new PlainState();
        for (int i = 0; i < 500; i++)
            TestAccounts.ChangeOne(random, store, model);
        Hash256 root = store.Seal().Root;
        StateSnapshot snapshot = store.TakeSnapshot();
        for (int i = 0; i < 500; i++)
            TestAccounts.ChangeOne(random, store, model);
        Assert.NotEqual(root, store.Seal().Root);
        AssertProven(store);

        store.Restore(snapshot);
        Assert.Equal((root, snapshot.Count), (store.Root, store.Count));
        Assert.Equal(root, snapshot.Root);
        AssertProven(store);
    }

    [Fact]
    public void What_follows_a_snapshot_costs_what_is_touched_whatever_the_number_of_accounts()
    {
        AccountStore small = StoreOf(1_000);
        AccountStore large = StoreOf(100_000);
        _ = BytesOfACycle(small);
        long few = BytesOfACycle(small);
        long many = BytesOfACycle(large);

        // The tree of the large one has one chunk more on each path.
        Assert.InRange(many, few, few + (10 * 5_000));

        static long BytesOfACycle(AccountStore store)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            StateSnapshot snapshot = store.TakeSnapshot();
            AccountStore fork = snapshot.Fork();
            foreach (AccountStore each in new[] { store, fork })
            {
                for (int id = 0; id < 5; id++)
                {
                    Account account = each.Find(TestAccounts.AddressOf(id * 199))!;
                    account.Lamports++;
                    each.MarkChanged(account);
                }

                each.Seal();
            }

            store.Restore(snapshot);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Fact]
    public void A_fork_runs_on_its_own_thread_while_the_origin_goes_on()
    {
        AccountStore origin = StoreOf(2_000);
        Hash256 atFork = origin.Root;
        StateSnapshot snapshot = origin.TakeSnapshot();
        Hash256 alone = Play(snapshot.Fork(), 1);
        Hash256 originAlone = Play(snapshot.Fork(), 2);

        Hash256 forked = default;
        var thread = new Thread(() => forked = Play(snapshot.Fork(), 1));
        thread.Start();
        Hash256 originRoot = Play(origin, 2);
        thread.Join();

        Assert.Equal((alone, originAlone), (forked, originRoot));
        Assert.Equal(atFork, snapshot.Fork().Root);

        static Hash256 Play(AccountStore store, int seed)
        {
            var random = new Random(seed);
            for (int block = 0; block < 40; block++)
            {
                for (int i = 0; i < 100; i++)
                {
                    Account account = store.GetOrCreate(TestAccounts.AddressOf(random.Next(2_500)));
                    account.Checkpoint();
                    account.Lamports = (ulong)random.Next(3);
                    account.Data.Resize(random.Next(3) * 3_000);
                    if (account.DataLength > 0)
                        random.NextBytes(account.Data.Write(0, 100));
                    account.Accept();
                    store.MarkChanged(account);
                }

                store.Seal();
            }

            return store.Root;
        }
    }

    [Fact]
    public void An_account_from_before_a_snapshot_cannot_be_marked()
    {
        AccountStore store = StoreOf(10);
        Account before = store.Find(TestAccounts.AddressOf(1))!;
        StateSnapshot snapshot = store.TakeSnapshot();
        Assert.Throws<InvalidOperationException>(() => store.MarkChanged(before));

        Account between = store.Find(TestAccounts.AddressOf(1))!;
        store.MarkChanged(between);
        store.Restore(snapshot);
        Assert.Throws<InvalidOperationException>(() => store.MarkChanged(between));
        Assert.Throws<ArgumentNullException>(() => store.Restore(null!));
    }

    private static AccountStore StoreOf(int count)
    {
        var store = new AccountStore();
        for (int id = 0; id < count; id++)
        {
            Account account = store.GetOrCreate(TestAccounts.AddressOf(id));
            account.Lamports = (ulong)id + 1;
            if (id % 10 == 0)
                account.Data.Resize(165);
            store.MarkChanged(account);
        }

        store.Seal();
        return store;
    }

    private static void AddOrReplace<T>(Random random, List<T> list, T item)
    {
        if (list.Count < 6)
            list.Add(item);
        else
            list[random.Next(list.Count)] = item;
    }

    private static void AssertSame(AccountStore store, PlainState model, string where)
    {
        Assert.True(model.Count == store.Count, where);
        for (int id = 0; id < TestAccounts.Count; id++)
        {
            Address address = TestAccounts.AddressOf(id);
            Account? account = store.Find(address);
            PlainAccount? expected = model.Find(address);
            Assert.True(account is null == expected is null, where);
            if (account is null || expected is null)
                continue;
            Assert.True(
                (account.Lamports, account.Owner, account.Executable) == (expected.Lamports, expected.Owner, expected.Executable), where);
            Assert.True(account.Data.Bytes.SequenceEqual(expected.Data), where);
        }
    }

    private static void AssertProven(AccountStore store)
    {
        int proven = 0;
        for (int id = 0; id < TestAccounts.Count; id++)
        {
            if (store.Prove(TestAccounts.AddressOf(id)) is not { } proof)
                continue;
            Assert.True(proof.Verify(store.Root));
            proven++;
        }

        Assert.Equal(store.Count, proven);
    }
}
