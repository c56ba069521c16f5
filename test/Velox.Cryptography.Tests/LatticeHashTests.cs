using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Xunit;

namespace Velox.Cryptography.Tests;

public sealed class LatticeHashTests
{
    public static TheoryData<VectorWidth> EveryWidth => [VectorWidth.None, VectorWidth.Bits128, VectorWidth.Bits256, VectorWidth.Bits512];

    private sealed record Account(ulong Lamports, byte[] Data, bool IsExecutable, byte[] Owner, byte[] Key)
    {
        /// <summary>SIMD-0215, word by word.</summary>
        internal ushort[] Vector()
        {
            if (Lamports == 0)
                return new ushort[1_024];
            byte[] lamports = new byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(lamports, Lamports);
            byte[] bytes = ReferenceBlake3.Hash([.. lamports, .. Data, (byte)(IsExecutable ? 1 : 0), .. Owner, .. Key], 2_048);
            return [.. Enumerable.Range(0, 1_024).Select(i => BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(2 * i)))];
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(165)]
    [InlineData(950)]
    [InlineData(951)]
    [InlineData(952)]
    [InlineData(1_024)]
    [InlineData(10_240)]
    public void An_account_is_hashed_as_SIMD_0215_says(int dataLength)
    {
        Account account = RandomAccount(new Random(dataLength), dataLength);
        ushort[] vector = new ushort[1_024];
        LatticeHash.HashAccount(account.Lamports, account.Data, account.IsExecutable, account.Owner, account.Key, vector);

        Assert.Equal(account.Vector(), vector);
    }

    [Fact]
    public void An_account_without_lamports_is_zero()
    {
        ushort[] vector = [.. Enumerable.Repeat((ushort)7, 1_024)];
        LatticeHash.HashAccount(0, [1, 2, 3], true, new byte[32], new byte[32], vector);

        Assert.All(vector, word => Assert.Equal(0, word));
    }

    [Theory]
    [MemberData(nameof(EveryWidth))]
    public void Many_accounts_add_up_to_the_sum_of_each(VectorWidth width)
    {
        int seed = Random.Shared.Next();
        var random = new Random(seed);
        foreach (int count in (int[])[0, 1, 2, 3, 4, 7, 8, 9, 16, 17, 33])
        {
            Account[] accounts = [.. Enumerable.Range(0, count).Select(_ => RandomAccount(random))];
            var hash = new LatticeHash();
            WithPinned(accounts, pinned => hash.Add(pinned, width));
            Assert.True(Sum(accounts).AsSpan().SequenceEqual(hash.Words), $"seed {seed}, {count} accounts in {width}");

            // Another order, so other lanes: nothing is left.
            random.Shuffle(accounts);
            WithPinned(accounts, pinned => hash.Subtract(pinned, width));
            Assert.True(hash.Words.IndexOfAnyExcept((ushort)0) < 0, $"seed {seed}, {count} accounts taken away in {width}");
        }
    }

    [Fact]
    public void Vectors_wrap_around_when_added_and_taken_away()
    {
        ushort[] ones = [.. Enumerable.Repeat((ushort)1, 1_024)];
        ushort[] limits = [.. Enumerable.Range(0, 1_024).Select(i => (ushort)(65_535 - i))];
        var hash = new LatticeHash();

        hash.Subtract(ones);
        Assert.All(hash.Words.ToArray(), word => Assert.Equal(65_535, word));
        hash.Add(limits);
        Assert.Equal(limits.Select(word => (ushort)(word - 1)), hash.Words.ToArray());
        hash.Clear();
        Assert.All(hash.Words.ToArray(), word => Assert.Equal(0, word));
    }

    [Fact]
    public void The_checksum_is_the_hash_of_the_words_in_little_endian()
    {
        var hash = new LatticeHash();
        hash.Add([.. Enumerable.Range(0, 1_024).Select(i => (ushort)(i * 77))]);
        byte[] bytes = new byte[2_048];
        for (int i = 0; i < 1_024; i++)
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(2 * i), (ushort)(i * 77));

