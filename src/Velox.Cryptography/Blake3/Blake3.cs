using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Velox.Primitives;

namespace Velox.Cryptography;

/// <summary>BLAKE3 (the BLAKE3 paper, version 20211102) of data that is at hand, with output of any length.</summary>
/// <remarks>
/// The first bytes of a longer output are the shorter output. Chunks of long data, blocks of long output and messages of
/// <see cref="HashMany(ReadOnlySpan{byte}, int, Span{byte})"/> are computed side by side in vectors. Nothing here allocates.
/// Data that comes in pieces is for <see cref="Blake3Hasher"/>.
/// </remarks>
public static unsafe class Blake3
{
    /// <summary>Bytes of a hash of the usual length.</summary>
    public const int HashSize = 32;

    /// <summary>Bytes of a key.</summary>
    public const int KeySize = 32;

    /// <summary>The hash of the usual length.</summary>
    [SkipLocalsInit]
    public static Hash256 Hash(ReadOnlySpan<byte> data)
    {
        Span<byte> hash = stackalloc byte[HashSize];
        Hash(data, hash);
        return new Hash256(hash);
    }

    /// <summary>The hash, as long as the output.</summary>
    public static void Hash(ReadOnlySpan<byte> data, Span<byte> output) => Hash(data, output, VectorPolicy.Width);

    /// <summary>The keyed hash, a message authentication code, as long as the output.</summary>
    /// <exception cref="ArgumentException"><paramref name="key"/> is not 32 bytes.</exception>
    public static void KeyedHash(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, Span<byte> output) =>
        KeyedHash(key, data, output, VectorPolicy.Width);

    /// <summary>A key for a context, as long as the output.</summary>
    /// <param name="context">Says what the key is for: text in UTF-8 that is part of the program, unique to it, and no input.</param>
    /// <param name="material">What the key is made from, of any length.</param>
    /// <param name="output">Takes the key.</param>
    public static void DeriveKey(ReadOnlySpan<byte> context, ReadOnlySpan<byte> material, Span<byte> output) =>
        DeriveKey(context, material, output, VectorPolicy.Width);

    /// <summary>The hashes of many messages of one length, which lie behind one another.</summary>
    /// <remarks>Messages of at most 1,024 bytes are hashed side by side; longer ones in turn, their chunks side by side.</remarks>
    /// <param name="messages">The messages; their number is that of the hashes.</param>
    /// <param name="length">Bytes of a message, 0 or more.</param>
    /// <param name="hashes">32 bytes for each message.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="length"/> is negative.</exception>
    /// <exception cref="ArgumentException">The lengths do not fit to each other.</exception>
    public static void HashMany(ReadOnlySpan<byte> messages, int length, Span<byte> hashes) =>
        HashMany(messages, length, hashes, VectorPolicy.Width);

    internal static void Hash(ReadOnlySpan<byte> data, Span<byte> output, VectorWidth width) =>
        Run(Blake3Constants.InitialValue, Blake3Flags.None, data, output, width);

    [SkipLocalsInit]
    internal static void KeyedHash(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, Span<byte> output, VectorWidth width)
    {
        Span<uint> words = stackalloc uint[Blake3Constants.ChainingWords];
        ReadKey(key, words);
        Run(words, Blake3Flags.KeyedHash, data, output, width);
    }

    [SkipLocalsInit]
    internal static void DeriveKey(ReadOnlySpan<byte> context, ReadOnlySpan<byte> material, Span<byte> output, VectorWidth width)
    {
        Span<uint> words = stackalloc uint[Blake3Constants.ChainingWords];
        ContextKey(context, words, width);
        Run(words, Blake3Flags.DeriveKeyMaterial, material, output, width);
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

        if (length > Blake3Constants.ChunkSize)
        {
            for (int i = 0; i < count; i++)
                Hash(messages.Slice(i * length, length), hashes.Slice(i * HashSize, HashSize), width);
            return;
        }

        // The key is part of the assembly's image, which the garbage collector does not move.
        uint* key = (uint*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(Blake3Constants.InitialValue));
        fixed (byte* first = messages, output = hashes)
            Blake3Vectors.Hash(Blake3Inputs.Messages(first, length), count, key, (uint*)output, width);
    }

    /// <summary>The words of a key.</summary>
    /// <exception cref="ArgumentException"><paramref name="key"/> is not 32 bytes.</exception>
    internal static void ReadKey(ReadOnlySpan<byte> key, Span<uint> words)
    {
        if (key.Length != KeySize)
            throw new ArgumentException($"Expected {KeySize} bytes, got {key.Length}.", nameof(key));
        key.CopyTo(MemoryMarshal.AsBytes(words));
    }

    /// <summary>The words of the key that a context stands for.</summary>
    internal static void ContextKey(ReadOnlySpan<byte> context, Span<uint> words, VectorWidth width) =>
        Run(Blake3Constants.InitialValue, Blake3Flags.DeriveKeyContext, context, MemoryMarshal.AsBytes(words), width);

    [SkipLocalsInit]
    private static void Run(ReadOnlySpan<uint> key, Blake3Flags mode, ReadOnlySpan<byte> data, Span<byte> output, VectorWidth width)
    {
        Blake3Node root;
        if (data.Length <= Blake3Constants.ChunkSize)
        {
            fixed (byte* bytes = data)
            fixed (uint* words = key)
                Blake3Node.OfChunk(bytes, data.Length, words, mode, width, &root);
        }
        else
        {
            FindRoot(key, mode, data, width, &root);
        }

        Blake3Vectors.Extend(&root, 0, output, width);
    }

    // By itself, as a state takes 2 KB of stack.
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void FindRoot(ReadOnlySpan<uint> key, Blake3Flags mode, ReadOnlySpan<byte> data, VectorWidth width, Blake3Node* root)
    {
        Unsafe.SkipInit(out Blake3State state);
        state.Begin(key, mode, width);
        state.Append(data);
        state.Finish(root);
    }
}
