using System.Security.Cryptography;
using Velox.Cryptography;

namespace Velox.Cli;

/// <summary>
/// Many inputs of 64 bytes side by side in vectors of each width that the processor has, and messages appended to a stream,
/// beside <see cref="SHA256.HashData(ReadOnlySpan{byte}, Span{byte})"/>; one thread.
/// </summary>
/// <remarks>The digests of both are compared before they are timed. Transposing in and out of vectors is part of the time.</remarks>
internal static class Sha256Bench
{
    private const string Peer = "SHA256.HashData";
    private const int InputLength = 64;
    private const int BatchSize = 1_024;
    private const int NodeLength = 65;

    internal static IReadOnlyList<BenchLine> Run(int runs, int hashes)
    {
        var lines = new List<BenchLine>();
        foreach (Sha256Kernel kernel in Sha256Policy.Accelerated)
            lines.Add(CompareBatches($"SHA-256 of {InputLength} bytes, {Name(kernel)}", runs, hashes, kernel, prefix: null));
        foreach (Sha256Kernel kernel in Sha256Policy.Accelerated.Where(kernel => kernel > Sha256Kernel.Lanes4))
            lines.Add(CompareBatches($"SHA-256 of tree nodes ({NodeLength} bytes), {Name(kernel)}", runs, hashes, kernel, prefix: 1));
        lines.Add(CompareStreams(runs, hashes, 1 << 10, "1 KiB"));
        lines.Add(CompareStreams(runs, hashes, 1 << 16, "64 KiB"));
        return lines;
    }

    /// <summary>For a measure's name; says which kernel is the one in use.</summary>
    internal static string Name(Sha256Kernel kernel)
    {
        string name = kernel switch
        {
            Sha256Kernel.Scalar => "one at a time",
            Sha256Kernel.Lanes4 => "4 lanes",
            Sha256Kernel.Lanes8 => "8 lanes",
            Sha256Kernel.Lanes16 => "16 lanes",
            Sha256Kernel.Instructions => "the processor's instructions",
            _ => "instructions and 16 lanes",
        };
        return kernel == Sha256Policy.Kernel ? name + " (in use)" : name;
    }

    private static BenchLine CompareBatches(string name, int runs, int hashes, Sha256Kernel kernel, byte? prefix)
    {
        byte[] inputs = new byte[BatchSize * InputLength];
        new Random(1).NextBytes(inputs);
        byte[] prefixed = [.. inputs.Chunk(InputLength).SelectMany(input => prefix is { } first ? [first, .. input] : input)];
        byte[] digests = new byte[BatchSize * Sha256.DigestSize];
        byte[] peerDigests = new byte[digests.Length];
        var batch = new Sha256Batch(BatchSize, InputLength, InputLength, Sha256.DigestSize, prefix);
        int batches = ((hashes - 1) / BatchSize) + 1;
        Batch();
        PeerBatch();
        RequireEqual(digests, peerDigests);
        return Compare(name, runs, batches, batches * BatchSize, "CPU ns/hash", Batch, PeerBatch);

        void Batch() => Sha256Lanes.Hash(in batch, inputs, digests, kernel);

        void PeerBatch()
        {
            int length = prefixed.Length / BatchSize;
            for (int i = 0; i < BatchSize; i++)
                SHA256.HashData(prefixed.AsSpan(i * length, length), peerDigests.AsSpan(i * Sha256.DigestSize));
        }
    }

    private static BenchLine CompareStreams(int runs, int hashes, int length, string lengthName)
    {
        byte[] message = new byte[length];
        new Random(2).NextBytes(message);
        byte[] digest = new byte[Sha256.DigestSize];
        byte[] peerDigest = new byte[Sha256.DigestSize];
        var stream = new Sha256();
        Stream();
        PeerStream();
        RequireEqual(digest, peerDigest);
        int messages = Math.Max(1, (int)((long)hashes * InputLength / length));
        return Compare(
            $"SHA-256 of a stream of {lengthName}, {Name(Sha256Policy.Kernel)}", runs, messages, (double)messages * length / 1_024, "CPU ns/KiB", Stream, PeerStream);

        void Stream()
        {
            stream.Append(message);
            stream.Finish(digest);
        }

        void PeerStream() => SHA256.HashData(message, peerDigest);
    }

    private static BenchLine Compare(string name, int runs, int times, double per, string unit, Action mine, Action theirs)
    {
        (double value, double peerValue) = BenchReport.Medians(runs, () => Measure(mine), () => Measure(theirs));
        return new BenchLine(name, value, unit, Peer, peerValue);

        double Measure(Action action)
        {
            long start = ThreadTime.NowNanos;
            for (int i = 0; i < times; i++)
                action();
            return (ThreadTime.NowNanos - start) / per;
        }
    }

    private static void RequireEqual(byte[] digests, byte[] peerDigests)
    {
        if (!digests.AsSpan().SequenceEqual(peerDigests))
            throw new BenchFailedException("the digests are not the framework's");
    }
}
