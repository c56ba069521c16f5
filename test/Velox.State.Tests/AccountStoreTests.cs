using Velox.Primitives;
using Xunit;

namespace Velox.State.Tests;

public class AccountStoreTests
{
    [Fact]
    public void The_incremental_root_equals_a_plain_rebuild_after_every_block_of_random_changes()
    {
        const int seed = 20261121;
        var random = new Random(seed);
        var store = new AccountStore();
        var model = new PlainState();
        WorkerTeam[] teams = [new(1), new(2), new(3)];
        for (int block = 0; block < 120; block++)
        {
            int changes = random.Next(0, 12);
            for (int i = 0; i < changes; i++)
                TestAccounts.ChangeOne(random, store, model);
            StateSeal seal = store.Seal(teams[random.Next(teams.Length)]);
            model.Seal();
            Assert.True(model.Root() == seal.Root, $"seed {seed}, block {block}");
            Assert.Equal(model.Count, store.Count);
        }
    }

    [Fact]
    public void A_rolled_back_transaction_leaves_root_and_content_as_they_were()
    {
        const int seed = 7;
        var random = new Random(seed);
        var store = new AccountStore();
        Account account = Create(store, 1, lamports: 1_000, dataLength: 10_000);
        random.NextBytes(account.Data.Write(0, 10_000));
        Hash256 before = store.Seal().Root;
        byte[] bytes = account.Data.Bytes.ToArray();

        for (int round = 0; round < 200; round++)
        {
            account.Checkpoint();
            account.Lamports = (ulong)random.Next();
            account.Owner = TestAccounts.AddressOf(random.Next(100));
            account.Data.Resize(random.Next(0, 20_000));
            if (account.Data.Length > 0)
                random.NextBytes(account.Data.Write(0, random.Next(1, account.Data.Length)));
            account.Rollback();
            store.MarkChanged(account);
            Assert.Equal(before, store.Seal().Root);
            Assert.True(account.Data.Bytes.SequenceEqual(bytes), $"seed {seed}, round {round}");
        }
    }

    [Fact]
    public void An_account_without_lamports_ceases_to_exist_and_its_leaf_is_used_again()
    {
        var store = new AccountStore();
        Account first = Create(store, 1, lamports: 5, dataLength: 9_000);
        Create(store, 2, lamports: 5, dataLength: 0);
        store.Seal();

        first.Checkpoint();
        first.Lamports = 0;
        first.Accept();
        store.MarkChanged(first);
        StateSeal seal = store.Seal();

        Assert.Null(store.Find(TestAccounts.AddressOf(1)));
        Assert.Equal(1, store.Count);
        Assert.False(Assert.Single(seal.Changed).Exists);

        Create(store, 3, lamports: 7, dataLength: 0);
        store.Seal();
        AccountProof proof = store.Prove(TestAccounts.AddressOf(3))!;
        Assert.Equal(2, proof.LeafCount);
    }

    [Fact]
    public void An_account_that_was_only_looked_up_is_not_part_of_the_state()
    {
        var store = new AccountStore();
        Create(store, 1, lamports: 5, dataLength: 0);
        Hash256 before = store.Seal().Root;
        store.GetOrCreate(TestAccounts.AddressOf(2));
        Assert.Equal(before, store.Seal().Root);
        Assert.Null(store.Find(TestAccounts.AddressOf(2)));
        Assert.Null(store.Prove(TestAccounts.AddressOf(2)));
    }

    [Fact]
    public void A_proof_holds_for_what_it_states_and_for_nothing_else()
    {
        var store = new AccountStore();
        for (int i = 0; i < 37; i++)
            Create(store, i, lamports: (ulong)i + 1, dataLength: i * 700);
        Hash256 root = store.Seal().Root;
        Hash256 laterRoot = ChangeAndSeal(store, 5);

        for (int i = 0; i < 37; i++)
        {
            AccountProof proof = store.Prove(TestAccounts.AddressOf(i))!;
            Assert.True(proof.Verify(laterRoot));
            Assert.False(proof.Verify(root));
            AccountSnapshot other = store.Prove(TestAccounts.AddressOf((i + 1) % 37))!.Account;
            Assert.False((proof with { Account = other }).Verify(laterRoot));
            Assert.False((proof with { LeafIndex = (proof.LeafIndex + 1) % 37 }).Verify(laterRoot));
        }
    }

    [Fact]
    public void An_account_is_not_proved_between_its_change_and_the_seal()
    {
        var store = new AccountStore();
        Account account = Create(store, 1, lamports: 5, dataLength: 9_000);
        Create(store, 2, lamports: 6, dataLength: 10);
        store.Seal();
        account.Data.Write(5_000, 1)[0] = 1;
        store.MarkChanged(account);

        Assert.Throws<InvalidOperationException>(() => store.Prove(account.Address));
        Assert.True(store.Prove(TestAccounts.AddressOf(2))!.Verify(store.Root));
        Hash256 root = store.Seal().Root;
        Assert.True(store.Prove(account.Address)!.Verify(root));
    }

