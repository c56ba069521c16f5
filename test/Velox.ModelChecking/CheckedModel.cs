using System.Runtime.CompilerServices;
using Velox.Primitives;

namespace Velox.ModelChecking;

/// <summary>The memory operations as the checker explores them. See <see cref="ModelChecker"/>.</summary>
/// <remarks>
/// Unsafe: an address is taken of every location. The checker refuses those outside the scenario's own memory, which
/// does not move.
/// </remarks>
public readonly unsafe struct CheckedModel : IMemoryModel
{
    public static long LoadRelaxed(ref long location) =>
        Execution.Current is { } run ? run.Load(Address(ref location), sizeof(long), isAcquire: false) : location;

    public static int LoadRelaxed(ref int location) =>
        Execution.Current is { } run ? (int)run.Load(Address(ref location), sizeof(int), isAcquire: false) : location;

    public static long LoadAcquire(ref long location) =>
        Execution.Current is { } run ? run.Load(Address(ref location), sizeof(long), isAcquire: true) : location;

    public static int LoadAcquire(ref int location) =>
        Execution.Current is { } run ? (int)run.Load(Address(ref location), sizeof(int), isAcquire: true) : location;

    public static void StoreRelaxed(ref long location, long value) => Store(ref location, value, isRelease: false);

    public static void StoreRelaxed(ref int location, int value) => Store(ref location, value, isRelease: false);

    public static void StoreRelease(ref long location, long value) => Store(ref location, value, isRelease: true);

    public static void StoreRelease(ref int location, int value) => Store(ref location, value, isRelease: true);

    public static long CompareExchange(ref long location, long value, long comparand) =>
        Modify(ref location, old => old == comparand ? value : null);

    public static int CompareExchange(ref int location, int value, int comparand) =>
        (int)Modify(ref location, old => old == comparand ? value : null);

    public static long Exchange(ref long location, long value) => Modify(ref location, _ => value);

    public static long Add(ref long location, long value) => Modify(ref location, old => old + value) + value;

    public static void Fence() => Execution.Current?.Fence(OperationKind.Fence);

    public static void FenceLight() => Execution.Current?.Fence(OperationKind.FenceLight);

    public static void FenceProcessWide() => Execution.Current?.Fence(OperationKind.FenceProcessWide);

    /// <summary>What was stored before is visible to whoever loads, with acquire, what is stored after it, also relaxed.</summary>
    /// <remarks>As <see cref="Volatile.WriteBarrier"/>: it orders nothing between threads by itself, so it is no step of an exploration.</remarks>
    public static void WriteBarrier() => Execution.Current?.WriteBarrier();

    public static T Read<T>(ref T slot)
    {
        Execution.Current?.ReadData(Address(ref slot), Unsafe.SizeOf<T>());
        return slot;
    }

    public static void Write<T>(ref T slot, in T value)
    {
        Execution.Current?.WriteData(Address(ref slot), Unsafe.SizeOf<T>());
        slot = value;
    }

    public static void SpinHint(int iterations) => Execution.Current?.Spin();

    /// <summary>Nothing: time does not exist here.</summary>
    public static void BackOff(int iterations)
    {
    }

    /// <summary>Sleeps while the word holds the value, until woken; comparing and falling asleep are one step (a futex).</summary>
    public static void Wait(ref int word, int expected) => Execution.Current?.Wait(Address(ref word), expected);

    /// <summary>Wakes one thread that sleeps on the word, if there is one.</summary>
    public static void WakeOne(ref int word) => Execution.Current?.WakeOne(Address(ref word));

    /// <summary>Gives memory back: whoever touches it from here on is at fault.</summary>
    public static void Reclaim<T>(ref T item)
        where T : unmanaged =>
        Execution.Current?.Reclaim(Address(ref item), sizeof(T));

    private static void Store<T>(ref T location, T value, bool isRelease)
        where T : unmanaged
    {
        if (Execution.Current is { } run)
            run.Store(Address(ref location), sizeof(T), Convert.ToInt64(value, null), isRelease);
        else
            location = value;
    }

    private static long Modify<T>(ref T location, Func<long, long?> change)
        where T : unmanaged
    {
        if (Execution.Current is { } run)
            return run.Modify(Address(ref location), sizeof(T), change);

        long old = Execution.ReadWord(Address(ref location), sizeof(T));
        if (change(old) is { } changed)
            Execution.WriteWord(Address(ref location), sizeof(T), changed);
        return old;
    }

    private static nint Address<T>(ref T location) => (nint)Unsafe.AsPointer(ref location);
}
