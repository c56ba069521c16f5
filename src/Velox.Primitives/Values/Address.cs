using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SimpleBase;

namespace Velox.Primitives;

/// <summary>A 32-byte account address: an Ed25519 public key, or a program-derived address off the curve.</summary>
/// <remarks>
/// Ordered as a byte string (first byte most significant), the order in which state changes are committed.
/// Its text form is Base58 with Bitcoin's alphabet, as everywhere in Solana.
/// </remarks>
[StructLayout(LayoutKind.Sequential, Size = Size)]
public readonly struct Address : IEquatable<Address>, IComparable<Address>
{
    public const int Size = 32;

    private readonly Bytes32 _bytes;

    /// <param name="bytes">Exactly 32 bytes.</param>
    /// <exception cref="ArgumentException"><paramref name="bytes"/> is not 32 bytes long.</exception>
    public Address(ReadOnlySpan<byte> bytes) => _bytes = new Bytes32(bytes, nameof(bytes));

    /// <summary>The 32 bytes in place; valid as long as the referenced variable is.</summary>
    [System.Diagnostics.CodeAnalysis.UnscopedRef]
    public ReadOnlySpan<byte> Span => _bytes.Span;

    public bool IsZero => _bytes.IsZero;

    /// <summary>Parses Base58 text.</summary>
    /// <exception cref="FormatException">The text is not Base58 of exactly 32 bytes.</exception>
    public static Address Parse(string text) =>
        TryParse(text, out Address address)
            ? address
            : throw new FormatException($"'{text}' is not an address: expected Base58 of 32 bytes.");

    public static bool TryParse(string? text, out Address address)
    {
        bool parsed = Bytes32.TryParse(text, out Bytes32 bytes);
        address = Unsafe.BitCast<Bytes32, Address>(bytes);
        return parsed;
    }

    public bool Equals(Address other) => _bytes.Equals(other._bytes);

    public override bool Equals(object? obj) => obj is Address other && Equals(other);

    public override int GetHashCode() => _bytes.GetHashCode();

    public int CompareTo(Address other) => Span.SequenceCompareTo(other.Span);

    public override string ToString() => Base58.Bitcoin.Encode(Span);

    public static bool operator ==(Address left, Address right) => left.Equals(right);

    public static bool operator !=(Address left, Address right) => !left.Equals(right);

    public static bool operator <(Address left, Address right) => left.CompareTo(right) < 0;

    public static bool operator >(Address left, Address right) => left.CompareTo(right) > 0;

    public static bool operator <=(Address left, Address right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Address left, Address right) => left.CompareTo(right) >= 0;
}
