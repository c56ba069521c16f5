using System.Numerics;

namespace Velox.OrderBook;

/// <summary>From order id to the place of the order: an open hash table of a fixed size, at most half full.</summary>
/// <remarks>
/// An id's place is in its low bits, which are the link of the order's node: no two open orders of a market have the
/// same, and they are small numbers that come again, so there is one look, and it is at warm memory. Other ids are found
/// too, with more looks; none is a trader's choice. 0 is no id.
/// </remarks>
internal sealed class OrderIndex
{
    private readonly Entry[] _entries;
    private readonly int _mask;

    /// <param name="capacity">Most ids at a time.</param>
    internal OrderIndex(int capacity)
    {
        int size = (int)BitOperations.RoundUpToPowerOf2((uint)capacity * 2);
        _entries = new Entry[size];
        _mask = size - 1;
    }

    /// <summary>The place of an id, or 0.</summary>
    internal int Find(ulong id)
    {
        ref readonly Entry entry = ref _entries[SlotOf(id)];
        return entry.Id == id ? entry.Place : 0;
    }

    /// <summary>Adds an id that is not in the table. The caller keeps to the capacity.</summary>
    internal void Add(ulong id, int place) => _entries[SlotOf(id)] = new Entry { Id = id, Place = place };

    /// <summary>Removes an id that is in the table.</summary>
    internal void Remove(ulong id)
    {
        int hole = SlotOf(id);

        // What stands behind the hole and could stand in it moves up, so that no search ends too early.
        for (int slot = (hole + 1) & _mask; _entries[slot].Id != 0; slot = (slot + 1) & _mask)
        {
            int home = HomeOf(_entries[slot].Id);
            if (((slot - home) & _mask) >= ((slot - hole) & _mask))
            {
                _entries[hole] = _entries[slot];
                hole = slot;
            }
        }

        _entries[hole] = default;
    }

    internal void Clear() => Array.Clear(_entries);

    /// <summary>Where an id is, or where it would be added.</summary>
    private int SlotOf(ulong id)
    {
        int slot = HomeOf(id);
        while (_entries[slot].Id != id && _entries[slot].Id != 0)
            slot = (slot + 1) & _mask;
        return slot;
    }

    private int HomeOf(ulong id) => (int)id & _mask;

    private struct Entry
    {
        internal ulong Id;
        internal int Place;
    }
}
