namespace Velox.Primitives;

/// <summary>The shared words of an <see cref="ObjectStore{T, TModel}"/>: zeroed memory that does not move.</summary>
/// <remarks>Unsafe: addresses inside <see cref="BytesFor"/> bytes, and the number of a lease is checked.</remarks>
/// <param name="first">The memory, aligned to 128 bytes.</param>
/// <param name="maxObjects">Objects there is room for.</param>
/// <param name="owner">Keeps the memory alive; null when somebody else does.</param>
internal readonly unsafe struct ObjectStoreMemory(byte* first, int maxObjects, object? owner)
{
    private const int HeaderBytes = 2 * RingMemory.AlignmentBytes;

    /// <summary>Who keeps the memory alive.</summary>
    internal object? Owner { get; } = owner;

    internal int MaxObjects => maxObjects;

    internal long* FreeHead => (long*)first;

    /// <summary>Numbers below are given to chunks; more than there are objects while a chunk is being made.</summary>
    internal int* Claimed => (int*)(first + RingMemory.AlignmentBytes);

    internal int* FreeLinks => (int*)(first + HeaderBytes);

    internal static long BytesFor(int maxObjects) => HeaderBytes + (2L * sizeof(int) * maxObjects);

    internal static ObjectStoreMemory Allocate(int maxObjects)
    {
        object owner = RingMemory.Allocate(BytesFor(maxObjects), out byte* first);
        return new ObjectStoreMemory(first, maxObjects, owner);
    }

    /// <summary>Of each object: even while it is in the store, odd while it is rented; counted up by both.</summary>
    internal ref int Lease(int number)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)number, (uint)maxObjects, nameof(number));
        return ref FreeLinks[maxObjects + number];
    }
}
