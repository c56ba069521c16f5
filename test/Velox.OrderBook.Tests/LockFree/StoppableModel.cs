using Velox.Primitives;

namespace Velox.OrderBook.Tests;

/// <summary>The machine's memory operations, which stop a thread before its compare-and-swap when it was told so.</summary>
internal readonly struct StoppableModel : IMemoryModel
{
    [ThreadStatic]
    private static Action? ThisStop;

    /// <summary>What the calling thread does, once, instead of going on to its next compare-and-swap at once.</summary>
    public static void StopBeforeNextExchange(Action stop) => ThisStop = stop;

    public static long LoadRelaxed(ref long location) => HardwareModel.LoadRelaxed(ref location);

    public static int LoadRelaxed(ref int location) => HardwareModel.LoadRelaxed(ref location);

    public static long LoadAcquire(ref long location) => HardwareModel.LoadAcquire(ref location);

    public static int LoadAcquire(ref int location) => HardwareModel.LoadAcquire(ref location);

    public static void StoreRelaxed(ref long location, long value) => HardwareModel.StoreRelaxed(ref location, value);

    public static void StoreRelaxed(ref int location, int value) => HardwareModel.StoreRelaxed(ref location, value);

    public static void StoreRelease(ref long location, long value) => HardwareModel.StoreRelease(ref location, value);

    public static void StoreRelease(ref int location, int value) => HardwareModel.StoreRelease(ref location, value);

    public static long CompareExchange(ref long location, long value, long comparand)
    {
        Action? stop = ThisStop;
        ThisStop = null;
        stop?.Invoke();
        return HardwareModel.CompareExchange(ref location, value, comparand);
    }

    public static int CompareExchange(ref int location, int value, int comparand) =>
        HardwareModel.CompareExchange(ref location, value, comparand);

    public static long Exchange(ref long location, long value) => HardwareModel.Exchange(ref location, value);

    public static long Add(ref long location, long value) => HardwareModel.Add(ref location, value);

    public static void Fence() => HardwareModel.Fence();

    public static void FenceLight() => HardwareModel.FenceLight();

    public static void FenceProcessWide() => HardwareModel.FenceProcessWide();

    public static T Read<T>(ref T slot) => HardwareModel.Read(ref slot);

    public static void Write<T>(ref T slot, in T value) => HardwareModel.Write(ref slot, in value);

    public static void SpinHint(int iterations) => HardwareModel.SpinHint(iterations);

    public static void BackOff(int iterations) => HardwareModel.BackOff(iterations);
}
