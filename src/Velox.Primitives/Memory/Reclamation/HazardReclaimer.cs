using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Velox.Primitives;

/// <summary>Reclamation by hazard pointers: a reader names each node that it holds.</summary>
/// <remarks>
/// <para>
/// Why it is safe: a reader stores the number it found as a hazard and reads the source again. A node is retired after it was
/// unlinked, and collected after a barrier on all cores (see <see cref="IReclaimer"/>). Either the hazard was stored before that
/// barrier: the collection sees it and keeps the node. Or the second read comes after the barrier, sees that the source
/// names another node, and the reader tries again.
/// </para>
/// <para>Protecting a node whose source is inside another node is right only while that other one is protected and linked.</para>
/// <code>
/// using HazardReader reader = hazards.TryJoin()!;
/// int node = reader.Protect(0, ref first);
/// if (node != HazardReclaimer.None) Read(nodes.Get&lt;Node&gt;(node));
/// reader.Clear(0);
/// </code>
/// </remarks>
public sealed class HazardReclaimer : Reclaimer<HazardReader>
{
    /// <summary>No node.</summary>
    public const int None = -1;

    private readonly HashSet<int> _held;

    /// <param name="nodes">Where nodes go back to.</param>
    /// <param name="maxReaders">1 to 4,096.</param>
    /// <param name="maxGarbage">1 to 2^24; above readers times <see cref="HazardReader.Slots"/> it never stays full.</param>
    /// <param name="clock">Measures how long a reader is in the way; the system's by default.</param>
    public HazardReclaimer(SlabAllocator nodes, int maxReaders, int maxGarbage, INanoClock? clock = null)
        : base(nodes, maxReaders, maxGarbage, clock) => _held = new HashSet<int>(maxReaders * HazardReader.Slots);

    private protected override HazardReader CreateReader() => new(this);

    private protected override long CurrentEpoch() => 0; // the fence of the collection is enough

    private protected override void CollectGarbage(ReadOnlySpan<HazardReader> readers, GarbageQueue garbage)
    {
        _held.Clear();
        HazardProtocol<HardwareModel>.AddHeld(readers, _held);

        int oldestHeld = None;
        for (int count = garbage.Count; count > 0; count--)
        {
            int index = garbage.Dequeue().Index;
            if (!_held.Contains(index))
            {
                Release(index);
                continue;
            }

            garbage.Enqueue(index, 0);
            oldestHeld = oldestHeld == None ? index : oldestHeld;
        }

        NoteBlocker(FindHolder(readers, oldestHeld), oldestHeld);
    }

    private static HazardReader? FindHolder(ReadOnlySpan<HazardReader> readers, int index)
    {
        foreach (HazardReader reader in readers)
        {
            if (index != None && reader.Holds(index))
                return reader;
        }

        return null;
    }
}

/// <summary>A thread's membership in a <see cref="HazardReclaimer"/>: the nodes it holds.</summary>
public sealed class HazardReader : ReclaimerReader, IHazards
{
    /// <summary>Nodes that one reader may hold at a time.</summary>
    public const int Slots = 4;

    private readonly HazardReclaimer _reclaimer;
    private PaddedHazards _hazards;

    internal HazardReader(HazardReclaimer reclaimer)
    {
        _reclaimer = reclaimer;
        for (int slot = 0; slot < Slots; slot++)
            Clear(slot);
    }

    /// <summary>Reads the number of a node and holds the node until the slot is cleared or used again.</summary>
    /// <param name="slot">0 to <see cref="Slots"/> - 1.</param>
    /// <param name="source">Where the structure has the number; <see cref="HazardReclaimer.None"/> for none.</param>
    /// <remarks>Lock-free: it tries again as long as writers change the source under it.</remarks>
    public int Protect(int slot, ref int source) => HazardProtocol<HardwareModel>.Protect(ref Hazard(slot), ref source);

    /// <summary>The node in a slot is not touched any more.</summary>
    public void Clear(int slot) => HazardProtocol<HardwareModel>.Clear(ref Hazard(slot));

    /// <inheritdoc/>
    public override void Dispose()
    {
        for (int slot = 0; slot < Slots; slot++)
            Clear(slot);
        _reclaimer.Leave(this);
    }

    internal bool Holds(int index)
    {
        for (int slot = 0; slot < Slots; slot++)
        {
            if (HazardProtocol<HardwareModel>.Held(ref Hazard(slot)) == index)
                return true;
        }

        return false;
    }

    ref int IHazards.Hazard(int slot) => ref Hazard(slot);

    private ref int Hazard(int slot)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)slot, (uint)Slots, nameof(slot));
        // Safe: four ints stand one after the other in the struct, and the slot is one of them.
        return ref Unsafe.Add(ref _hazards.First, slot);
    }

    [StructLayout(LayoutKind.Explicit, Size = 2 * 128)]
    private struct PaddedHazards
    {
        [FieldOffset(128)]
        internal int First;
    }
}
