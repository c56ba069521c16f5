using Velox.ModelChecking;

namespace Velox.Primitives.Tests;

/// <summary>Which order is taken away: none but what is said.</summary>
internal interface IWeakness
{
    static virtual bool LoadsAcquire => true;

    static virtual bool StoresRelease => true;

    static virtual bool FencesLight => true;

    static virtual bool FencesProcessWide => true;

    /// <summary>The bits that compare-and-swaps of long words compare and store.</summary>
    static virtual long ExchangedBits => -1;
}

internal readonly struct NoRelease : IWeakness
{
    public static bool StoresRelease => false;
}

internal readonly struct NoAcquire : IWeakness
{
    public static bool LoadsAcquire => false;
}

internal readonly struct NoLightFence : IWeakness
{
    public static bool FencesLight => false;
}

internal readonly struct NoProcessWideFence : IWeakness
{
    public static bool FencesProcessWide => false;
}

/// <summary>The head of a free list without the tag that tells a number from itself at another time.</summary>
internal readonly struct NoTag : IWeakness
{
    public static long ExchangedBits => IndexFreeListCore<HardwareModel>.IndexMask;
}

/// <summary>The checked memory operations, but for what the weakness takes from them.</summary>
internal readonly struct Weakened<TWeakness> : IMemoryModel
    where TWeakness : IWeakness
{
    public static long LoadRelaxed(ref long location) => CheckedModel.LoadRelaxed(ref location);

    public static int LoadRelaxed(ref int location) => CheckedModel.LoadRelaxed(ref location);

    public static long LoadAcquire(ref long location) =>
        TWeakness.LoadsAcquire ? CheckedModel.LoadAcquire(ref location) : CheckedModel.LoadRelaxed(ref location);

    public static int LoadAcquire(ref int location) =>
        TWeakness.LoadsAcquire ? CheckedModel.LoadAcquire(ref location) : CheckedModel.LoadRelaxed(ref location);

    public static void StoreRelaxed(ref long location, long value) => CheckedModel.StoreRelaxed(ref location, value);

    public static void StoreRelaxed(ref int location, int value) => CheckedModel.StoreRelaxed(ref location, value);

    public static void StoreRelease(ref long location, long value)
    {
        if (TWeakness.StoresRelease)
            CheckedModel.StoreRelease(ref location, value);
        else
            CheckedModel.StoreRelaxed(ref location, value);
    }

    public static void StoreRelease(ref int location, int value)
    {
        if (TWeakness.StoresRelease)
            CheckedModel.StoreRelease(ref location, value);
        else
            CheckedModel.StoreRelaxed(ref location, value);
    }

    public static long CompareExchange(ref long location, long value, long comparand) =>
        CheckedModel.CompareExchange(ref location, value & TWeakness.ExchangedBits, comparand & TWeakness.ExchangedBits);

    public static int CompareExchange(ref int location, int value, int comparand) =>
        CheckedModel.CompareExchange(ref location, value, comparand);

    public static long Exchange(ref long location, long value) => CheckedModel.Exchange(ref location, value);

    public static long Add(ref long location, long value) => CheckedModel.Add(ref location, value);

    public static void Fence() => CheckedModel.Fence();

    public static void FenceLight()
    {
        if (TWeakness.FencesLight)
            CheckedModel.FenceLight();
    }

    public static void FenceProcessWide()
    {
        if (TWeakness.FencesProcessWide)
            CheckedModel.FenceProcessWide();
    }

    public static T Read<T>(ref T slot) => CheckedModel.Read(ref slot);

    public static void Write<T>(ref T slot, in T value) => CheckedModel.Write(ref slot, in value);

    public static void SpinHint(int iterations) => CheckedModel.SpinHint(iterations);

    public static void BackOff(int iterations) => CheckedModel.BackOff(iterations);
}
