using Velox.ModelChecking;

namespace Velox.Primitives.Tests;

/// <summary>The checked memory operations, except that no store releases.</summary>
internal readonly struct NoRelease : IMemoryModel
{
    public static long LoadRelaxed(ref long location) => CheckedModel.LoadRelaxed(ref location);

    public static int LoadRelaxed(ref int location) => CheckedModel.LoadRelaxed(ref location);

    public static long LoadAcquire(ref long location) => CheckedModel.LoadAcquire(ref location);

    public static int LoadAcquire(ref int location) => CheckedModel.LoadAcquire(ref location);

    public static void StoreRelaxed(ref long location, long value) => CheckedModel.StoreRelaxed(ref location, value);

    public static void StoreRelaxed(ref int location, int value) => CheckedModel.StoreRelaxed(ref location, value);

    public static void StoreRelease(ref long location, long value) => CheckedModel.StoreRelaxed(ref location, value);

    public static void StoreRelease(ref int location, int value) => CheckedModel.StoreRelaxed(ref location, value);

    public static long CompareExchange(ref long location, long value, long comparand) =>
        CheckedModel.CompareExchange(ref location, value, comparand);

    public static int CompareExchange(ref int location, int value, int comparand) =>
        CheckedModel.CompareExchange(ref location, value, comparand);

    public static long Exchange(ref long location, long value) => CheckedModel.Exchange(ref location, value);

    public static long Add(ref long location, long value) => CheckedModel.Add(ref location, value);

    public static void Fence() => CheckedModel.Fence();

    public static T Read<T>(ref T slot) => CheckedModel.Read(ref slot);

    public static void Write<T>(ref T slot, in T value) => CheckedModel.Write(ref slot, in value);

    public static void SpinHint(int iterations) => CheckedModel.SpinHint(iterations);

    public static void BackOff(int iterations) => CheckedModel.BackOff(iterations);
}

/// <summary>The checked memory operations, except that no load acquires.</summary>
internal readonly struct NoAcquire : IMemoryModel
{
    public static long LoadRelaxed(ref long location) => CheckedModel.LoadRelaxed(ref location);

    public static int LoadRelaxed(ref int location) => CheckedModel.LoadRelaxed(ref location);

    public static long LoadAcquire(ref long location) => CheckedModel.LoadRelaxed(ref location);

    public static int LoadAcquire(ref int location) => CheckedModel.LoadRelaxed(ref location);

    public static void StoreRelaxed(ref long location, long value) => CheckedModel.StoreRelaxed(ref location, value);

    public static void StoreRelaxed(ref int location, int value) => CheckedModel.StoreRelaxed(ref location, value);

    public static void StoreRelease(ref long location, long value) => CheckedModel.StoreRelease(ref location, value);

    public static void StoreRelease(ref int location, int value) => CheckedModel.StoreRelease(ref location, value);

    public static long CompareExchange(ref long location, long value, long comparand) =>
        CheckedModel.CompareExchange(ref location, value, comparand);

    public static int CompareExchange(ref int location, int value, int comparand) =>
        CheckedModel.CompareExchange(ref location, value, comparand);

    public static long Exchange(ref long location, long value) => CheckedModel.Exchange(ref location, value);

    public static long Add(ref long location, long value) => CheckedModel.Add(ref location, value);

    public static void Fence() => CheckedModel.Fence();

    public static T Read<T>(ref T slot) => CheckedModel.Read(ref slot);

    public static void Write<T>(ref T slot, in T value) => CheckedModel.Write(ref slot, in value);

    public static void SpinHint(int iterations) => CheckedModel.SpinHint(iterations);

    public static void BackOff(int iterations) => CheckedModel.BackOff(iterations);
}
