using System.Runtime.CompilerServices;

namespace Velox.Cryptography;

/// <summary>Keccak-256 of a message in each lane, all of one length.</summary>
internal static unsafe class KeccakLanes<TLanes, TVector>
    where TLanes : struct, ILanes<TVector, ulong>
    where TVector : unmanaged
{
    /// <param name="messages">The messages, behind one another.</param>
    /// <param name="length">Bytes of a message.</param>
    /// <param name="count">How many, at least as many as there are lanes.</param>
    /// <param name="hashes">32 bytes for each.</param>
    /// <returns>How many were hashed: the most that fill all lanes.</returns>
    [SkipLocalsInit]
    internal static int Hash(byte* messages, int length, int count, byte* hashes)
    {
        ulong* memory = stackalloc ulong[(KeccakConstants.StateWords * TLanes.Count) + LaneMemory.Slack<ulong>()];
        byte* tails = stackalloc byte[KeccakConstants.Rate * TLanes.Count];
        byte** blocks = stackalloc byte*[TLanes.Count];
        ulong* state = LaneMemory.Align(memory);
        int fullBlocks = length / KeccakConstants.Rate;
        int tailLength = length % KeccakConstants.Rate;

        int done = 0;
        for (; done + TLanes.Count <= count; done += TLanes.Count)
        {
            new Span<ulong>(state, KeccakConstants.StateWords * TLanes.Count).Clear();
            for (int lane = 0; lane < TLanes.Count; lane++)
            {
                blocks[lane] = messages + ((nint)(done + lane) * length);
                Pad(blocks[lane] + (length - tailLength), tailLength, new Span<byte>(tails + (lane * KeccakConstants.Rate), KeccakConstants.Rate));
            }

            for (int block = 0; block < fullBlocks; block++)
            {
                Absorb(state, blocks);
                for (int lane = 0; lane < TLanes.Count; lane++)
                    blocks[lane] += KeccakConstants.Rate;
            }

            for (int lane = 0; lane < TLanes.Count; lane++)
                blocks[lane] = tails + (lane * KeccakConstants.Rate);
            Absorb(state, blocks);
            ulong* output = (ulong*)(hashes + (done * KeccakConstants.HashSize));
            for (int lane = 0; lane < TLanes.Count; lane++)
            {
                for (int word = 0; word < KeccakConstants.HashWords; word++)
                    Unsafe.WriteUnaligned(output++, state[(word * TLanes.Count) + lane]);
            }
        }

        return done;
    }

    private static void Absorb(ulong* state, byte** blocks)
    {
        for (int word = 0; word < KeccakConstants.RateWords; word++)
        {
            ulong* row = state + (word * TLanes.Count);
            TLanes.Store(TLanes.Xor(TLanes.Load(row), TLanes.Gather(blocks, word * sizeof(ulong))), row);
        }

        KeccakKernel<TLanes, TVector>.Permute(state);
    }

    private static void Pad(byte* tail, int length, Span<byte> block)
    {
        new ReadOnlySpan<byte>(tail, length).CopyTo(block);
        block[length..].Clear();
        block[length] ^= KeccakSponge.KeccakPadding;
        block[^1] ^= 0x80;
    }
}
