using System.Numerics;
using System.Runtime.InteropServices;
using Velox.Primitives;

namespace Velox.Oracle;

/// <summary>The reports' way to the other thread: a <see cref="SpscRing{T}"/>, behind the five functions of a transport.</summary>
internal static unsafe class ReportQueue
{
    private static SpscRing<Report>? _ring;

    /// <summary>The queue made last; a run makes one.</summary>
    internal static SpscRing<Report> Ring => _ring ?? throw new InvalidOperationException("The transport has not been created.");

    /// <summary>The functions, in memory that stays for as long as the process.</summary>
    internal static Transport* Functions { get; } = MakeFunctions();

    private static Transport* MakeFunctions()
    {
        // Unsafe: never freed, so whoever was given the pointer may keep it.
        var functions = (Transport*)NativeMemory.Alloc((nuint)sizeof(Transport));
        *functions = new Transport { Create = &Create, Push = &Push, Drain = &Drain, Flush = &Flush, Destroy = &Destroy };
        return functions;
    }

    [UnmanagedCallersOnly]
    private static nint Create(uint capacity)
    {
        // A ring may call itself full a quarter of its capacity early.
        uint slots = BitOperations.RoundUpToPowerOf2(Math.Max(capacity, 16));
        _ring = new SpscRing<Report>((int)slots);
        return 1;
    }

    [UnmanagedCallersOnly]
    private static int Push(nint handle, Report* report) => Ring.TryWrite(in *report) ? 1 : 0;

    // Unsafe: the caller's buffer has room for max reports.
    [UnmanagedCallersOnly]
    private static uint Drain(nint handle, Report* reports, uint max) => (uint)Ring.TryRead(new Span<Report>(reports, (int)max));

    [UnmanagedCallersOnly]
    private static void Flush(nint handle)
    {
        // A write is published when it returns.
    }

    [UnmanagedCallersOnly]
    private static void Destroy(nint handle) => _ring = null;
}
