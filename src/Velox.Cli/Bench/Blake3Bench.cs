using System.Security.Cryptography;
using Velox.Cryptography;

namespace Velox.Cli;

/// <summary>
/// BLAKE3, the lattice hash of accounts and Keccak-256, beside what the framework has for the same lengths of input and output:
/// SHA-256, SHA3-256, SHAKE256. Processor time of the thread.
/// </summary>
internal static class Blake3Bench
{
    private const string Unit = "CPU ns";
    private const int AccountDataLength = 165;
    private const int AccountCount = 64;
    private const int MessageLength = 64;
    private const int MessageCount = 64;

    // Of so many bytes a turn takes some hundred microseconds and measures more than the clock.
    private const int BytesPerTurn = 250_000;

    // What a hash of nothing takes is about that of so many bytes.
    private const int BytesPerCall = 500;

    internal static IReadOnlyList<BenchLine> Run(int runs)
    {
        byte[] data = new byte[64 * 1024];
        new Random(42).NextBytes(data);
        return
        [
            .. ((int[])[0, AccountDataLength, 1_024, data.Length]).Select(length => OneHash(runs, data, length)),
            ManyHashes(runs, data),
            ExtendedOutput(runs, data),
            OneAccount(runs, data),
            ManyAccounts(runs, data),
            .. ((int[])[32, AccountDataLength, 1_024]).Select(length => OneKeccak(runs, data, length)),
            ManyKeccaks(runs, data),
        ];
    }

    private static BenchLine OneHash(int runs, byte[] data, int length)
    {
        byte[] hash = new byte[Blake3.HashSize];
        return Compare(
            runs, $"BLAKE3 of {length:N0} bytes", TimesFor(length), 1,
            () => Blake3.Hash(data.AsSpan(0, length), hash),
            "SHA256.HashData", () => SHA256.HashData(data.AsSpan(0, length), hash));
    }

    private static BenchLine ManyHashes(int runs, byte[] data)
    {
        byte[] hashes = new byte[MessageCount * Blake3.HashSize];
        return Compare(
            runs, $"BLAKE3 of {MessageLength} bytes, {MessageCount} at once", 20, MessageCount,
            () => Blake3.HashMany(data.AsSpan(0, MessageCount * MessageLength), MessageLength, hashes),
            "SHA256.HashData", () =>
            {
                for (int i = 0; i < MessageCount; i++)
                    SHA256.HashData(data.AsSpan(i * MessageLength, MessageLength), hashes.AsSpan(i * Blake3.HashSize, Blake3.HashSize));
            });
    }

    private static BenchLine ExtendedOutput(int runs, byte[] data)
    {
        byte[] output = new byte[LatticeHash.Size];
        return Compare(
            runs, $"BLAKE3 of 64 bytes to {LatticeHash.Size:N0}", 200, 1,
            () => Blake3.Hash(data.AsSpan(0, 64), output),
            "Shake256.HashData", Shake256.IsSupported ? () => Shake256.HashData(data.AsSpan(0, 64), output) : null);
    }

    private static BenchLine OneAccount(int runs, byte[] data)
    {
        ushort[] vector = new ushort[LatticeHash.WordCount];
        var sum = new LatticeHash();
        return CompareAccounts(runs, data, "lattice hash of an account of 165 bytes, added", 200, 1, () =>
        {
            LatticeHash.HashAccount(
                1, data.AsSpan(0, AccountDataLength), false, data.AsSpan(AccountDataLength, 32), data.AsSpan(AccountDataLength + 32, 32), vector);
            sum.Add(vector);
        });
    }

    private static unsafe BenchLine ManyAccounts(int runs, byte[] data)
    {
        const int distance = 256;
        // Never moved, so that the accounts can point into it.
        byte[] pinned = GC.AllocateUninitializedArray<byte>(AccountCount * distance, pinned: true);
        data.AsSpan(0, pinned.Length).CopyTo(pinned);
        fixed (byte* start = pinned)
        {
            var accounts = new LatticeAccount[AccountCount];
            for (int i = 0; i < accounts.Length; i++)
            {
                byte* account = start + (i * distance);
                accounts[i] = new LatticeAccount(1, account, AccountDataLength, false, account + AccountDataLength, account + AccountDataLength + 32);
            }

            var sum = new LatticeHash();
            return CompareAccounts(
                runs, data, $"the same, {AccountCount} at once", 5, AccountCount, () => sum.Add(accounts));
        }
    }

    private static BenchLine CompareAccounts(int runs, byte[] data, string name, int times, int perTime, Action ours)
    {
        byte[] output = new byte[LatticeHash.Size];
        const int length = 8 + AccountDataLength + 1 + 32 + 32;
        return Compare(runs, name, times, perTime, ours, "Shake256.HashData, as much in and out", Shake256.IsSupported ? Theirs : null);

        void Theirs()
        {
            for (int i = 0; i < perTime; i++)
                Shake256.HashData(data.AsSpan(i, length), output);
        }
    }

    private static BenchLine OneKeccak(int runs, byte[] data, int length)
    {
        byte[] hash = new byte[Keccak256.HashSize];
        return Compare(
            runs, $"Keccak-256 of {length:N0} bytes", TimesFor(length), 1,
            () => Keccak256.Hash(data.AsSpan(0, length), hash),
            "SHA3_256.HashData", SHA3_256.IsSupported ? () => SHA3_256.HashData(data.AsSpan(0, length), hash) : null);
    }

    private static BenchLine ManyKeccaks(int runs, byte[] data)
    {
        byte[] hashes = new byte[MessageCount * Keccak256.HashSize];
        return Compare(
            runs, $"Keccak-256 of {MessageLength} bytes, {MessageCount} at once", 20, MessageCount,
            () => Keccak256.HashMany(data.AsSpan(0, MessageCount * MessageLength), MessageLength, hashes),
            "SHA3_256.HashData", SHA3_256.IsSupported ? Theirs : null);

        void Theirs()
        {
            for (int i = 0; i < MessageCount; i++)
                SHA3_256.HashData(data.AsSpan(i * MessageLength, MessageLength), hashes.AsSpan(i * Keccak256.HashSize, Keccak256.HashSize));
        }
    }

    private static int TimesFor(int length) => Math.Max(1, BytesPerTurn / (BytesPerCall + length));

    /// <param name="runs">How many turns each has.</param>
    /// <param name="name">What is measured.</param>
    /// <param name="times">How often in a turn.</param>
    /// <param name="perTime">How many hashes that is each time.</param>
    /// <param name="ours">What is done.</param>
    /// <param name="peer">Who does the like.</param>
    /// <param name="theirs">The peer's; null where the system has it not.</param>
    private static BenchLine Compare(int runs, string name, int times, int perTime, Action ours, string peer, Action? theirs)
    {
        int hashes = times * perTime;
        if (theirs is null)
        {
            BenchReport.WarmUpWith(() => Repeat(times, ours));
            return new BenchLine(name, BenchReport.Median(runs, () => Nanos(hashes, times, ours)), Unit);
        }

        (double first, double second) = BenchReport.Medians(runs, () => Nanos(hashes, times, ours), () => Nanos(hashes, times, theirs));
        return new BenchLine(name, first, Unit, peer, second);
    }

    private static double Nanos(int hashes, int times, Action all)
    {
        long start = ThreadTime.NowNanos;
        Repeat(times, all);
        return (double)(ThreadTime.NowNanos - start) / hashes;
    }

    private static void Repeat(int times, Action all)
    {
        for (int i = 0; i < times; i++)
            all();
    }
}
