using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Velox.Primitives;

/// <summary>Asks for memory ahead of its use: where many places are read in no order, waiting for each is most of the time.</summary>
internal static class CacheLine
{
    /// <summary>Bytes that come together.</summary>
    internal const int Size = 64;

    /// <summary>Asks for the line of a variable; does nothing where there is no way to.</summary>
    // Unsafe: a prefetch reads nothing and never faults, so it does not matter if the collector moves the variable meanwhile.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static unsafe void Prefetch<T>(ref readonly T variable)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(Unsafe.AsPointer(ref Unsafe.AsRef(in variable)));
    }

    /// <summary>Asks for both lines that a variable may lie in.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static unsafe void PrefetchAll<T>(ref readonly T variable)
        where T : unmanaged
    {
        Prefetch(in variable);
        if (Sse.IsSupported)
            Sse.Prefetch0((byte*)Unsafe.AsPointer(ref Unsafe.AsRef(in variable)) + sizeof(T) - 1);
    }

    /// <summary>Asks for the lines of an object, without a look at it.</summary>
    /// <param name="instance">May be null.</param>
    /// <param name="size">Bytes from its reference on.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static unsafe void PrefetchObject(object? instance, int size)
    {
        if (!Sse.IsSupported)
            return;
        byte* start = (byte*)Unsafe.As<object?, nint>(ref instance);
        for (int offset = 0; offset < size; offset += Size)
            Sse.Prefetch0(start + offset);
        Sse.Prefetch0(start + size - 1);
    }
}
