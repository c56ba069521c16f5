using System.Runtime.CompilerServices;

namespace Velox.Primitives;

/// <summary>The memory operations of the machine: what released structures are compiled with.</summary>
/// <remarks>
/// Every method is one instruction or two, inlined. Relaxed operations are plain accesses: an aligned access of register
/// size does not tear on a 64-bit processor, and the runtime may neither invent accesses nor move them past the ordered
/// operations around them. <see cref="Interlocked"/> is a full fence in .NET, which is more than the interface promises.
/// </remarks>
public readonly struct HardwareModel : IMemoryModel
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long LoadRelaxed(ref long location) => location;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int LoadRelaxed(ref int location) => location;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long LoadAcquire(ref long location) => Volatile.Read(ref location);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int LoadAcquire(ref int location) => Volatile.Read(ref location);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreRelaxed(ref long location, long value) => location = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreRelaxed(ref int location, int value) => location = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreRelease(ref long location, long value) => Volatile.Write(ref location, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreRelease(ref int location, int value) => Volatile.Write(ref location, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long CompareExchange(ref long location, long value, long comparand) =>
        Interlocked.CompareExchange(ref location, value, comparand);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int CompareExchange(ref int location, int value, int comparand) =>
        Interlocked.CompareExchange(ref location, value, comparand);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Exchange(ref long location, long value) => Interlocked.Exchange(ref location, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Add(ref long location, long value) => Interlocked.Add(ref location, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fence() => Interlocked.MemoryBarrier();

    /// <remarks>
    /// The compiler moves nothing over it, and ARM no load over an earlier load. A processor may still let a later load pass
    /// an earlier store: the process-wide fence interrupts every core of the process and makes up for that.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FenceLight() => Volatile.ReadBarrier();

    public static void FenceProcessWide() => Interlocked.MemoryBarrierProcessWide();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Read<T>(ref T slot) => slot;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write<T>(ref T slot, in T value) => slot = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SpinHint(int iterations) => Thread.SpinWait(iterations);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void BackOff(int iterations) => Thread.SpinWait(iterations);
}
