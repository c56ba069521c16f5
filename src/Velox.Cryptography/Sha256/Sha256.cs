using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;
using Velox.Primitives;

namespace Velox.Cryptography;

/// <summary>SHA-256 (FIPS 180-4) of one message: at once, or appended in pieces.</summary>
/// <remarks>
/// <para>
/// In pieces all is managed: the rounds scalar, the schedules of several blocks side by side in vectors. At once the length
/// decides. The framework goes to the system's library, which costs it about half a microsecond before the first block;
/// where that library has the processor's SHA-256 instructions, for which .NET has no class on x86, a block then takes it a
/// quarter of what it takes us, and it is ahead from the third block on. Without these instructions a block takes it nine
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

    private static readonly int LongestManaged = HasInstructions ? LongestWithInstructions : LongestWithout;

    private readonly VectorWidth _width;
    private Sha256State _state = Sha256State.Create();

    /// <summary>Begins a message.</summary>
    public Sha256()
        : this(VectorPolicy.Width)
    {
    }

    /// <summary>Begins a message whose schedules are made in vectors of this width.</summary>
    internal Sha256(VectorWidth width) => _width = width;

    // Function 7 of the processor's identification, where .NET asks for none of its instructions.
    private static bool HasInstructions => X86Base.IsSupported
        ? X86Base.CpuId(0, 0).Eax >= 7 && (X86Base.CpuId(7, 0).Ebx & (1 << 29)) != 0
        : System.Runtime.Intrinsics.Arm.Sha256.IsSupported;

    /// <summary>Appends to the message.</summary>
    public void Append(ReadOnlySpan<byte> data) => _state.Append(data, _width);

    /// <summary>Ends the message and begins the next.</summary>
    /// <param name="digest">The first 32 bytes are written.</param>
    /// <exception cref="ArgumentException"><paramref name="digest"/> is shorter than 32 bytes.</exception>
    public void Finish(Span<byte> digest)
    {
        CheckDigest(digest);
        _state.Finish(digest);
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
            HashManaged(data, digest, VectorPolicy.Width);
    }

    /// <summary>Hashes one message.</summary>
    public static Hash256 HashData(ReadOnlySpan<byte> data)
    {
        Hash256 digest = default;
        HashData(data, MemoryMarshal.AsBytes(new Span<Hash256>(ref digest)));
        return digest;
    }

    /// <summary>As <see cref="HashData(ReadOnlySpan{byte}, Span{byte})"/>, whatever the length, without the framework.</summary>
    internal static void HashManaged(ReadOnlySpan<byte> data, Span<byte> digest, VectorWidth width)
    {
        var state = Sha256State.Create();
        state.Append(data, width);
        state.Finish(digest);
    }

    private static void CheckDigest(Span<byte> digest)
    {
        if (digest.Length < DigestSize)
            throw new ArgumentException($"Expected room for {DigestSize} bytes, got {digest.Length}.", nameof(digest));
    }
}
