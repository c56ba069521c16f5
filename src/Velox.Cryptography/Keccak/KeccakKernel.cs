using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Velox.Cryptography;

/// <summary>The permutation Keccak-f[1600] (FIPS 202, 3.3), of one state in each lane.</summary>
internal static unsafe class KeccakKernel<TLanes, TVector>
    where TLanes : struct, ILanes<TVector, ulong>
    where TVector : unmanaged
{
    /// <param name="state">25 words for each lane, the first words of all lanes first: word x + 5 y is FIPS 202's A[x, y]; replaced.</param>
    [SkipLocalsInit]
    internal static void Permute(ulong* state)
    {
        ulong* memory = stackalloc ulong[(KeccakConstants.StateWords * TLanes.Count) + LaneMemory.Slack<ulong>()];
        ulong* other = LaneMemory.Align(memory);
        // They are part of the assembly's image, which the garbage collector does not move.
        ulong* constant = (ulong*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(KeccakConstants.RoundConstants));
        ulong* end = constant + KeccakConstants.RoundConstants.Length;
        for (; constant < end; constant += 2)
        {
            Round(state, other, constant);
            Round(other, state, constant + 1);
        }
    }

    // From one memory into another, as 25 words are more than there are registers: so a row at a time needs no others.
    private static void Round(ulong* from, ulong* to, ulong* constant)
    {
        int row = TLanes.Count;
        TVector c0 = Column(from);
        TVector c1 = Column(from + row);
        TVector c2 = Column(from + (2 * row));
        TVector c3 = Column(from + (3 * row));
        TVector c4 = Column(from + (4 * row));
        TVector d0 = TLanes.Xor(c4, TLanes.RotateRight(c1, 63));
        TVector d1 = TLanes.Xor(c0, TLanes.RotateRight(c2, 63));
        TVector d2 = TLanes.Xor(c1, TLanes.RotateRight(c3, 63));
        TVector d3 = TLanes.Xor(c2, TLanes.RotateRight(c4, 63));
        TVector d4 = TLanes.Xor(c3, TLanes.RotateRight(c0, 63));

        // Theta, rho and pi of the words that come into a row, then chi of the row.
        TVector b0 = TLanes.Xor(TLanes.Load(from), d0);
        TVector b1 = Turn(from + (6 * row), d1, 20);
        TVector b2 = Turn(from + (12 * row), d2, 21);
        TVector b3 = Turn(from + (18 * row), d3, 43);
        TVector b4 = Turn(from + (24 * row), d4, 50);
        Chi(to, b0, b1, b2, b3, b4);

        b0 = Turn(from + (3 * row), d3, 36);
        b1 = Turn(from + (9 * row), d4, 44);
        b2 = Turn(from + (10 * row), d0, 61);
        b3 = Turn(from + (16 * row), d1, 19);
        b4 = Turn(from + (22 * row), d2, 3);
        Chi(to + (5 * row), b0, b1, b2, b3, b4);

        b0 = Turn(from + row, d1, 63);
        b1 = Turn(from + (7 * row), d2, 58);
        b2 = Turn(from + (13 * row), d3, 39);
        b3 = Turn(from + (19 * row), d4, 56);
        b4 = Turn(from + (20 * row), d0, 46);
        Chi(to + (10 * row), b0, b1, b2, b3, b4);

        b0 = Turn(from + (4 * row), d4, 37);
        b1 = Turn(from + (5 * row), d0, 28);
        b2 = Turn(from + (11 * row), d1, 54);
        b3 = Turn(from + (17 * row), d2, 49);
        b4 = Turn(from + (23 * row), d3, 8);
        Chi(to + (15 * row), b0, b1, b2, b3, b4);

        b0 = Turn(from + (2 * row), d2, 2);
        b1 = Turn(from + (8 * row), d3, 9);
        b2 = Turn(from + (14 * row), d4, 25);
        b3 = Turn(from + (15 * row), d0, 23);
        b4 = Turn(from + (21 * row), d1, 62);
        Chi(to + (20 * row), b0, b1, b2, b3, b4);

        TLanes.Store(TLanes.Xor(TLanes.Load(to), TLanes.Broadcast(constant)), to);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Column(ulong* top)
    {
        int row = TLanes.Count;
        TVector upper = TLanes.Xor(TLanes.Load(top), TLanes.Load(top + (5 * row)), TLanes.Load(top + (10 * row)));
        return TLanes.Xor(upper, TLanes.Load(top + (15 * row)), TLanes.Load(top + (20 * row)));
    }

    /// <summary>Theta and rho; to the right by 64 less the standard's offset, which is to the left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Turn(ulong* word, TVector theta, [ConstantExpected] byte bits) =>
        TLanes.RotateRight(TLanes.Xor(TLanes.Load(word), theta), bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Chi(ulong* to, TVector b0, TVector b1, TVector b2, TVector b3, TVector b4)
    {
        int row = TLanes.Count;
        TLanes.Store(TLanes.Xor(b0, TLanes.AndNot(b2, b1)), to);
        TLanes.Store(TLanes.Xor(b1, TLanes.AndNot(b3, b2)), to + row);
        TLanes.Store(TLanes.Xor(b2, TLanes.AndNot(b4, b3)), to + (2 * row));
        TLanes.Store(TLanes.Xor(b3, TLanes.AndNot(b0, b4)), to + (3 * row));
        TLanes.Store(TLanes.Xor(b4, TLanes.AndNot(b1, b0)), to + (4 * row));
    }
}
