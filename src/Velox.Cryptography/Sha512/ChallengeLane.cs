using System.Buffers.Binary;

namespace Velox.Cryptography;

/// <summary>Hands out the padded blocks of one challenge after the other (FIPS 180-4, 5.1.2).</summary>
internal unsafe struct ChallengeLane
{
    private ChallengeInput _input;

    // Into the message; where the first block begins it is negative, as the prefix goes before.
    private long _offset;

    private int _blocksLeft;

    /// <summary>Which of the inputs it is.</summary>
    internal int Index { get; private set; }

    /// <summary>A lane without an input.</summary>
    internal static ChallengeLane Idle => new() { Index = -1 };

    internal readonly bool IsBusy => Index >= 0;

    /// <summary>Whether it has an input whose last block was handed out.</summary>
    internal readonly bool IsDone => IsBusy && _blocksLeft == 0;

    internal static ChallengeLane Of(int index, in ChallengeInput input)
    {
        // The padding takes a byte and the 16 of the length.
        long padded = ChallengeInput.PrefixLength + (long)input.MessageLength + 17;
        return new ChallengeLane
        {
            Index = index,
            _input = input,
            _offset = -ChallengeInput.PrefixLength,
            _blocksLeft = (int)((padded + Sha512Constants.BlockSize - 1) / Sha512Constants.BlockSize),
        };
    }

    /// <summary>The address of the next block: in the message itself where it lies there wholly, else in the buffer.</summary>
    /// <param name="buffer">128 bytes of this lane; written where it is needed.</param>
    internal byte* NextBlock(byte* buffer)
    {
        long offset = _offset;
        _offset += Sha512Constants.BlockSize;
        _blocksLeft--;
        if (offset >= 0 && _input.MessageLength - offset >= Sha512Constants.BlockSize)
            return _input.Message + offset;

        Fill(new Span<byte>(buffer, Sha512Constants.BlockSize), offset);
        return buffer;
    }

    private readonly void Fill(Span<byte> block, long offset)
    {
        Span<byte> rest = block;
        if (offset < 0)
        {
            new ReadOnlySpan<byte>(_input.PointR, ChallengeInput.PointLength).CopyTo(rest);
            new ReadOnlySpan<byte>(_input.PublicKey, ChallengeInput.PointLength).CopyTo(rest[ChallengeInput.PointLength..]);
            rest = rest[ChallengeInput.PrefixLength..];
            offset = 0;
        }

        int messageLeft = (int)(_input.MessageLength - offset);
        if (messageLeft > 0)
        {
            int taken = Math.Min(messageLeft, rest.Length);
            new ReadOnlySpan<byte>(_input.Message + offset, taken).CopyTo(rest);
            rest = rest[taken..];
        }

        rest.Clear();
        // Where the message ends here; behind a message that ended before there are zeros only.
        if (messageLeft >= 0 && rest.Length > 0)
            rest[0] = 0x80;
        if (_blocksLeft == 0)
        {
            ulong lengthBits = 8 * (ChallengeInput.PrefixLength + (ulong)_input.MessageLength);
            BinaryPrimitives.WriteUInt64BigEndian(block[^sizeof(ulong)..], lengthBits);
        }
    }
}
