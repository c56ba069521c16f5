using System.Buffers.Binary;
using System.Security.Cryptography;
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
        for (int block = 0; block < 120; block++)
        {
            int changes = random.Next(0, 12);
            for (int i = 0; i < changes; i++)
                ChangeOne(random, store, model);
            StateSeal seal = store.Seal();
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
            account.Owner = AddressOf(random.Next(100));
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

        Assert.Null(store.Find(AddressOf(1)));
        Assert.Equal(1, store.Count);
        Assert.False(Assert.Single(seal.Changed).Exists);

        Create(store, 3, lamports: 7, dataLength: 0);
        store.Seal();
        AccountProof proof = store.Prove(AddressOf(3))!;
        Assert.Equal(2, proof.LeafCount);
    }

    [Fact]
    public void An_account_that_was_only_looked_up_is_not_part_of_the_state()
    {
        var store = new AccountStore();
        Create(store, 1, lamports: 5, dataLength: 0);
        Hash256 before = store.Seal().Root;
        store.GetOrCreate(AddressOf(2));
        Assert.Equal(before, store.Seal().Root);
        Assert.Null(store.Find(AddressOf(2)));
        Assert.Null(store.Prove(AddressOf(2)));
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
            AccountProof proof = store.Prove(AddressOf(i))!;
            Assert.True(proof.Verify(laterRoot));
            Assert.False(proof.Verify(root));
            AccountSnapshot other = store.Prove(AddressOf((i + 1) % 37))!.Account;
            Assert.False((proof with { Account = other }).Verify(laterRoot));
            Assert.False((proof with { LeafIndex = (proof.LeafIndex + 1) % 37 }).Verify(laterRoot));
        }
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

    private static Hash256 ChangeAndSeal(AccountStore store, int id)
    {
        Account account = store.Find(AddressOf(id))!;
        account.Lamports += 1;
        store.MarkChanged(account);
        return store.Seal().Root;
    }

    private static void ChangeOne(Random random, AccountStore store, PlainState model)
    {
        Address address = AddressOf(random.Next(40));
        Account account = store.GetOrCreate(address);
        account.Checkpoint();
        account.Lamports = random.Next(4) == 0 ? 0 : (ulong)random.Next(1, 1_000_000);
        account.Owner = AddressOf(random.Next(3));
        account.Executable = random.Next(2) == 0;
        if (random.Next(2) == 0)
            account.Data.Resize(random.Next(3) switch { 0 => random.Next(0, 200), 1 => random.Next(0, 5) * 4096, _ => random.Next(0, 40_000) });
        if (account.Data.Length > 0)
        {
            int offset = random.Next(account.Data.Length);
            random.NextBytes(account.Data.Write(offset, random.Next(1, account.Data.Length - offset + 1)));
        }

        account.Accept();
        store.MarkChanged(account);
        model.Set(account);
    }

    private static Account Create(AccountStore store, int id, ulong lamports, int dataLength)
    {
        Account account = store.GetOrCreate(AddressOf(id));
        account.Lamports = lamports;
        account.Data.Resize(dataLength);
        store.MarkChanged(account);
        return account;
    }

    private static Address AddressOf(int id)
    {
        Span<byte> bytes = stackalloc byte[32];
        BinaryPrimitives.WriteInt32BigEndian(bytes, id + 1);
        return new Address(bytes);
    }

    /// <summary>The state root written down as plainly as its definition reads: everything hashed anew each time.</summary>
    private sealed class PlainState
    {
        private readonly List<byte[]?> _leaves = [];
        private readonly Dictionary<Address, int> _positions = [];
        private readonly SortedDictionary<Address, byte[]?> _pending = [];

        internal int Count => _positions.Count;

        internal void Set(Account account) => _pending[account.Address] = account.Exists ? Leaf(account) : null;

        internal void Seal()
        {
            foreach ((Address address, byte[]? leaf) in _pending)
            {
                bool isKnown = _positions.TryGetValue(address, out int position);
                if (leaf is null)
                {
                    if (isKnown)
                        _leaves[position] = null;
                    _positions.Remove(address);
                    continue;
                }

                if (!isKnown)
                    _positions[address] = position = TakePosition();
                _leaves[position] = leaf;
            }

            _pending.Clear();
        }

        internal Hash256 Root()
        {
            byte[] count = new byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(count, _leaves.Count);
            return new Hash256(SHA256.HashData([2, .. count, .. TreeRoot([.. _leaves.Select(leaf => leaf ?? new byte[32])])]));
        }

        private int TakePosition()
        {
            int free = _leaves.IndexOf(null);
            if (free >= 0)
                return free;
            _leaves.Add(null);
            return _leaves.Count - 1;
        }

        private static byte[] Leaf(Account account)
        {
            byte[] numbers = new byte[16];
            BinaryPrimitives.WriteUInt64LittleEndian(numbers, account.Lamports);
            BinaryPrimitives.WriteInt64LittleEndian(numbers.AsSpan(8), account.Data.Length);
            byte[][] pages = [.. account.Data.Bytes.ToArray().Chunk(4096).Select(page => SHA256.HashData([0, .. page]))];
            return SHA256.HashData(
            [
                0, .. account.Address.Span, .. numbers[..8], .. account.Owner.Span, account.Executable ? (byte)1 : (byte)0,
                .. numbers[8..], .. TreeRoot(pages),
            ]);
        }

        private static byte[] TreeRoot(byte[][] leaves)
        {
            if (leaves.Length == 0)
                return new byte[32];
            int width = (int)BitOperationsRoundUp(leaves.Length);
            byte[][] level = [.. leaves, .. Enumerable.Range(0, width - leaves.Length).Select(_ => new byte[32])];
            while (level.Length > 1)
                level = [.. level.Chunk(2).Select(pair => SHA256.HashData([1, .. pair[0], .. pair[1]]))];
            return level[0];
        }

        private static uint BitOperationsRoundUp(int value) => System.Numerics.BitOperations.RoundUpToPowerOf2((uint)value);
    }
}
