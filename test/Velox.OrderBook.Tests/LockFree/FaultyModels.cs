using System.Runtime.CompilerServices;
using Velox.ModelChecking;
using Velox.Primitives;

namespace Velox.OrderBook.Tests;

/// <summary>What is wrong with the memory operations of a book: nothing but what is said.</summary>
/// <remarks>Words are told apart by their place in a <see cref="LockFreeNode"/>.</remarks>
internal interface IFault
{
    /// <summary>The word whose compare-and-swap is a load and a store; -1 for none.</summary>
    static virtual int TornWord => -1;

    /// <summary>Whether that store is relaxed.</summary>
    static virtual bool IsTornRelaxed => false;

    /// <summary>Whether a level is removed without being closed.</summary>
    static virtual bool LeavesLevelsOpen => false;

    static virtual bool Fences => true;

    /// <summary>Whether a read-modify-write is a full fence behind it too, which is no fault: in .NET it is one.</summary>
    static virtual bool ExchangesFence => false;

    /// <summary>Whether the light half of the pair of fences between hazards and retirements is there.</summary>
    static virtual bool FencesLight => true;

    /// <summary>Whether the process-wide half is there.</summary>
    static virtual bool FencesProcessWide => true;
}

/// <summary>As in .NET: what passes here does not need the half in front of an exchange.</summary>
internal readonly struct FencingExchanges : IFault
{
    public static bool ExchangesFence => true;
}

internal readonly struct FillsWithoutExchange : IFault
{
    public static int TornWord => 0;
}

internal readonly struct MarksWithoutExchange : IFault
{
    public static int TornWord => 8;
}

internal readonly struct PublishesUnordered : IFault
{
    public static int TornWord => 8;

    public static bool IsTornRelaxed => true;
}

internal readonly struct RemovesOpenLevels : IFault
{
    public static bool LeavesLevelsOpen => true;
}

internal readonly struct LooksAgainWithoutFence : IFault
{
    public static bool Fences => false;
}

internal readonly struct NamesWithoutFence : IFault
{
    public static bool FencesLight => false;
}

internal readonly struct CollectsWithoutFence : IFault
{
    public static bool FencesProcessWide => false;
}

/// <summary>The checked memory operations with a fault.</summary>
internal readonly unsafe struct Faulty<TFault> : IMemoryModel
    where TFault : struct, IFault
{
    private const int FirstOffset = 16;

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
        int offset = OffsetOf(ref location);
        if (TFault.LeavesLevelsOpen && offset == FirstOffset && value == Link.Mark)
            return CheckedModel.LoadAcquire(ref location);
        if (offset != TFault.TornWord)
            return Fenced(CheckedModel.CompareExchange(ref location, value, comparand));

        long found = CheckedModel.LoadAcquire(ref location);
        if (found != comparand)
            return found;
        if (TFault.IsTornRelaxed)
            CheckedModel.StoreRelaxed(ref location, value);
        else
            CheckedModel.StoreRelease(ref location, value);
        return found;
    }

    public static int CompareExchange(ref int location, int value, int comparand) =>
        Fenced(CheckedModel.CompareExchange(ref location, value, comparand));

    public static long Exchange(ref long location, long value) => Fenced(CheckedModel.Exchange(ref location, value));

    public static long Add(ref long location, long value) => Fenced(CheckedModel.Add(ref location, value));

    public static void Fence()
    {
        if (TFault.Fences)
            CheckedModel.Fence();
    }

    public static void FenceLight()
    {
        if (TFault.FencesLight)
            CheckedModel.FenceLight();
    }

    public static void FenceProcessWide()
    {
        if (TFault.FencesProcessWide)
            CheckedModel.FenceProcessWide();
    }

    public static T Read<T>(ref T slot) => CheckedModel.Read(ref slot);

    public static void Write<T>(ref T slot, in T value) => CheckedModel.Write(ref slot, in value);

    public static void SpinHint(int iterations) => CheckedModel.SpinHint(iterations);

    public static void BackOff(int iterations) => CheckedModel.BackOff(iterations);

    private static T Fenced<T>(T done)
    {
        if (TFault.ExchangesFence)
            CheckedModel.Fence();
        return done;
    }

    // Unsafe: the scenario's memory does not move, and its nodes begin at multiples of their size.
    private static int OffsetOf(ref long location) => (int)((nint)Unsafe.AsPointer(ref location) % LockFreeNode.Bytes);
}
