using System.Runtime.InteropServices;
using Velox.OrderBook;

namespace Velox.Oracle;

/// <summary>The functions that the benchmark looks for in an engine's library.</summary>
/// <remarks>
/// Unsafe: pointers come from the benchmark and are good for the call. An exception ends the process, as an abort in C would: the
/// benchmark offers no way to refuse an order.
/// </remarks>
internal static unsafe class Exports
{
    private static Engine? _engine;

    private static Engine Engine => _engine ?? throw new InvalidOperationException("engine_init has not been called.");

    [UnmanagedCallersOnly(EntryPoint = "engine_get_transport")]
    private static Transport* GetTransport() => ReportQueue.Functions;

    [UnmanagedCallersOnly(EntryPoint = "engine_init")]
    private static void Init(ulong seed, Transport* transport, nint sink) => _engine = new Engine(ReportQueue.Ring);

    [UnmanagedCallersOnly(EntryPoint = "engine_shutdown")]
    private static void Shutdown()
    {
        _engine?.Dispose();
        _engine = null;
    }

    [UnmanagedCallersOnly(EntryPoint = "engine_on_batch")]
    private static void OnBatch(Message* messages, uint count) => Engine.Apply(new ReadOnlySpan<Message>(messages, (int)count));

    [UnmanagedCallersOnly(EntryPoint = "engine_on_new_order")]
    private static void OnNewOrder(Order* order) => Engine.PlaceNew(in *order);

    [UnmanagedCallersOnly(EntryPoint = "engine_on_cancel")]
    private static void OnCancel(Order* cancel) => Engine.Cancel(cancel->Id, cancel->Sequence);

    [UnmanagedCallersOnly(EntryPoint = "engine_on_modify")]
    private static void OnModify(Order* order) => Engine.Modify(in *order);

    [UnmanagedCallersOnly(EntryPoint = "engine_flush")]
    private static void Flush()
    {
        // Every message is done, and its reports are in the queue, when its call returns.
    }

    [UnmanagedCallersOnly(EntryPoint = "engine_query_best_bid")]
    private static long QueryBestBid() => Engine.Best(Side.Bid, long.MinValue);

    [UnmanagedCallersOnly(EntryPoint = "engine_query_best_ask")]
    private static long QueryBestAsk() => Engine.Best(Side.Ask, long.MaxValue);

    [UnmanagedCallersOnly(EntryPoint = "engine_query_depth_at")]
    private static ulong QueryDepthAt(long priceTicks, byte side) => Engine.DepthAt((Side)side, priceTicks);
}
