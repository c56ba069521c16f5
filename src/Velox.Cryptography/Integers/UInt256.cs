using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Velox.Cryptography;

/// <summary>A 256-bit number without a sign; arithmetic wraps at 2^256.</summary>
internal readonly struct UInt256(ulong limb0, ulong limb1, ulong limb2, ulong limb3)
{
    /// <summary>Bytes of a number.</summary>
    internal const int Size = 32;

    // The least significant first.
    internal readonly ulong Limb0 = limb0;
    internal readonly ulong Limb1 = limb1;
    internal readonly ulong Limb2 = limb2;
    internal readonly ulong Limb3 = limb3;

    internal bool IsZero => (Limb0 | Limb1 | Limb2 | Limb3) == 0;

    /// <summary>The number in 32 bytes, the most significant first.</summary>
    internal static UInt256 ReadBigEndian(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]), BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]),
        BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]), BinaryPrimitives.ReadUInt64BigEndian(bytes));

    internal void WriteBigEndian(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64BigEndian(bytes, Limb3);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], Limb2);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[16..], Limb1);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[24..], Limb0);
    }

    /// <summary>The number in 32 bytes, the least significant first.</summary>
    internal static UInt256 ReadLittleEndian(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]),
        BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]), BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]));

    internal void WriteLittleEndian(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Limb0);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], Limb1);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[16..], Limb2);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[24..], Limb3);
    }

    public static bool operator <(in UInt256 a, in UInt256 b)
    {
        if (a.Limb3 != b.Limb3)
            return a.Limb3 < b.Limb3;
        if (a.Limb2 != b.Limb2)
            return a.Limb2 < b.Limb2;
        return a.Limb1 != b.Limb1 ? a.Limb1 < b.Limb1 : a.Limb0 < b.Limb0;
    }

    public static bool operator >(in UInt256 a, in UInt256 b) => b < a;

    public static bool operator >=(in UInt256 a, in UInt256 b) => !(a < b);

    public static bool operator <=(in UInt256 a, in UInt256 b) => !(b < a);

    public static UInt256 operator +(in UInt256 a, in UInt256 b)
    {
        ulong carry = 0;
        ulong limb0 = AddCarry(a.Limb0, b.Limb0, ref carry);
        ulong limb1 = AddCarry(a.Limb1, b.Limb1, ref carry);
        ulong limb2 = AddCarry(a.Limb2, b.Limb2, ref carry);
        return new UInt256(limb0, limb1, limb2, AddCarry(a.Limb3, b.Limb3, ref carry));
    }

    public static UInt256 operator -(in UInt256 a, in UInt256 b)
    {
        ulong borrow = 0;
        ulong limb0 = SubtractBorrow(a.Limb0, b.Limb0, ref borrow);
        ulong limb1 = SubtractBorrow(a.Limb1, b.Limb1, ref borrow);
        ulong limb2 = SubtractBorrow(a.Limb2, b.Limb2, ref borrow);
        return new UInt256(limb0, limb1, limb2, SubtractBorrow(a.Limb3, b.Limb3, ref borrow));
    }

    /// <summary>The whole product: eight limbs, the least significant first.</summary>
    internal static void Multiply(in UInt256 a, in UInt256 b, Span<ulong> product)
    {
        product[..4].Clear();
        product[4] = AddRow(product, a.Limb0, b);
        product[5] = AddRow(product[1..], a.Limb1, b);
        product[6] = AddRow(product[2..], a.Limb2, b);
        product[7] = AddRow(product[3..], a.Limb3, b);
    }

    /// <summary>Adds factor times b to four limbs; the fifth is returned.</summary>
    internal static ulong AddRow(Span<ulong> sum, ulong factor, in UInt256 b)
    {
        ulong carry = 0;
        sum[0] = MultiplyAdd(factor, b.Limb0, sum[0], ref carry);
        sum[1] = MultiplyAdd(factor, b.Limb1, sum[1], ref carry);
        sum[2] = MultiplyAdd(factor, b.Limb2, sum[2], ref carry);
        sum[3] = MultiplyAdd(factor, b.Limb3, sum[3], ref carry);
        return carry;
    }

    /// <summary>The upper half of a product of 64-bit numbers.</summary>
    /// <remarks>
    /// <see cref="Math.BigMul(ulong, ulong, out ulong)"/> passes the lower half through memory, and what loads it waits: it is
    /// two to three times faster to multiply again for the lower half.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong MultiplyHigh(ulong a, ulong b) =>
        Bmi2.X64.IsSupported ? Bmi2.X64.MultiplyNoFlags(a, b) : Math.BigMul(a, b, out _);

    /// <summary>The lower half of a * b + addend + carry, whose upper half becomes the carry. It never overflows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong MultiplyAdd(ulong a, ulong b, ulong addend, ref ulong carry)
    {
        ulong high = MultiplyHigh(a, b);
        ulong low = (a * b) + addend;
        high += low < addend ? 1UL : 0;
        low += carry;
        carry = high + (low < carry ? 1UL : 0);
        return low;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong AddCarry(ulong a, ulong b, ref ulong carry)
    {
        ulong partial = a + carry;
        ulong sum = partial + b;
        carry = (partial < carry ? 1UL : 0) | (sum < b ? 1UL : 0);
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong SubtractBorrow(ulong a, ulong b, ref ulong borrow)
    {
        ulong partial = a - b;
        ulong difference = partial - borrow;
        borrow = (a < b ? 1UL : 0) | (partial < borrow ? 1UL : 0);
        return difference;
    }
}