    [Fact]
    public void A_snapshot_keeps_its_bytes_while_the_account_moves_on()
    {
        const int seed = 99;
        var random = new Random(seed);
        var store = new AccountStore();
        Account account = Create(store, 1, lamports: 5, dataLength: 50_000);
        var taken = new List<(AccountSnapshot Snapshot, byte[] Bytes)>();
        for (int block = 0; block < 60; block++)
        {
            account.Data.Resize(random.Next(1, 60_000));
            int offset = random.Next(account.Data.Length);
            random.NextBytes(account.Data.Write(offset, Math.Min(300, account.Data.Length - offset)));
            store.MarkChanged(account);
            taken.Add((Assert.Single(store.Seal().Changed), account.Data.Bytes.ToArray()));
        }

        Assert.All(taken, pair => Assert.True(pair.Snapshot.ToArray().AsSpan().SequenceEqual(pair.Bytes), $"seed {seed}"));
        Assert.All(taken, pair => Assert.True(pair.Snapshot.ToAccount().Data.Bytes.SequenceEqual(pair.Bytes)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    public void Any_number_of_workers_gives_the_same_roots_changes_and_proofs(int workers)
    {
        const int seed = 31;
        var random = new Random(seed);
        var single = new AccountStore();
        var several = new AccountStore();
        using var team = new WorkerTeam(workers);
        for (int block = 0; block < 6; block++)
        {
            for (int i = 0; i < 3_000; i++)
            {
                int id = random.Next(8_000);
                ulong lamports = random.Next(5) == 0 ? 0 : (ulong)random.Next(1, 100);
                byte[] data = new byte[random.Next(40) switch { 0 => random.Next(20_000), < 10 => 165, < 13 => random.Next(1_100), _ => 0 }];
                random.NextBytes(data);
                Write(single, id, lamports, data);
                Write(several, id, lamports, data);
            }

            // From then on what is met of the tree is copied.
            if (block == 3)
                several.Restore(several.TakeSnapshot());
            StateSeal expected = single.Seal();
            StateSeal actual = several.Seal(team);
            Assert.True(expected.Root == actual.Root, $"seed {seed}, block {block}");
            Assert.Equal(expected.Root, several.Root);
            Assert.Equal(expected.Changed.Select(change => change.Address), actual.Changed.Select(change => change.Address));
            Assert.Equal(actual.Changed.Select(change => change.Address).Order(), actual.Changed.Select(change => change.Address));
            foreach (AccountSnapshot change in actual.Changed.Take(50))
                Assert.Equal(change.Exists, several.Prove(change.Address)?.Verify(actual.Root) ?? false);
        }
    }

    [Fact]
    public void Accounts_that_only_hold_lamports_have_no_data()
    {
        var store = new AccountStore();
        Account account = store.GetOrCreate(TestAccounts.AddressOf(1));
        account.Checkpoint();
        account.Lamports = 3;
        account.Accept();
        store.MarkChanged(account);
        store.Seal();
        Assert.Equal(0, account.DataLength);
        Assert.Null(account.DataOrNull);
    }

    [Fact]
    public void Data_that_a_failed_transaction_gave_to_an_account_without_any_is_gone()
    {
        var account = new Account(TestAccounts.AddressOf(1)) { Lamports = 3 };
        account.Checkpoint();
        account.Data.Resize(10_000);
        account.Data.Write(0, 10_000).Fill(7);
        account.Rollback();
        Assert.Equal(0, account.DataLength);
        Assert.Throws<InvalidOperationException>(account.Rollback);
    }

    [Fact]
    public void An_account_of_another_store_cannot_be_marked()
    {
        var store = new AccountStore();
        Account stranger = new AccountStore().GetOrCreate(TestAccounts.AddressOf(1));
        Assert.Throws<InvalidOperationException>(() => store.MarkChanged(stranger));
        Assert.Throws<InvalidOperationException>(() => store.MarkChanged(new Account(TestAccounts.AddressOf(1))));
        Assert.Throws<ArgumentNullException>(() => store.Seal(null!));
    }

    private static Hash256 ChangeAndSeal(AccountStore store, int id)
    {
        Account account = store.Find(TestAccounts.AddressOf(id))!;
        account.Lamports += 1;
        store.MarkChanged(account);
        return store.Seal().Root;
    }

    private static Account Create(AccountStore store, int id, ulong lamports, int dataLength)
    {
        Account account = store.GetOrCreate(TestAccounts.AddressOf(id));
        account.Lamports = lamports;
        account.Data.Resize(dataLength);
        store.MarkChanged(account);
        return account;
    }

    private static void Write(AccountStore store, int id, ulong lamports, byte[] data)
    {
        Account account = store.GetOrCreate(TestAccounts.AddressOf(id));
        account.Checkpoint();
        account.Lamports = lamports;
        account.Data.Resize(data.Length);
        data.CopyTo(account.Data.Write(0, data.Length));
        account.Accept();
        store.MarkChanged(account);
    }
}
