using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SimpleBase;

namespace Velox.Primitives;

/// <summary>A 32-byte digest: a block hash, a Merkle node, a state root. Text form: Base58.</summary>
[StructLayout(LayoutKind.Sequential, Size = Size)]
public readonly struct Hash256 : IEquatable<Hash256>
{
    public const int Size = 32;

    private readonly Bytes32 _bytes;

    /// <param name="bytes">Exactly 32 bytes.</param>
    /// <exception cref="ArgumentException"><paramref name="bytes"/> is not 32 bytes long.</exception>
    public Hash256(ReadOnlySpan<byte> bytes) => _bytes = new Bytes32(bytes, nameof(bytes));

    /// <summary>The 32 bytes in place; valid as long as the referenced variable is.</summary>
    [System.Diagnostics.CodeAnalysis.UnscopedRef]
    public ReadOnlySpan<byte> Span => _bytes.Span;

    public bool IsZero => _bytes.IsZero;

    /// <summary>Parses Base58 text.</summary>
    /// <exception cref="FormatException">The text is not Base58 of exactly 32 bytes.</exception>
    public static Hash256 Parse(string text) =>
        TryParse(text, out Hash256 hash)
            ? hash
            : throw new FormatException($"'{text}' is not a hash: expected Base58 of 32 bytes.");

    public static bool TryParse(string? text, out Hash256 hash)
    {
        bool parsed = Bytes32.TryParse(text, out Bytes32 bytes);
        hash = Unsafe.BitCast<Bytes32, Hash256>(bytes);
        return parsed;
    }

    public bool Equals(Hash256 other) => _bytes.Equals(other._bytes);

    public override bool Equals(object? obj) => obj is Hash256 other && Equals(other);

    public override int GetHashCode() => _bytes.GetHashCode();

    public override string ToString() => Base58.Bitcoin.Encode(Span);

    public static bool operator ==(Hash256 left, Hash256 right) => left.Equals(right);

    public static bool operator !=(Hash256 left, Hash256 right) => !left.Equals(right);
}
