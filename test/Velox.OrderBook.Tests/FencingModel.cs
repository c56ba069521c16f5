using Velox.ModelChecking;
using Velox.Primitives;

namespace Velox.OrderBook.Tests;

/// <summary>The checked memory operations with a full fence behind each read-modify-write.</summary>
/// <remarks>In .NET these are full fences themselves: what passes here does not need the half in front.</remarks>
internal readonly struct FencingModel : IMemoryModel
{
    public static long LoadRelaxed(ref long location) => CheckedModel.LoadRelaxed(ref location);

    public static int LoadRelaxed(ref int location) => CheckedModel.LoadRelaxed(ref location);

    public static long LoadAcquire(ref long location) => CheckedModel.LoadAcquire(ref location);

    public static int LoadAcquire(ref int location) => CheckedModel.LoadAcquire(ref location);

    public static void StoreRelaxed(ref long location, long value) => CheckedModel.StoreRelaxed(ref location, value);

    public static void StoreRelaxed(ref int location, int value) => CheckedModel.StoreRelaxed(ref location, value);

    public static void StoreRelease(ref long location, long value) => CheckedModel.StoreRelease(ref location, value);

    public static void StoreRelease(ref int location, int value) => CheckedModel.StoreRelease(ref location, value);

    public static long CompareExchange(ref long location, long value, long comparand)
    {
        long old = CheckedModel.CompareExchange(ref location, value, comparand);
        CheckedModel.Fence();
        return old;
    }

    public static int CompareExchange(ref int location, int value, int comparand)
    {
        int old = CheckedModel.CompareExchange(ref location, value, comparand);
        CheckedModel.Fence();
        return old;
    }

    public static long Exchange(ref long location, long value)
    {
        long old = CheckedModel.Exchange(ref location, value);
        CheckedModel.Fence();
        return old;
    }

    public static long Add(ref long location, long value)
    {
        long sum = CheckedModel.Add(ref location, value);
        CheckedModel.Fence();
        return sum;
    }

    public static void Fence() => CheckedModel.Fence();

    public static void FenceLight() => CheckedModel.FenceLight();

    public static void FenceProcessWide() => CheckedModel.FenceProcessWide();

    public static T Read<T>(ref T slot) => CheckedModel.Read(ref slot);

    public static void Write<T>(ref T slot, in T value) => CheckedModel.Write(ref slot, in value);

    public static void SpinHint(int iterations) => CheckedModel.SpinHint(iterations);

    public static void BackOff(int iterations) => CheckedModel.BackOff(iterations);
}
