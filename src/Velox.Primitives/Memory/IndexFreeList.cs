using System.Diagnostics.CodeAnalysis;

namespace Velox.Primitives;

/// <summary>A lock-free stack of the numbers 0 to capacity - 1: what is free of something fixed.</summary>
/// <remarks>Any thread pushes and pops. Why it is right: see <see cref="IndexFreeListCore{TModel}"/>.</remarks>
internal sealed unsafe class IndexFreeList
{
    /// <summary>Most numbers: the bits of the head that are not the tag's, and one value for "empty".</summary>
    internal const int MaxCapacity = (int)IndexFreeListCore<HardwareModel>.IndexMask;

    // The head alone on its 128 bytes; the links behind it.
    private const int HeadBytes = RingMemory.AlignmentBytes;

    // The core holds addresses into this. Every method keeps this object alive to its end, and so the memory.
    [SuppressMessage("CodeQuality", "IDE0052", Justification = "Keeps memory alive.")]
    private readonly object _owner;
    private readonly IndexFreeListCore<HardwareModel> _core;

    /// <summary>An empty list.</summary>
    internal IndexFreeList(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, MaxCapacity);
        _owner = RingMemory.Allocate(HeadBytes + ((long)capacity * sizeof(int)), out byte* first);
        _core = new IndexFreeListCore<HardwareModel>((long*)first, (int*)(first + HeadBytes), capacity);
    }

    /// <summary>Adds a number that is not in the list.</summary>
    internal void Push(int index)
    {
        _core.Push(index);
        GC.KeepAlive(this);
    }

    /// <summary>Takes the number that was added last.</summary>
    /// <returns>False when there is none.</returns>
    internal bool TryPop(out int index)
    {
        bool isPopped = _core.TryPop(out index);
        GC.KeepAlive(this);
        return isPopped;
    }
}
