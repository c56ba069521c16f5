using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SimpleBase;

namespace Velox.Primitives;

/// <summary>A 64-byte Ed25519 signature; a transaction's first one is its id. Text form: Base58.</summary>
[StructLayout(LayoutKind.Sequential, Size = Size)]
public readonly struct Signature : IEquatable<Signature>
{
    public const int Size = 64;

    // 64 bytes are at most 88 Base58 digits.
    private const int MaxBase58Length = 88;

    private readonly Bytes32 _low;
    private readonly Bytes32 _high;

    /// <param name="bytes">Exactly 64 bytes.</param>
    /// <exception cref="ArgumentException"><paramref name="bytes"/> is not 64 bytes long.</exception>
    public Signature(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
            throw new ArgumentException($"Expected 64 bytes, got {bytes.Length}.", nameof(bytes));
        this = MemoryMarshal.Read<Signature>(bytes);
    }

    /// <summary>The 64 bytes in place; valid as long as the referenced variable is.</summary>
    // Unsafe: the two halves are contiguous by the layout above.
    [System.Diagnostics.CodeAnalysis.UnscopedRef]
    public ReadOnlySpan<byte> Span =>
        MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<Bytes32, byte>(ref Unsafe.AsRef(in _low)), Size);

    public static bool TryParse(string? text, out Signature signature)
    {
        Span<byte> decoded = stackalloc byte[Size];
        bool parsed = Base58Text.TryDecode(text, MaxBase58Length, decoded);
        signature = parsed ? MemoryMarshal.Read<Signature>(decoded) : default;
        return parsed;
    }

    public bool Equals(Signature other) => _low.Equals(other._low) && _high.Equals(other._high);

    public override bool Equals(object? obj) => obj is Signature other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(_low, _high);

    public override string ToString() => Base58.Bitcoin.Encode(Span);

    public static bool operator ==(Signature left, Signature right) => left.Equals(right);

    public static bool operator !=(Signature left, Signature right) => !left.Equals(right);
}
