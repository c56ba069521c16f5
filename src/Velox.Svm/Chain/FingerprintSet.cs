using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Velox.Svm;

/// <summary>A set of message fingerprints.</summary>
/// <remarks>
/// <para>
/// Open addressing with linear probing, at most half full, 16 bytes an entry: a look is one cache line, and its line can be asked for
/// ahead (<see cref="Prefetch"/>). Fingerprints are as good as random to whoever does not know the process's key, so their low bits
/// are the place.
/// </para>
/// <para>Changed by one thread; others may prefetch meanwhile.</para>
/// </remarks>
internal sealed class FingerprintSet
{
    private const int FirstCapacity = 1_024;

    // No fingerprint is this. New memory is zero: it is not touched before there is something to put.
    private static readonly UInt128 Free = UInt128.Zero;

    private UInt128[] _table = new UInt128[FirstCapacity];

    internal int Count { get; private set; }

    internal bool Contains(UInt128 fingerprint) => _table[Find(fingerprint)] == fingerprint;

    /// <summary>False if it is there already.</summary>
    internal bool Add(UInt128 fingerprint)
    {
        Debug.Assert(fingerprint != Free, "A fingerprint is at least 1.");
        int place = Find(fingerprint);
        if (_table[place] == fingerprint)
            return false;
        if (2 * ++Count > _table.Length)
        {
            Grow();
            place = Find(fingerprint);
        }

        _table[place] = fingerprint;
        return true;
    }

    /// <summary>Removes one that is there.</summary>
    internal void Remove(UInt128 fingerprint)
    {
        // Those behind it that could not stand at their own place move up, so that no look stops short of them.
        UInt128[] table = _table;
        int mask = table.Length - 1;
        int hole = Find(fingerprint);
        for (int place = (hole + 1) & mask; table[place] != Free; place = (place + 1) & mask)
        {
            int own = (int)(uint)table[place] & mask;
            if (((place - own) & mask) < ((place - hole) & mask))
                continue;
            table[hole] = table[place];
            hole = place;
        }

        table[hole] = Free;
        Count--;
    }

    /// <summary>Asks for the memory that a look at this one will need.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal unsafe void Prefetch(UInt128 fingerprint)
    {
        UInt128[] table = _table;

        // Only an address for the processor, which does not read through it: the array may move, or be replaced, meanwhile.
        if (Sse.IsSupported)
            Sse.Prefetch0(Unsafe.AsPointer(ref table[(int)(uint)fingerprint & (table.Length - 1)]));
    }

    /// <summary>Where it is, or would be put.</summary>
    private int Find(UInt128 fingerprint)
    {
        UInt128[] table = _table;
        int mask = table.Length - 1;
        int place = (int)(uint)fingerprint & mask;
        while (table[place] != fingerprint && table[place] != Free)
            place = (place + 1) & mask;
        return place;
    }

    private void Grow()
    {
        UInt128[] old = _table;
        _table = new UInt128[2 * old.Length];
        foreach (UInt128 fingerprint in old)
        {
            if (fingerprint != Free)
                _table[Find(fingerprint)] = fingerprint;
        }
    }
}
