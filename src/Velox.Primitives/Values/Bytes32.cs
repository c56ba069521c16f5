using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Velox.Primitives;

/// <summary>The shared storage of <see cref="Address"/> and <see cref="Hash256"/>: 32 bytes in four words.</summary>
[StructLayout(LayoutKind.Sequential, Size = Size)]
internal readonly struct Bytes32 : IEquatable<Bytes32>
{
    internal const int Size = 32;

    // 32 bytes are 43 or 44 Base58 digits, or fewer with leading ones; anything longer cannot be 32 bytes.
    private const int MaxBase58Length = 44;

    private readonly ulong _word0;
    private readonly ulong _word1;
    private readonly ulong _word2;
    private readonly ulong _word3;

    internal Bytes32(ReadOnlySpan<byte> bytes, string name)
    {
        if (bytes.Length != Size)
            throw new ArgumentException($"Expected 32 bytes, got {bytes.Length}.", name);
        this = MemoryMarshal.Read<Bytes32>(bytes);
    }

    // Unsafe: the four words are contiguous by the layout above, so a span over the first covers all 32 bytes.
    [System.Diagnostics.CodeAnalysis.UnscopedRef]
    internal ReadOnlySpan<byte> Span =>
        MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<ulong, byte>(ref Unsafe.AsRef(in _word0)), Size);

    internal bool IsZero => (_word0 | _word1 | _word2 | _word3) == 0;

    internal static bool TryParse(string? text, out Bytes32 bytes)
    {
        Span<byte> decoded = stackalloc byte[Size];
        bool parsed = Base58Text.TryDecode(text, MaxBase58Length, decoded);
        bytes = parsed ? MemoryMarshal.Read<Bytes32>(decoded) : default;
        return parsed;
    }

    public bool Equals(Bytes32 other) =>
        _word0 == other._word0 && _word1 == other._word1 && _word2 == other._word2 && _word3 == other._word3;

    public override bool Equals(object? obj) => obj is Bytes32 other && Equals(other);

    // NH, a universal hash (Black, Halevi, Krawczyk, Krovetz and Rogaway, "UMAC", 1999), under keys of the process: whoever
    // chooses addresses cannot choose collisions. HashCode.Combine would not do: it folds each word to 32 bits before its
    // seed comes in. For the same reason no result may ever depend on the order of a hash table.
    public override int GetHashCode()
    {
        ulong high = Math.BigMul(_word0 + HashKeys.First, _word1 + HashKeys.Second, out ulong low);
        high += Math.BigMul(_word2 + HashKeys.Third, _word3 + HashKeys.Fourth, out ulong otherLow);
        low += otherLow;
        high += low < otherLow ? 1UL : 0UL;
        ulong sum = (high * HashKeys.High) + (low * HashKeys.Low);

        // Addresses in even steps have sums in even steps; tables look at few bits, which even steps may leave half empty.
        sum ^= sum >> 32;
        sum *= HashKeys.Last;
        return (int)((sum ^ (sum >> 29)) >> 32);
    }

    private static class HashKeys
    {
        internal static readonly ulong First = Draw();
        internal static readonly ulong Second = Draw();
        internal static readonly ulong Third = Draw();
        internal static readonly ulong Fourth = Draw();

        // Odd, so that no difference is multiplied away.
        internal static readonly ulong High = Draw() | 1;
        internal static readonly ulong Low = Draw() | 1;
        internal static readonly ulong Last = Draw() | 1;

        private static ulong Draw()
        {
            Span<byte> bytes = stackalloc byte[sizeof(ulong)];
            RandomNumberGenerator.Fill(bytes);
            return MemoryMarshal.Read<ulong>(bytes);
        }
    }
}
