using System.Runtime.CompilerServices;

namespace Velox.Cryptography;

/// <summary>A sponge with 256 bits of output, taking in bytes (FIPS 202, section 4); nothing on the heap.</summary>
/// <remarks>The padding's first byte tells the original Keccak (0x01) from SHA-3 (0x06).</remarks>
internal unsafe struct KeccakSponge
{
    /// <summary>The padding of the original Keccak, as Ethereum and Solana use it.</summary>
    internal const byte KeccakPadding = 0x01;

    /// <summary>The padding of SHA3-256.</summary>
    internal const byte Sha3Padding = 0x06;

    private fixed ulong _state[KeccakConstants.StateWords];

    // Bytes of the block under way, which are in the state already.
    private int _position;

    internal void Restart() => this = default;

    internal void Append(ReadOnlySpan<byte> data)
    {
        fixed (ulong* state = _state)
        fixed (byte* bytes = data)
        {
            byte* next = bytes;
            byte* end = bytes + data.Length;
            while (next < end)
            {
                if (_position == 0 && end - next >= KeccakConstants.Rate)
                {
                    for (int word = 0; word < KeccakConstants.RateWords; word++)
                        state[word] ^= Unsafe.ReadUnaligned<ulong>(next + (word * sizeof(ulong)));
                    next += KeccakConstants.Rate;
                    KeccakKernel<ScalarLanes<ulong>, ulong>.Permute(state);
                    continue;
                }

                int taken = (int)Math.Min(end - next, KeccakConstants.Rate - _position);
                Xor(next, (byte*)state + _position, taken);
                next += taken;
                _position += taken;
                if (_position == KeccakConstants.Rate)
                {
                    KeccakKernel<ScalarLanes<ulong>, ulong>.Permute(state);
                    _position = 0;
                }
            }
        }
    }

    /// <summary>The hash of what was appended, which stays.</summary>
    internal readonly void Finish(Span<byte> hash, byte padding)
    {
        KeccakSponge last = this;
        byte* bytes = (byte*)last._state;
        bytes[_position] ^= padding;
        bytes[KeccakConstants.Rate - 1] ^= 0x80;
        KeccakKernel<ScalarLanes<ulong>, ulong>.Permute(last._state);
        new ReadOnlySpan<byte>(bytes, KeccakConstants.HashSize).CopyTo(hash);
    }

    private static void Xor(byte* from, byte* to, int count)
    {
        int i = 0;
        for (; i + sizeof(ulong) <= count; i += sizeof(ulong))
            Unsafe.WriteUnaligned(to + i, Unsafe.ReadUnaligned<ulong>(to + i) ^ Unsafe.ReadUnaligned<ulong>(from + i));
        for (; i < count; i++)
            to[i] ^= from[i];
    }
}
