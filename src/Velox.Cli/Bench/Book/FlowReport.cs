using System.Globalization;
using System.Text.Json;

namespace Velox.Cli;

/// <summary>What a replay of a flow measured.</summary>
/// <param name="OperationsPerSecond">Of processor time, the median of the runs.</param>
/// <param name="PeerOperationsPerSecond">Of the plain book, in turns with it.</param>
/// <param name="AllocatedBytes">By all operations of the run that allocated least.</param>
/// <param name="Operations">How many there are.</param>
/// <param name="Latencies">Of single operations, with the read of the clock.</param>
/// <param name="Checksums">What each run ended with.</param>
internal sealed record FlowReport(
    double OperationsPerSecond, double PeerOperationsPerSecond, long AllocatedBytes, int Operations, LatencyCounts Latencies, FlowChecksums Checksums)
{
    private const string Peer = "sorted dictionaries, matching only";

    private static readonly JsonSerializerOptions JsonOptions = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    internal void Print(string name, int runs, bool asJson)
    {
        if (asJson)
            Console.WriteLine(ToJson());
        else
            PrintTable(name, runs);
    }

    private string ToJson() => JsonSerializer.Serialize(
        new
        {
            OperationsPerSecond = Math.Round(OperationsPerSecond),
            P50Nanos = Latencies.Percentile(500),
            P99Nanos = Latencies.Percentile(990),
            P999Nanos = Latencies.Percentile(999),
            Checksums.Trades,
            Checksums.TradedQuantity,
            TradeHash = Hex(Checksums.TradeHash),
            Checksums.RestingOrders,
            Checksums.RestingQuantity,
            OrderHash = Hex(Checksums.OrderHash),
            BboHash = Hex(Checksums.BboHash),
            AllocatedBytesPerOperation = (double)AllocatedBytes / Operations,
            Peer,
            PeerOperationsPerSecond = Math.Round(PeerOperationsPerSecond),
            Ratio = OperationsPerSecond / PeerOperationsPerSecond,
        },
        JsonOptions);

    private void PrintTable(string name, int runs)
    {
        BenchReport.Print(
            "book --flow",
            runs,
            [
                new BenchLine(name, OperationsPerSecond, "operations/CPU s", Peer, PeerOperationsPerSecond),
                new BenchLine("latency, p50", Latencies.Percentile(500), "ns"),
                new BenchLine("latency, p99", Latencies.Percentile(990), "ns"),
                new BenchLine("latency, p99.9", Latencies.Percentile(999), "ns"),
                new BenchLine("allocated", (double)AllocatedBytes / Operations, "bytes/operation"),
            ],
            asJson: false);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"trades {Checksums.Trades} quantity {Checksums.TradedQuantity} hash {Hex(Checksums.TradeHash)}"));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"resting {Checksums.RestingOrders} quantity {Checksums.RestingQuantity} hash {Hex(Checksums.OrderHash)} best prices {Hex(Checksums.BboHash)}"));
    }

    private static string Hex(ulong hash) => hash.ToString("x16", CultureInfo.InvariantCulture);
}
