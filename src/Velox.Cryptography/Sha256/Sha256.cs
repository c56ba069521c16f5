using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Velox.Primitives;

namespace Velox.Cryptography;

/// <summary>SHA-256 (FIPS 180-4) of one message: at once, or appended in pieces.</summary>
/// <remarks>
/// <para>
/// With the processor's instructions for it a block takes what it takes the system's library. Without them the rounds are
/// scalar, the schedules of several blocks side by side in vectors, and at once the length decides: the framework goes to the
/// system's library, which costs it about half a microsecond before the first block; where that library has the instructions and we
/// may not write code for them, it is ahead from the third block on. Where the processor has none, a block takes it nine
/// tenths of what it takes us, which makes up for its start after about a kilobyte.
/// </para>
/// <para>Not safe for concurrent use; the static functions are. Only the constructor allocates.</para>
/// </remarks>
public sealed class Sha256
{
    /// <summary>Bytes of a digest.</summary>
    public const int DigestSize = Sha256Constants.DigestSize;

    // Messages of two blocks, and those that are done before the framework has made up for its start.
    private const int LongestWithInstructions = 119;
    private const int LongestWithout = 1_024;

    private static readonly int LongestManaged =
        Sha256Policy.Kernel >= Sha256Kernel.Instructions ? int.MaxValue
        : Sha256Instructions.ProcessorHasThem ? LongestWithInstructions
        : LongestWithout;

    private readonly Sha256Kernel _kernel;
    private Sha256State _state = Sha256State.Create();

    /// <summary>Begins a message.</summary>
    public Sha256()
        : this(Sha256Policy.Kernel)
    {
    }

    /// <summary>Begins a message that this kernel hashes.</summary>
    internal Sha256(Sha256Kernel kernel) => _kernel = kernel;

    /// <summary>Appends to the message.</summary>
    public void Append(ReadOnlySpan<byte> data) => _state.Append(data, _kernel);

    /// <summary>Ends the message and begins the next.</summary>
    /// <param name="digest">The first 32 bytes are written.</param>
    /// <exception cref="ArgumentException"><paramref name="digest"/> is shorter than 32 bytes.</exception>
    public void Finish(Span<byte> digest)
    {
        CheckDigest(digest);
        _state.Finish(digest, _kernel);
        _state.Reset();
    }

    /// <summary>Ends the message and begins the next.</summary>
    public Hash256 Finish()
    {
        Hash256 digest = default;
        Finish(MemoryMarshal.AsBytes(new Span<Hash256>(ref digest)));
        return digest;
    }

    /// <summary>Hashes one message.</summary>
    /// <param name="data">Of any length.</param>
    /// <param name="digest">The first 32 bytes are written.</param>
    /// <exception cref="ArgumentException"><paramref name="digest"/> is shorter than 32 bytes.</exception>
    public static void HashData(ReadOnlySpan<byte> data, Span<byte> digest)
    {
        CheckDigest(digest);
        if (data.Length > LongestManaged)
            SHA256.HashData(data, digest);
        else
            HashManaged(data, digest, Sha256Policy.Kernel);
    }

    /// <summary>Hashes one message.</summary>
    public static Hash256 HashData(ReadOnlySpan<byte> data)
    {
        Hash256 digest = default;
        HashData(data, MemoryMarshal.AsBytes(new Span<Hash256>(ref digest)));
        return digest;
    }

    /// <summary>As <see cref="HashData(ReadOnlySpan{byte}, Span{byte})"/>, whatever the length, without the framework.</summary>
    internal static void HashManaged(ReadOnlySpan<byte> data, Span<byte> digest, Sha256Kernel kernel)
    {
        var state = Sha256State.Create();
        state.Append(data, kernel);
        state.Finish(digest, kernel);
    }

    private static void CheckDigest(Span<byte> digest)
    {
        if (digest.Length < DigestSize)
            throw new ArgumentException($"Expected room for {DigestSize} bytes, got {digest.Length}.", nameof(digest));
    }
}
