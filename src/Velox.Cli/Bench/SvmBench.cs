using System.Diagnostics;
using Velox.Cryptography;
using Velox.Primitives;
using Velox.Svm;

namespace Velox.Cli;

/// <summary>Signed transfers through the six stages, in blocks with roots; each stage's share.</summary>
internal static class SvmBench
{
    private const int BatchSize = 256;
    private const int Payers = 512;

    internal static IReadOnlyList<BenchLine> Run(int runs, int transactions)
    {
        int workers = Environment.ProcessorCount;
        (double parallel, double serial) = BenchReport.Medians(
            runs, () => Measure(transactions, workers).PerSecond, () => Measure(transactions, workers: 1).PerSecond);
        var lines = new List<BenchLine>
        {
            new($"signed transfers, six stages, {workers} workers", parallel, "transactions/s", "1 worker", serial),
        };

        Result split = Measure(transactions, workers: 1);
        foreach ((string name, double micros) in split.StageMicros)
            lines.Add(new BenchLine($"stage {name}, 1 worker", micros, "us/transaction"));
        return lines;
    }

    private static Result Measure(int transactions, int workers)
    {
        Keypair faucet = KeypairOf(0);
        var genesis = new Genesis(1_700_000_000, faucet.PublicKey, Genesis.DefaultFaucetLamports, KeypairOf(1).PublicKey);
        var bank = new Bank(genesis, NativePrograms.CreateRegistry(), workers);
        Keypair[] payers = [.. Enumerable.Range(2, Payers).Select(KeypairOf)];
        RunBlock(bank, [.. payers.Select(payer => Transfer(bank, faucet, payer.PublicKey, 10_000_000_000))]);

        // Signing is the client's work: it is done before the clock starts.
        byte[][] signed = [.. Enumerable.Range(0, transactions).Select(i => Transfer(
            bank, payers[i % Payers], payers[(i + (Payers / 2)) % Payers].PublicKey, 1_000_000 + (ulong)(i / Payers)))];
        TimeSpan[] before = [.. bank.Stages.Select(stage => stage.Busy)];
        long start = Stopwatch.GetTimestamp();
        int recorded = RunBlock(bank, signed);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        if (recorded != transactions)
            throw new InvalidOperationException($"Only {recorded} of {transactions} transactions were recorded.");

        (string, double)[] stages =
            [.. bank.Stages.Select((stage, i) => (stage.Name, (stage.Busy - before[i]).TotalMicroseconds / transactions))];
        return new Result(transactions / seconds, stages);
    }

    private static int RunBlock(Bank bank, byte[][] transactions)
    {
        bank.BeginBlock(unixTimestamp: 0);
        foreach (byte[][] batch in transactions.Chunk(BatchSize))
            bank.Process([.. batch.Select(bytes => new InFlightTransaction(bytes))]);
        return bank.EndBlock().Records.Count(record => !record.Error.IsError);
    }

    private static byte[] Transfer(Bank bank, Keypair from, Address to, ulong lamports) =>
        new TransactionBuilder(from.PublicKey)
            .Add(SystemInstructions.Transfer(from.PublicKey, to, lamports))
            .WithBlockhash(bank.LastHash)
            .Sign(from);

    private static Keypair KeypairOf(int index)
    {
        Span<byte> seed = stackalloc byte[Ed25519.SeedSize];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(seed, index + 1);
        return Keypair.FromSeed(seed);
    }

    private sealed record Result(double PerSecond, (string Name, double Micros)[] StageMicros);
}
