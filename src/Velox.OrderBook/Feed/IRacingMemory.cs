using System.Runtime.CompilerServices;

namespace Velox.OrderBook;

/// <summary>How a reader loads the bytes of a market that another thread changes.</summary>
/// <remarks>
/// Released code runs on <see cref="RacingMemory"/>, of which nothing is left once it is compiled; tests run the same reader on the
/// model checker, which knows each word.
/// </remarks>
internal unsafe interface IRacingMemory
{
    /// <summary>What is loaded afterwards is as new as this.</summary>
    static abstract ulong LoadAcquire(ref ulong location);

    /// <inheritdoc cref="LoadAcquire(ref ulong)"/>
    static abstract uint LoadAcquire(ref uint location);

    static abstract ulong Load(ref ulong location);

    /// <summary>Copies what may change meanwhile, word by word in any order: a mixture of old and new.</summary>
    static abstract T Copy<T>(T* item)
        where T : unmanaged;

    /// <summary>What was loaded before is loaded before what comes after.</summary>
    static abstract void ReadBarrier();
}

/// <summary>The machine's loads.</summary>
internal readonly unsafe struct RacingMemory : IRacingMemory
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong LoadAcquire(ref ulong location) => Volatile.Read(ref location);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint LoadAcquire(ref uint location) => Volatile.Read(ref location);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Load(ref ulong location) => location;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Copy<T>(T* item)
        where T : unmanaged => *item;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ReadBarrier() => Volatile.ReadBarrier();
}
