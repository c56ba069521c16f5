using System.CommandLine;
using Velox.Svm;

namespace Velox.Cli;

/// <summary><c>velox bench</c>: short measurements, each beside a peer in the same run.</summary>
internal static class BenchCommand
{
    private const int MaxCount = 50_000_000;
    private const int MaxLockFreeCount = LockFreeBench.MaxOperations;
    private const int MaxMerkleCount = 1 << 24;
    private const int MaxStateCount = 1 << 24;
    private const int MaxRuns = 1_000;

    internal static Command Create() => new("bench", "Measure a part of the engine beside a peer in the same run.")
    {
        CreateRing(),
        Create("clock", "The processor's counter in nanoseconds, beside Stopwatch.", "reads", 2_000_000, MaxCount, ClockBench.Run),
        Create("metrics", "Counting and recording latencies, beside .NET's counters and histograms.", "operations", 10_000_000, MaxCount, MetricsBench.Run),
        Create("memory", "Reading under epochs and hazard pointers, slabs and pooled objects, beside locks and .NET's own.", "operations", 10_000_000, MaxCount, MemoryBench.Run),
        Create("pipeline", "Messages through the order pipeline, beside the same stages over Channel<T>.", "messages", 2_000_000, MaxCount, PipelineBench.Run),
        CreateUdp(),
        CreateBook(),
        Create("lockfree", "Orders into a lock-free book from one and two threads, beside serial books behind a ring.", "operations", 200_000, MaxLockFreeCount, LockFreeBench.Run),
        Create("shards", "Orders into 16 markets in two shards, beside one.", "commands", 200_000, ShardBench.MaxCommands, ShardBench.Run),
        Create("secp", "Recovery and verification on secp256k1 and P-256, beside the framework's and libsecp256k1 where it is installed.", "operations", 500, MaxCount, SecpBench.Run),
        Create("svm", "Transfers, tokens and bundles of orders through the six stages, all workers beside one.", "transactions for each of its blocks", 4_096, Bank.MaxTransactionsPerBlock, SvmBench.Run),
        Create("ed25519", "Ed25519 signatures in batches and one by one, beside libsodium and OpenSSL.", "signatures", 2_048, MaxCount, Ed25519Bench.Run),
        Create("sha256", "SHA-256 of many inputs side by side and of streams, beside SHA256.HashData.", "hashes of 64 bytes", 200_000, MaxCount, Sha256Bench.Run),
        Create("merkle", "A Merkle tree built and updated, beside a plain one over SHA256.HashData.", "leaves", 1_000_000, MaxMerkleCount, MerkleBench.Run),
        Create("state", "Accounts changed and sealed, looked up, forked, beside a concurrent dictionary and a plain tree.", "accounts", 1_000_000, MaxStateCount, StateBench.Run),
        CreateBpf(),
        Create("bookvm", "Instructions of the book in native code, beside direct calls and loops.", [], (_, runs) => BookVmBench.Run(runs)),
        Create("blake3", "BLAKE3, the lattice hash of accounts and Keccak-256, beside the framework's hashes.", [], (_, runs) => Blake3Bench.Run(runs)),
    };

    private static Command CreateRing()
    {
        Command command = Create(
            "ring", "Items from thread to thread and back, beside Channel<T>.", "items", 2_000_000, MaxCount, RingBench.Run);
        command.Add(CreateRingServe());
        return command;
    }

    private static Command CreateRingServe()
    {
        var queue = new Argument<string>("QUEUE") { Description = "ring or channel" };
        var command = new Command(
            "serve", "Answer lines 'single|batch|trip 8|64 COUNT', for a script that lets several processes take turns.") { queue };
        command.SetAction(result => Guard(
            "ring serve", () => PipeServer.Serve(result.GetValue(queue)!, Console.In, Console.Out)));
        return command;
    }

    private static Command Create(
        string name, string description, string unit, int count, int maxCount, Func<int, int, IReadOnlyList<BenchLine>> run)
    {
        Option<int> counts = NumberOption.Create("--count", $"How many {unit} a run takes", 1, maxCount, count);
        return Create(name, description, [counts], (result, runs) => run(runs, result.GetValue(counts)));
    }

    private static Command CreateUdp()
    {
        Option<int> count = NumberOption.Create("--count", "How many datagrams a run takes", 1, MaxCount, 50_000);
        var peer = new Option<string?>("--peer") { Description = "A library with another receiver to measure too: see bench/peers/udp.", HelpName = "FILE" };
        peer.Validators.Add(PathRules.RefuseEmpty);
        return Create(
            "udp", "Datagrams from loopback, in each way of receiving, beside ReceiveFromAsync.", [count, peer],
            (result, runs) => UdpBench.Run(runs, result.GetValue(count), result.GetValue(peer)));
    }

    private static Command CreateBpf() => Create(
        "bpf", "BPF programs in native code, beside the interpreter; results are checked.", [], (_, runs) => BpfBench.Run(runs));

    private static Command CreateBook()
    {
        Option<int> count = NumberOption.Create("--count", "How many operations a run takes without --flow", 1, MaxCount, 500_000);
        var flows = new BookBenchCommand();
        return CreateAny(
            "book", "Orders through a market, beside a book of sorted dictionaries.", [count, .. flows.Options],
            (result, runs, asJson) =>
            {
                if (!flows.TryRun(result, runs, asJson))
                    BenchReport.Print("book", runs, BookBench.Run(runs, result.GetValue(count)), asJson);
            });
    }

    private static Command Create(
        string name, string description, Option[] more, Func<ParseResult, int, IReadOnlyList<BenchLine>> run) =>
        CreateAny(name, description, more, (result, runs, asJson) => BenchReport.Print(name, runs, run(result, runs), asJson));

    private static Command CreateAny(string name, string description, Option[] more, Action<ParseResult, int, bool> run)
    {
        Option<int> runs = NumberOption.Create("--runs", "How many runs; the median is printed", 1, MaxRuns, 5);
        var json = new Option<bool>("--json") { Description = "Print one JSON object instead of a table." };

        var command = new Command(name, description);
        foreach (Option option in (Option[])[.. more, runs, json])
            command.Add(option);
        command.SetAction(result => Guard(name, () => run(result, result.GetValue(runs), result.GetValue(json))));
        return command;
    }

    /// <summary>The exit code of a bench: 1 when it failed, and the error says why.</summary>
    private static int Guard(string name, Action bench)
    {
        try
        {
            bench();
            return 0;
        }
        catch (BenchFailedException error)
        {
            Console.Error.WriteLine($"velox: bench {name}: {error.Message}");
            return 1;
        }
    }
}
