using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Velox.Primitives;

/// <summary>The slots of a ring: by address for items without references, in an array for others.</summary>
/// <remarks>
/// Unsafe: the index of a slot is masked to the capacity, a power of two, so it is in bounds. The memory behind the
/// pointer belongs to whoever made it and must outlive this value. Which of the two it is, is known at compile time.
/// </remarks>
internal readonly unsafe struct RingSlots<T>
{
    private readonly byte* _first;
    private readonly T[]? _array;
    private readonly long _mask;

    /// <summary>Slots in given memory, for items without references.</summary>
    internal RingSlots(byte* first, int capacity)
    {
        _first = first;
        _mask = capacity - 1;
    }

    private RingSlots(T[] array)
    {
        _array = array;
        _mask = array.Length - 1;
    }

    internal int Capacity => (int)_mask + 1;

    /// <summary>Slots in memory of their own; <paramref name="owner"/> must be kept alive.</summary>
    internal static RingSlots<T> Allocate(int capacity, out object owner)
    {
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>())
        {
            var array = new T[capacity];
            owner = array;
            return new RingSlots<T>(array);
        }

        owner = RingMemory.Allocate((long)capacity * Unsafe.SizeOf<T>(), out byte* first);
        return new RingSlots<T>(first, capacity);
    }

    internal ref T this[long position]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            nint index = (nint)(position & _mask);
            return ref RuntimeHelpers.IsReferenceOrContainsReferences<T>()
                ? ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_array!), index)
                : ref Unsafe.AsRef<T>(_first + index * Unsafe.SizeOf<T>());
        }
    }

    /// <summary>The slots from a position on, at most so many, as far as they lie side by side.</summary>
    /// <remarks>Nothing for a negative count: in shared memory, the other side's position may be anything.</remarks>
    internal Span<T> Run(long position, long count)
    {
        long tillEnd = _mask + 1 - (position & _mask);
        return MemoryMarshal.CreateSpan(ref this[position], (int)Math.Clamp(count, 0, tillEnd));
    }
}
