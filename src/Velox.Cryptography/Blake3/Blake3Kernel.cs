using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Velox.Cryptography;

/// <summary>The compression function of BLAKE3 (section 2.2 of the paper), of one block in each lane.</summary>
internal static unsafe class Blake3Kernel<TLanes, TVector>
    where TLanes : struct, ILanes<TVector, uint>
    where TVector : unmanaged
{
    /// <summary>Compresses a block in each lane. A row has one word of each lane.</summary>
    /// <param name="chaining">8 rows: the chaining values that go in.</param>
    /// <param name="message">16 rows: the blocks, zeros behind their ends.</param>
    /// <param name="counters">2 rows: the low words of the lanes' counters, then the high words.</param>
    /// <param name="blockLength">Bytes of the blocks, 0 to 64.</param>
    /// <param name="flags">What the blocks are.</param>
    /// <param name="output">8 rows of new chaining values, which may replace the old, or 16 of extended output.</param>
    /// <param name="isExtended">Whether 16 rows are wanted.</param>
    internal static void Compress(
        uint* chaining, uint* message, uint* counters, uint blockLength, Blake3Flags flags, uint* output, bool isExtended)
    {
        int row = TLanes.Count;
        // It is part of the assembly's image, which the garbage collector does not move.
        byte* schedule = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(Blake3Constants.Schedule));
        uint* initial = (uint*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(Blake3Constants.InitialValue));

        TVector v0 = TLanes.Load(chaining);
        TVector v1 = TLanes.Load(chaining + row);
        TVector v2 = TLanes.Load(chaining + (2 * row));
        TVector v3 = TLanes.Load(chaining + (3 * row));
        TVector v4 = TLanes.Load(chaining + (4 * row));
        TVector v5 = TLanes.Load(chaining + (5 * row));
        TVector v6 = TLanes.Load(chaining + (6 * row));
        TVector v7 = TLanes.Load(chaining + (7 * row));
        TVector v8 = TLanes.Broadcast(initial);
        TVector v9 = TLanes.Broadcast(initial + 1);
        TVector v10 = TLanes.Broadcast(initial + 2);
        TVector v11 = TLanes.Broadcast(initial + 3);
        TVector v12 = TLanes.Load(counters);
        TVector v13 = TLanes.Load(counters + row);
        TVector v14 = TLanes.Broadcast(&blockLength);
        TVector v15 = TLanes.Broadcast((uint*)&flags);

        byte* end = schedule + (Blake3Constants.Rounds * Blake3Constants.BlockWords);
        for (byte* place = schedule; place < end; place += Blake3Constants.BlockWords)
        {
            Mix(ref v0, ref v4, ref v8, ref v12, Word(message, place), Word(message, place + 1));
            Mix(ref v1, ref v5, ref v9, ref v13, Word(message, place + 2), Word(message, place + 3));
            Mix(ref v2, ref v6, ref v10, ref v14, Word(message, place + 4), Word(message, place + 5));
            Mix(ref v3, ref v7, ref v11, ref v15, Word(message, place + 6), Word(message, place + 7));
            Mix(ref v0, ref v5, ref v10, ref v15, Word(message, place + 8), Word(message, place + 9));
            Mix(ref v1, ref v6, ref v11, ref v12, Word(message, place + 10), Word(message, place + 11));
            Mix(ref v2, ref v7, ref v8, ref v13, Word(message, place + 12), Word(message, place + 13));
            Mix(ref v3, ref v4, ref v9, ref v14, Word(message, place + 14), Word(message, place + 15));
        }

        if (isExtended)
        {
            TLanes.Store(TLanes.Xor(v8, TLanes.Load(chaining)), output + (8 * row));
            TLanes.Store(TLanes.Xor(v9, TLanes.Load(chaining + row)), output + (9 * row));
            TLanes.Store(TLanes.Xor(v10, TLanes.Load(chaining + (2 * row))), output + (10 * row));
            TLanes.Store(TLanes.Xor(v11, TLanes.Load(chaining + (3 * row))), output + (11 * row));
            TLanes.Store(TLanes.Xor(v12, TLanes.Load(chaining + (4 * row))), output + (12 * row));
            TLanes.Store(TLanes.Xor(v13, TLanes.Load(chaining + (5 * row))), output + (13 * row));
            TLanes.Store(TLanes.Xor(v14, TLanes.Load(chaining + (6 * row))), output + (14 * row));
            TLanes.Store(TLanes.Xor(v15, TLanes.Load(chaining + (7 * row))), output + (15 * row));
        }

        TLanes.Store(TLanes.Xor(v0, v8), output);
        TLanes.Store(TLanes.Xor(v1, v9), output + row);
        TLanes.Store(TLanes.Xor(v2, v10), output + (2 * row));
        TLanes.Store(TLanes.Xor(v3, v11), output + (3 * row));
        TLanes.Store(TLanes.Xor(v4, v12), output + (4 * row));
        TLanes.Store(TLanes.Xor(v5, v13), output + (5 * row));
        TLanes.Store(TLanes.Xor(v6, v14), output + (6 * row));
        TLanes.Store(TLanes.Xor(v7, v15), output + (7 * row));
    }

    /// <summary>The address of the words that a place of the schedule takes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint* Word(uint* message, byte* place) =>
        (uint*)((byte*)message + (TLanes.Count >= 4 ? (nint)(*place) * (TLanes.Count / 4) : *place / 4));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix(ref TVector a, ref TVector b, ref TVector c, ref TVector d, uint* x, uint* y)
    {
        a = TLanes.Add(TLanes.Add(a, TLanes.Load(x)), b);
        d = TLanes.RotateRight(TLanes.Xor(d, a), 16);
        c = TLanes.Add(c, d);
        b = TLanes.RotateRight(TLanes.Xor(b, c), 12);
        a = TLanes.Add(TLanes.Add(a, TLanes.Load(y)), b);
        d = TLanes.RotateRight(TLanes.Xor(d, a), 8);
        c = TLanes.Add(c, d);
        b = TLanes.RotateRight(TLanes.Xor(b, c), 7);
    }
}
