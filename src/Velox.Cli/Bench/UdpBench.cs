using System.Diagnostics;
using Velox.Gateway;

namespace Velox.Cli;

/// <summary>
/// Datagrams with order messages from the loopback interface: the ways of <see cref="UdpSource"/> beside .NET's ReceiveFromAsync and,
/// where its library is given, a receiver in C.
/// </summary>
/// <remarks>
/// A turn fills the kernel's buffer and then times only the taking out, on one thread: no sender can be the bottleneck, and
/// nobody waits for another core. The ways take turns of some thousand datagrams. Processor time is the measure to go by on a
/// busy machine.
/// </remarks>
internal static class UdpBench
{
    internal static IReadOnlyList<BenchLine> Run(int runs, int datagrams, string? peerLibrary)
    {
        var receivers = new List<UdpReceiver>();
        try
        {
            AddSource(receivers, "io_uring", UdpReceive.IoUring);
            AddSource(receivers, "recvmmsg", UdpReceive.Recvmmsg);
            AddSource(receivers, "socket", UdpReceive.Socket);
            int own = receivers.Count;
            receivers.Add(new AsyncReceiver("ReceiveFromAsync"));
            if (peerLibrary is not null)
                receivers.Add(new NativeReceiver("C recvmmsg", peerLibrary));
            return Measure(receivers, own, runs, datagrams);
        }
        finally
        {
            receivers.ForEach(receiver => receiver.Dispose());
        }
    }

    private static void AddSource(List<UdpReceiver> receivers, string name, UdpReceive receive)
    {
        try
        {
            receivers.Add(new SourceReceiver(name, receive));
        }
        catch (IOException error)
        {
            Console.Error.WriteLine($"velox: bench udp: left out: {error.Message}");
        }
    }

    /// <param name="receivers">Our own, then the peers.</param>
    /// <param name="own">How many are our own.</param>
    /// <param name="runs">How many runs.</param>
    /// <param name="datagrams">Datagrams that each takes in a run.</param>
    private static List<BenchLine> Measure(List<UdpReceiver> receivers, int own, int runs, int datagrams)
    {
        BenchReport.WarmUpWith(() => MeasureOnce(receivers, datagrams));
        Cost[][] costs = [.. Enumerable.Range(0, runs).Select(_ => MeasureOnce(receivers, datagrams))];
        var lines = new List<BenchLine>();
        for (int peer = own; peer < receivers.Count; peer++)
        {
            for (int i = 0; i < own; i++)
            {
                lines.Add(Compare(i, peer, "", "CPU ns", runs / 2, cost => cost.CpuNanos));
                lines.Add(Compare(i, peer, ", best decile", "CPU ns", runs / 10, cost => cost.CpuNanos));
                lines.Add(Compare(i, peer, ", elapsed", "ns", runs / 2, cost => cost.ElapsedNanos));
                if (peer == own) // C has no such number
                    lines.Add(Compare(i, peer, ", allocated", "B", runs / 2, cost => cost.AllocatedBytes));
            }
        }

        return lines;

        BenchLine Compare(int i, int peer, string what, string unit, int rank, Func<Cost, double> select)
        {
            return new BenchLine(receivers[i].Name + what, Ranked(i), unit, receivers[peer].Name, Ranked(peer));

            double Ranked(int receiver) => costs.Select(run => select(run[receiver])).Order().ElementAt(rank);
        }
    }

    /// <summary>What a datagram costs each of the receivers.</summary>
    private static Cost[] MeasureOnce(List<UdpReceiver> receivers, int datagrams)
    {
        var costs = new Cost[receivers.Count];
        int[] taken = new int[receivers.Count];
        while (taken.Min() < datagrams)
        {
            for (int i = 0; i < receivers.Count; i++)
            {
                UdpReceiver receiver = receivers[i];
                int some = receiver.Fill(datagrams - taken[i]);
                costs[i] += Cost.Of(receiver, some);
                taken[i] += some;
            }
        }

        return [.. costs.Select(cost => cost / datagrams)];
    }

    private readonly record struct Cost(double CpuNanos, double ElapsedNanos, double AllocatedBytes)
    {
        public static Cost operator +(Cost a, Cost b) =>
            new(a.CpuNanos + b.CpuNanos, a.ElapsedNanos + b.ElapsedNanos, a.AllocatedBytes + b.AllocatedBytes);

        public static Cost operator /(Cost cost, double by) => new(cost.CpuNanos / by, cost.ElapsedNanos / by, cost.AllocatedBytes / by);

        internal static Cost Of(UdpReceiver receiver, int count)
        {
            long bytes = GC.GetAllocatedBytesForCurrentThread();
            TimeSpan cpu = Environment.CpuUsage.TotalTime;
            long start = Stopwatch.GetTimestamp();
            receiver.Drain(count);
            TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
            cpu = Environment.CpuUsage.TotalTime - cpu;
            return new Cost(cpu.TotalNanoseconds, elapsed.TotalNanoseconds, GC.GetAllocatedBytesForCurrentThread() - bytes);
        }
    }
}
