using Velox.Cryptography;

namespace Velox.Cli;

/// <summary>
/// Ed25519 of 200-byte messages under 64 keys, in batches and one by one, beside libsodium and OpenSSL where they are installed.
/// </summary>
/// <remarks>
/// Processor time of one thread. All take turns, and each must get every signature right. Nothing of a key is
/// kept from one batch to the next but where the keys are said to be known.
/// </remarks>
internal static class Ed25519Bench
{
    private const int MessageLength = 200;
    private const int KeyCount = 64;
    private const int StrictBatchSize = 64;
    private const int CachedKeys = 256;
    private const string Unit = "CPU ns/signature";

    private static readonly int[] CofactoredBatchSizes = [64, 256];

    internal static IReadOnlyList<BenchLine> Run(int runs, int signatures)
    {
        SignedMessage[] items = SignedMessage.Make(KeyCount, MessageLength);
        SignaturePeer?[] peers = [SodiumPeer.TryLoad(items), OpenSslPeer.TryLoad(items)];
        return
        [
            .. Compare(
                runs, signatures,
                [.. Batches(items), new Contestant("strict, one by one", 1, i => Ed25519.Verify(items[i].PublicKey, items[i].Signature, items[i].Message))],
                [.. peers.Select(peer => peer is null ? (Func<int, bool>?)null : peer.Verify)]),
            .. Compare(
                runs, signatures,
                [new Contestant("sign", 1, Signing(items, (i, to) => Ed25519.Sign(items[i].Message, items[i].Seed, items[i].PublicKey, to)))],
                [.. peers.Select(peer => peer is null ? null : Signing(items, peer.Sign))]),
            .. Compare(
                runs, signatures,
                [new Contestant("public key", 1, Deriving(items, (i, to) => Ed25519.DerivePublicKey(items[i].Seed, to)))],
                [.. peers.Select(peer => peer is null ? null : Deriving(items, peer.DerivePublicKey))]),
        ];
    }

    private static IEnumerable<Contestant> Batches(SignedMessage[] items)
    {
        foreach (VectorWidth width in Enum.GetValues<VectorWidth>().Where(width => width <= VectorPolicy.Hardware))
        {
            string vectors = width == VectorWidth.None ? "no vectors" : $"{(int)width} bits";
            yield return Batch(items, $"strict, batches of {StrictBatchSize}, {vectors}", StrictBatchSize, Ed25519Rule.Strict, width);
        }

        if (VectorPolicy.Width != VectorWidth.None)
        {
            yield return Batch(
                items, $"strict, batches of {StrictBatchSize}, known keys", StrictBatchSize, Ed25519Rule.Strict, VectorPolicy.Width, CachedKeys);
        }

        foreach (int size in CofactoredBatchSizes)
            yield return Batch(items, $"cofactored, batches of {size}", size, Ed25519Rule.Cofactored, VectorPolicy.Width);
    }

    private static Contestant Batch(
        SignedMessage[] items, string name, int size, Ed25519Rule rule, VectorWidth width, int cachedKeys = 0)
    {
        var batch = new Ed25519Batch(size, rule, width, cachedKeys);
        return new Contestant(name, size, first =>
        {
            for (int i = first; i < first + size; i++)
            {
                SignedMessage item = items[i % KeyCount];
                batch.TryAdd(item.PublicKey, item.Signature, item.Message);
            }

            return !batch.Verify().Contains(false);
        });
    }

    private static Func<int, bool> Signing(SignedMessage[] items, Action<int, Span<byte>> sign)
    {
        byte[] signature = new byte[Ed25519.SignatureSize];
        return i =>
        {
            sign(i, signature);
            return signature.AsSpan().SequenceEqual(items[i].Signature);
        };
    }

    private static Func<int, bool> Deriving(SignedMessage[] items, Action<int, Span<byte>> derive)
    {
        byte[] publicKey = new byte[Ed25519.PublicKeySize];
        return i =>
        {
            derive(i, publicKey);
            return publicKey.AsSpan().SequenceEqual(items[i].PublicKey);
        };
    }

    /// <summary>Ours beside each peer; a line says so where a peer is not installed.</summary>
    /// <param name="runs">How many turns each has.</param>
    /// <param name="signatures">How many a turn takes, at least.</param>
    /// <param name="ours">Measured.</param>
    /// <param name="peers">What libsodium and OpenSSL do for one signature; null for one that is not installed.</param>
    private static IEnumerable<BenchLine> Compare(int runs, int signatures, Contestant[] ours, Func<int, bool>?[] peers)
    {
        string[] names = [SodiumPeer.Name, OpenSslPeer.Name];
        Contestant[] theirs = [.. names.Zip(peers)
            .Where(peer => peer.Second is not null)
            .Select(peer => new Contestant(peer.First, 1, peer.Second!))];
        Dictionary<string, double> medians = Medians(runs, signatures, [.. ours, .. theirs]);
        foreach (Contestant contestant in ours)
        {
            foreach (string name in names)
            {
                yield return medians.TryGetValue(name, out double median)
                    ? new BenchLine(contestant.Name, medians[contestant.Name], Unit, name, median)
                    : new BenchLine(contestant.Name, medians[contestant.Name], Unit, $"{name} (not installed)");
            }
        }
    }

    private static Dictionary<string, double> Medians(int runs, int signatures, Contestant[] contestants)
    {
        BenchReport.WarmUpWith(() => Array.ForEach(contestants, contestant => contestant.Measure(KeyCount)));
        var costs = contestants.ToDictionary(contestant => contestant.Name, _ => new List<double>());
        for (int run = 0; run < runs; run++)
        {
            foreach (Contestant contestant in contestants)
                costs[contestant.Name].Add(contestant.Measure(signatures));
        }

        return costs.ToDictionary(cost => cost.Key, cost => cost.Value.Order().ElementAt(runs / 2));
    }

    /// <param name="Name">Who.</param>
    /// <param name="BatchSize">How many signatures a call takes.</param>
    /// <param name="Do">Takes them from this number on; false if a result is wrong.</param>
    private sealed record Contestant(string Name, int BatchSize, Func<int, bool> Do)
    {
        /// <summary>Processor nanoseconds of a signature.</summary>
        internal double Measure(int signatures)
        {
            int done = 0;
            bool isRight = true;
            long start = ThreadTime.NowNanos;
            for (; done < signatures; done += BatchSize)
                isRight &= Do(done % KeyCount);
            double nanos = (double)(ThreadTime.NowNanos - start) / done;
            return isRight ? nanos : throw new BenchFailedException($"{Name}: a result is wrong.");
        }
    }
}