        Assert.Equal(ReferenceBlake3.Hash(bytes, 32), hash.Checksum().Span.ToArray());
    }

    [Fact]
    public void Wrong_lengths_are_refused_by_name()
    {
        var hash = new LatticeHash();
        Assert.Equal("vector", Assert.Throws<ArgumentException>(() => hash.Add(new ushort[1_023])).ParamName);
        Assert.Equal("vector", Assert.Throws<ArgumentException>(() => hash.Subtract(new ushort[1_025])).ParamName);
        Assert.Equal("owner", Assert.Throws<ArgumentException>(() => HashWith(31, 32, 1_024)).ParamName);
        Assert.Equal("key", Assert.Throws<ArgumentException>(() => HashWith(32, 33, 1_024)).ParamName);
        Assert.Equal("vector", Assert.Throws<ArgumentException>(() => HashWith(32, 32, 1_023)).ParamName);

        static void HashWith(int owner, int key, int words) =>
            LatticeHash.HashAccount(1, [], false, new byte[owner], new byte[key], new ushort[words]);
    }

    [Fact]
    public void Nothing_is_allocated()
    {
        Account[] accounts = [.. Enumerable.Range(0, 20).Select(n => RandomAccount(new Random(n), n == 7 ? 5_000 : 165))];
        var hash = new LatticeHash();
        ushort[] vector = new ushort[1_024];
        WithPinned(accounts, pinned =>
        {
            Use(pinned);
            long before = GC.GetAllocatedBytesForCurrentThread();
            Use(pinned);
            Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        });

        void Use(LatticeAccount[] pinned)
        {
            hash.Add(pinned);
            hash.Subtract(pinned);
            LatticeHash.HashAccount(1, accounts[0].Data, false, accounts[0].Owner, accounts[0].Key, vector);
            hash.Add(vector);
            hash.Checksum();
        }
    }

    private static ushort[] Sum(Account[] accounts)
    {
        ushort[] sum = new ushort[1_024];
        foreach (Account account in accounts)
        {
            ushort[] vector = account.Vector();
            for (int i = 0; i < sum.Length; i++)
                sum[i] += vector[i];
        }

        return sum;
    }

    private static unsafe void WithPinned(Account[] accounts, Action<LatticeAccount[]> use)
    {
        List<GCHandle> pins = [];
        try
        {
            var pinned = new LatticeAccount[accounts.Length];
            for (int i = 0; i < accounts.Length; i++)
            {
                Account account = accounts[i];
                pinned[i] = new LatticeAccount(
                    account.Lamports, Pin(account.Data), account.Data.Length, account.IsExecutable, Pin(account.Owner), Pin(account.Key));
            }

            use(pinned);
        }
        finally
        {
            foreach (GCHandle pin in pins)
                pin.Free();
        }

        byte* Pin(byte[] bytes)
        {
            pins.Add(GCHandle.Alloc(bytes, GCHandleType.Pinned));
            return (byte*)pins[^1].AddrOfPinnedObject();
        }
    }

    private static Account RandomAccount(Random random)
    {
        int dataLength = random.Next(6) switch
        {
            0 => 0,
            1 => random.Next(2_000),
            2 => 940 + random.Next(20),
            _ => 165,
        };
        Account account = RandomAccount(random, dataLength);
        return random.Next(6) == 0 ? account with { Lamports = 0 } : account;
    }

    private static Account RandomAccount(Random random, int dataLength)
    {
        byte[] data = new byte[dataLength];
        byte[] owner = new byte[32];
        byte[] key = new byte[32];
        random.NextBytes(data);
        random.NextBytes(owner);
        random.NextBytes(key);
        return new Account((ulong)random.NextInt64(1, long.MaxValue), data, random.Next(2) == 0, owner, key);
    }
}
