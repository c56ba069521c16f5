using System.Runtime.CompilerServices;

namespace Velox.Cryptography;

/// <summary>The tables of public keys that were seen at least twice, as many as there is room for.</summary>
/// <remarks>
/// <para>
/// A key's set of four places depends on its bytes alone. Whoever makes keys that share a set, or shows every key twice, pushes
/// others out: then all are checked as if there were no cache, and a second showing costs the making of a table besides.
/// </para>
/// <para>One thread uses it at a time.</para>
/// </remarks>
internal sealed unsafe class KeyCache
{
    private const int Ways = 4;
    private const ulong HashMultiplier = 0x9e3779b97f4a7c15;

    private readonly int _setMask;
    private readonly Slot* _slots;
    private readonly double* _tables;
    private readonly int* _victims;

    // Fingerprints of keys seen once.
    private readonly ulong* _seen;

    /// <param name="capacity">Keys; a power of two, at least 4.</param>
    /// <param name="memory">Kept by whoever keeps this object.</param>
    internal KeyCache(int capacity, PinnedMemory memory)
    {
        int sets = capacity / Ways;
        _setMask = sets - 1;
        _slots = memory.Take<Slot>(capacity);
        _tables = memory.Take<double>(capacity * KeyTable.Length);
        _victims = memory.Take<int>(sets);
        _seen = memory.Take<ulong>(capacity);
    }

    /// <summary>The table of a key, or null; it stays where it is until the next <see cref="Insert"/>.</summary>
    internal double* Find(byte* publicKey)
    {
        int first = FirstSlot(publicKey);
        for (int slot = first; slot < first + Ways; slot++)
        {
            if (_slots[slot].Holds(publicKey))
                return _tables + (slot * KeyTable.Length);
        }

        return null;
    }

    /// <summary>Whether a key that has no table was seen lately; now it was.</summary>
    internal bool WasSeen(byte* publicKey)
    {
        ulong fingerprint = Hash(publicKey) | 1;
        ref ulong seen = ref _seen[(int)(fingerprint >> 8) & ((Ways * (_setMask + 1)) - 1)];
        bool wasSeen = seen == fingerprint;
        seen = fingerprint;
        return wasSeen;
    }

    /// <summary>Room for the table of a key, at the cost of another key's where the set is full.</summary>
    internal double* Insert(byte* publicKey)
    {
        double* table = Find(publicKey);
        if (table != null)
            return table;

        int first = FirstSlot(publicKey);
        ref int victim = ref _victims[first / Ways];
        int slot = first + victim;
        victim = (victim + 1) % Ways;
        _slots[slot].Set(publicKey);
        return _tables + (slot * KeyTable.Length);
    }

    private static ulong Hash(byte* publicKey)
    {
        ulong hash = Unsafe.ReadUnaligned<ulong>(publicKey) * HashMultiplier;
        return hash ^ (hash >> 32);
    }

    private int FirstSlot(byte* publicKey) => Ways * ((int)Hash(publicKey) & _setMask);

    private struct Slot
    {
        private fixed byte _publicKey[Ed25519.PublicKeySize];
        private bool _isUsed;

        internal readonly bool Holds(byte* publicKey)
        {
            fixed (byte* own = _publicKey)
            {
                return _isUsed && new ReadOnlySpan<byte>(own, Ed25519.PublicKeySize).SequenceEqual(
                    new ReadOnlySpan<byte>(publicKey, Ed25519.PublicKeySize));
            }
        }

        internal void Set(byte* publicKey)
        {
            fixed (byte* own = _publicKey)
                new ReadOnlySpan<byte>(publicKey, Ed25519.PublicKeySize).CopyTo(new Span<byte>(own, Ed25519.PublicKeySize));
            _isUsed = true;
        }
    }
}
