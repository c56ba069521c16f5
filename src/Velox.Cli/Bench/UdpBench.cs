using Velox.Gateway;

namespace Velox.Cli;

/// <summary>Datagrams with order messages from the loopback interface: the ways of <see cref="UdpSource"/> beside .NET's ReceiveFromAsync.</summary>
/// <remarks>
/// A run fills the kernel's buffer and then times only the taking out, on one thread, until enough has been taken: no sender can
/// be the bottleneck, and nobody waits for another core. The ways take turns within a run.
/// </remarks>
internal static class UdpBench
{
    private const string PeerName = "ReceiveFromAsync";

    internal static IReadOnlyList<BenchLine> Run(int runs, int datagrams)
    {
        var receivers = new List<UdpReceiver>();
        try
        {
            AddSource(receivers, "io_uring", UdpReceive.IoUring);
            AddSource(receivers, "recvmmsg", UdpReceive.Recvmmsg);
            AddSource(receivers, "socket", UdpReceive.Socket);
            receivers.Add(new AsyncReceiver(PeerName));
            BenchReport.WarmUpWith(() => receivers.ForEach(receiver => Measure(receiver, datagrams)));

            Cost[][] costs = [.. receivers.Select(_ => new Cost[runs])];
            for (int run = 0; run < runs; run++)
            {
                for (int i = 0; i < receivers.Count; i++)
                    costs[i][run] = Measure(receivers[i], datagrams);
            }

            return [.. Enumerable.Range(0, receivers.Count - 1).SelectMany(i => Lines(receivers[i].Name, costs[i], costs[^1]))];
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

    private static BenchLine[] Lines(string name, Cost[] costs, Cost[] peerCosts)
    {
        return
        [
            Line(name, "CPU ns", cost => cost.CpuNanos),
            Line($"{name}, elapsed", "ns", cost => cost.ElapsedNanos),
            Line($"{name}, allocated", "B", cost => cost.AllocatedBytes),
        ];

        BenchLine Line(string measure, string unit, Func<Cost, double> select) =>
            new(measure, Median(costs, select), unit, PeerName, Median(peerCosts, select));
    }

    private static double Median(Cost[] costs, Func<Cost, double> select) => costs.Select(select).Order().ElementAt(costs.Length / 2);

    /// <summary>What a datagram costs.</summary>
    private static Cost Measure(UdpReceiver receiver, int datagrams)
    {
        var cost = new Cost();
        int taken = 0;
        for (int some; taken < datagrams; taken += some)
        {
            some = receiver.Fill(datagrams - taken);
            cost += Cost.Of(() => receiver.Drain(some));
        }

        return cost / taken;
    }

    private readonly record struct Cost(double CpuNanos, double ElapsedNanos, double AllocatedBytes)
    {
        public static Cost operator +(Cost a, Cost b) =>
            new(a.CpuNanos + b.CpuNanos, a.ElapsedNanos + b.ElapsedNanos, a.AllocatedBytes + b.AllocatedBytes);

        public static Cost operator /(Cost cost, double by) => new(cost.CpuNanos / by, cost.ElapsedNanos / by, cost.AllocatedBytes / by);

        internal static Cost Of(Action action)
        {
            long bytes = GC.GetAllocatedBytesForCurrentThread();
            TimeSpan cpu = Environment.CpuUsage.TotalTime;
            double nanos = BenchReport.Nanos(1, action);
            cpu = Environment.CpuUsage.TotalTime - cpu;
            return new Cost(cpu.TotalNanoseconds, nanos, GC.GetAllocatedBytesForCurrentThread() - bytes);
        }
    }
}
