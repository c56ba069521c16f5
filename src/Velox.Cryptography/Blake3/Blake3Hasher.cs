using System.Runtime.CompilerServices;

namespace Velox.Cryptography;

/// <summary>BLAKE3 of data that comes in pieces, with output of any length from any place.</summary>
/// <remarks>
/// The pieces make no difference: the hash is that of all their bytes in order. No method allocates. Not safe for concurrent use.
/// </remarks>
public sealed unsafe class Blake3Hasher
{
    private readonly VectorWidth _width;

    // Not read-only: its methods change it.
    private Blake3State _state;

    /// <summary>Plain hashing.</summary>
    public Blake3Hasher()
        : this(Blake3Constants.InitialValue, Blake3Flags.None, VectorPolicy.Width)
    {
    }

    internal Blake3Hasher(ReadOnlySpan<uint> key, Blake3Flags mode, VectorWidth width)
    {
        _width = width;
        _state.Begin(key, mode, width);
    }

    /// <summary>Keyed hashing, as <see cref="Blake3.KeyedHash(ReadOnlySpan{byte}, ReadOnlySpan{byte}, Span{byte})"/>.</summary>
    /// <exception cref="ArgumentException"><paramref name="key"/> is not 32 bytes.</exception>
    public static Blake3Hasher Keyed(ReadOnlySpan<byte> key)
    {
        Span<uint> words = stackalloc uint[Blake3Constants.ChainingWords];
        Blake3.ReadKey(key, words);
        return new Blake3Hasher(words, Blake3Flags.KeyedHash, VectorPolicy.Width);
    }

    /// <summary>Key derivation, as <see cref="Blake3.DeriveKey(ReadOnlySpan{byte}, ReadOnlySpan{byte}, Span{byte})"/>.</summary>
    public static Blake3Hasher ForContext(ReadOnlySpan<byte> context)
    {
        Span<uint> words = stackalloc uint[Blake3Constants.ChainingWords];
        Blake3.ContextKey(context, words, VectorPolicy.Width);
        return new Blake3Hasher(words, Blake3Flags.DeriveKeyMaterial, VectorPolicy.Width);
    }

    /// <summary>Adds bytes behind those that were added.</summary>
    public void Append(ReadOnlySpan<byte> data) => _state.Append(data);

    /// <summary>Forgets what was added; the key stays.</summary>
    public void Reset() => _state.Restart();

    /// <summary>Output for what was added so far; more may be added afterwards.</summary>
    /// <param name="output">Takes as many bytes as it has room for.</param>
    /// <param name="offset">How many bytes of the output to leave out before.</param>
    [SkipLocalsInit]
    public void Finish(Span<byte> output, ulong offset = 0)
    {
        Blake3Node root;
        _state.Finish(&root);
        Blake3Vectors.Extend(&root, offset, output, _width);
    }
}
