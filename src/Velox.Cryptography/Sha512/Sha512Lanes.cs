using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Velox.Cryptography;

/// <summary>SHA-512 (FIPS 180-4) of many Ed25519 challenges at once, a challenge in each lane of a vector.</summary>
internal static unsafe class Sha512Lanes
{
    /// <summary>Bytes of a digest.</summary>
    internal const int DigestSize = Sha512Constants.DigestSize;

    private const int StateWords = 8;
    private const int BlockWords = 16;

    /// <summary>SHA-512(R || A || message) of each input, in vectors as wide as the policy allows and the inputs fill.</summary>
    /// <inheritdoc cref="HashChallenges(ReadOnlySpan{ChallengeInput}, Span{byte}, VectorWidth)"/>
    internal static void HashChallenges(ReadOnlySpan<ChallengeInput> inputs, Span<byte> digests)
    {
        // A block takes as long for all lanes as for one, and wider vectors take no less: half a vector is full.
        VectorWidth width = inputs.Length switch
        {
            <= 1 => VectorWidth.None,
            2 => VectorWidth.Bits128,
            <= 4 => VectorWidth.Bits256,
            _ => VectorWidth.Bits512,
        };
        HashChallenges(inputs, digests, width < VectorPolicy.Width ? width : VectorPolicy.Width);
    }

    /// <summary>SHA-512(R || A || message) of each input.</summary>
    /// <remarks>
    /// Messages may differ in length: a lane that is done takes the next input, so that lanes are idle at the end only.
    /// Allocates nothing.
    /// </remarks>
    /// <param name="inputs">Any number; the bytes they point to must stay in place during the call.</param>
    /// <param name="digests">64 bytes for each input, in their order.</param>
    /// <param name="width">How many lanes: 8 in 512 bits, 4, 2, or one word after the other.</param>
    /// <exception cref="ArgumentException"><paramref name="digests"/> has another length.</exception>
    internal static void HashChallenges(ReadOnlySpan<ChallengeInput> inputs, Span<byte> digests, VectorWidth width)
    {
        if (digests.Length != (long)inputs.Length * DigestSize)
        {
            throw new ArgumentException(
                $"Expected {DigestSize} bytes for each of {inputs.Length} inputs, got {digests.Length}.", nameof(digests));
        }

        switch (width)
        {
            case VectorWidth.Bits512:
                Run<Lanes512<ulong>, Vector512<ulong>>(inputs, digests);
                break;
            case VectorWidth.Bits256:
                Run<Lanes256<ulong>, Vector256<ulong>>(inputs, digests);
                break;
            case VectorWidth.Bits128:
                Run<Lanes128<ulong>, Vector128<ulong>>(inputs, digests);
                break;
            default:
                Run<ScalarLanes<ulong>, ulong>(inputs, digests);
                break;
        }
    }

    [SkipLocalsInit]
    private static void Run<TLanes, TVector>(ReadOnlySpan<ChallengeInput> inputs, Span<byte> digests)
        where TLanes : struct, ILanes<TVector, ulong>
        where TVector : unmanaged
    {
        const int wordsPerLane = StateWords + Sha512Constants.Rounds;
        ulong* memory = stackalloc ulong[(wordsPerLane * TLanes.Count) + LaneMemory.Slack<ulong>()];
        ulong* state = LaneMemory.Align(memory);
        ulong* schedule = state + (StateWords * TLanes.Count);
        byte* buffers = stackalloc byte[Sha512Constants.BlockSize * TLanes.Count];
        byte** blocks = stackalloc byte*[TLanes.Count];
        ChallengeLane* lanes = stackalloc ChallengeLane[TLanes.Count];

        int next = 0;
        for (int lane = 0; lane < TLanes.Count; lane++)
        {
            // An idle lane hashes whatever stands there, and nobody looks.
            blocks[lane] = buffers + (Sha512Constants.BlockSize * lane);
            lanes[lane] = Start<TLanes, TVector>(state + lane, inputs, ref next);
        }

        for (int done = 0; done < inputs.Length;)
        {
            for (int lane = 0; lane < TLanes.Count; lane++)
            {
                if (lanes[lane].IsBusy)
                    blocks[lane] = lanes[lane].NextBlock(buffers + (Sha512Constants.BlockSize * lane));
            }

            for (int word = 0; word < BlockWords; word++)
                TLanes.Store(TLanes.ReverseBytes(TLanes.Gather(blocks, word * sizeof(ulong))), schedule + (word * TLanes.Count));
            Sha512Kernel<TLanes, TVector>.Compress(state, schedule);

            for (int lane = 0; lane < TLanes.Count; lane++)
            {
                if (!lanes[lane].IsDone)
                    continue;
                WriteDigest(state + lane, TLanes.Count, digests.Slice(lanes[lane].Index * DigestSize, DigestSize));
                lanes[lane] = Start<TLanes, TVector>(state + lane, inputs, ref next);
                done++;
            }
        }
    }

    private static ChallengeLane Start<TLanes, TVector>(ulong* laneState, ReadOnlySpan<ChallengeInput> inputs, ref int next)
        where TLanes : struct, ILanes<TVector, ulong>
        where TVector : unmanaged
    {
        if (next == inputs.Length)
            return ChallengeLane.Idle;

        for (int word = 0; word < StateWords; word++)
            laneState[word * TLanes.Count] = Sha512Constants.InitialState[word];
        return ChallengeLane.Of(next, in inputs[next++]);
    }

    private static void WriteDigest(ulong* laneState, int stride, Span<byte> digest)
    {
        for (int word = 0; word < StateWords; word++)
            BinaryPrimitives.WriteUInt64BigEndian(digest[(word * sizeof(ulong))..], laneState[word * stride]);
    }
}
