using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Velox.Primitives;

namespace Velox.Cryptography;

/// <summary>Keccak-256 with the padding of the original submission (0x01), as Ethereum and Solana's <c>sol_keccak256</c> use it.</summary>
/// <remarks>It is not SHA3-256 (FIPS 202), which pads otherwise. No call allocates. Pieces are for <see cref="Keccak256Hasher"/>.</remarks>
public static unsafe class Keccak256
{
    /// <summary>Bytes of a hash.</summary>
    public const int HashSize = KeccakConstants.HashSize;

    /// <summary>The hash of data of any length.</summary>
    [SkipLocalsInit]
    public static Hash256 Hash(ReadOnlySpan<byte> data)
    {
        Span<byte> hash = stackalloc byte[HashSize];
        Hash(data, hash);
        return new Hash256(hash);
    }

    /// <summary>The hash of data of any length.</summary>
    /// <exception cref="ArgumentException"><paramref name="hash"/> is not 32 bytes.</exception>
    public static void Hash(ReadOnlySpan<byte> data, Span<byte> hash) => Hash(data, hash, KeccakSponge.KeccakPadding);

    /// <summary>The hashes of many messages of one length, which lie behind one another, side by side in vectors.</summary>
    /// <param name="messages">The messages; their number is that of the hashes.</param>
    /// <param name="length">Bytes of a message, 0 or more.</param>
    /// <param name="hashes">32 bytes for each message.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="length"/> is negative.</exception>
    /// <exception cref="ArgumentException">The lengths do not fit to each other.</exception>
    public static void HashMany(ReadOnlySpan<byte> messages, int length, Span<byte> hashes) =>
        HashMany(messages, length, hashes, VectorPolicy.Width);

    internal static void Hash(ReadOnlySpan<byte> data, Span<byte> hash, byte padding)
    {
        CheckHash(hash);
        KeccakSponge sponge = default;
        sponge.Append(data);
        sponge.Finish(hash, padding);
    }

    internal static void HashMany(ReadOnlySpan<byte> messages, int length, Span<byte> hashes, VectorWidth width)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        (int count, int rest) = Math.DivRem(hashes.Length, HashSize);
        if (rest != 0)
            throw new ArgumentException($"Expected a multiple of {HashSize} bytes, got {hashes.Length}.", nameof(hashes));
        if (messages.Length != (long)count * length)
        {
            throw new ArgumentException(
                $"Expected {count} messages of {length} bytes, one for each hash, got {messages.Length} bytes.", nameof(messages));
        }

        int done = 0;
        fixed (byte* bytes = messages, output = hashes)
        {
            if (width == VectorWidth.Bits512 && count >= Vector512<ulong>.Count)
                done = KeccakLanes<Lanes512<ulong>, Vector512<ulong>>.Hash(bytes, length, count, output);
            else if (width == VectorWidth.Bits256 && count >= Vector256<ulong>.Count)
                done = KeccakLanes<Lanes256<ulong>, Vector256<ulong>>.Hash(bytes, length, count, output);
            else if (width == VectorWidth.Bits128 && count >= Vector128<ulong>.Count)
                done = KeccakLanes<Lanes128<ulong>, Vector128<ulong>>.Hash(bytes, length, count, output);
        }

        for (; done < count; done++)
            Hash(messages.Slice(done * length, length), hashes.Slice(done * HashSize, HashSize));
    }

    internal static void CheckHash(Span<byte> hash)
    {
        if (hash.Length != HashSize)
            throw new ArgumentException($"Expected {HashSize} bytes, got {hash.Length}.", nameof(hash));
    }
}
