using System.Numerics;
using System.Runtime.CompilerServices;

namespace Velox.Cryptography;

/// <summary>A prime between 2^192 and 2^254, 3 modulo 4 if roots are taken.</summary>
internal interface IModulus256
{
    static abstract ulong Limb0 { get; }

    static abstract ulong Limb1 { get; }

    static abstract ulong Limb2 { get; }

    static abstract ulong Limb3 { get; }

    /// <summary>-1 / modulus, modulo 2^64.</summary>
    static abstract ulong NegatedInverse { get; }
}

/// <summary>Integers modulo a prime of up to 254 bits, in Montgomery's form with R = 2^256, reduced always.</summary>
internal readonly struct Field256<TModulus> : IPrimeField<Field256<TModulus>>
    where TModulus : struct, IModulus256
{
    private const int RadixBits = 8 * UInt256.Size;

    // R^2 and R^3: Montgomery's product with R^2 takes a number into his form, with R^3 an inverse that was taken in it.
    private static readonly Field256<TModulus> RadixSquared = RaiseTwo(2 * RadixBits);
    private static readonly Field256<TModulus> RadixCubed = RaiseTwo(3 * RadixBits);
    private static readonly Field256<TModulus> Radix = RaiseTwo(RadixBits);
    private static readonly ulong[] RootExponent = FieldPower.Words((Modulus + 1) / 4);
    private static readonly ModularInverse Inverse = new(
        new UInt256(TModulus.Limb0, TModulus.Limb1, TModulus.Limb2, TModulus.Limb3), 0 - TModulus.NegatedInverse);

    private readonly ulong _limb0;
    private readonly ulong _limb1;
    private readonly ulong _limb2;
    private readonly ulong _limb3;

    private Field256(ulong limb0, ulong limb1, ulong limb2, ulong limb3)
    {
        _limb0 = limb0;
        _limb1 = limb1;
        _limb2 = limb2;
        _limb3 = limb3;
    }

    public static int Size => UInt256.Size;

    public static BigInteger Modulus =>
        ((((((BigInteger)TModulus.Limb3 << 64) + TModulus.Limb2) << 64) + TModulus.Limb1) << 64) + TModulus.Limb0;

    public static Field256<TModulus> One => Radix;

    public bool IsZero => (_limb0 | _limb1 | _limb2 | _limb3) == 0;

    public static bool operator ==(in Field256<TModulus> left, in Field256<TModulus> right) =>
        ((left._limb0 ^ right._limb0) | (left._limb1 ^ right._limb1) | (left._limb2 ^ right._limb2) | (left._limb3 ^ right._limb3)) == 0;

    public static bool operator !=(in Field256<TModulus> left, in Field256<TModulus> right) => !(left == right);

    public static Field256<TModulus> operator +(in Field256<TModulus> left, in Field256<TModulus> right)
    {
        ulong carry = 0;
        ulong sum0 = UInt256.AddCarry(left._limb0, right._limb0, ref carry);
        ulong sum1 = UInt256.AddCarry(left._limb1, right._limb1, ref carry);
        ulong sum2 = UInt256.AddCarry(left._limb2, right._limb2, ref carry);
        return SubtractModulusOnce(sum0, sum1, sum2, left._limb3 + right._limb3 + carry);
    }

    public static Field256<TModulus> AddUnreduced(in Field256<TModulus> left, in Field256<TModulus> right)
    {
        ulong carry = 0;
        return new Field256<TModulus>(
            UInt256.AddCarry(left._limb0, right._limb0, ref carry),
            UInt256.AddCarry(left._limb1, right._limb1, ref carry),
            UInt256.AddCarry(left._limb2, right._limb2, ref carry),
            left._limb3 + right._limb3 + carry);
    }

    public static Field256<TModulus> operator -(in Field256<TModulus> left, in Field256<TModulus> right)
    {
        ulong borrow = 0;
        ulong difference0 = UInt256.SubtractBorrow(left._limb0, right._limb0, ref borrow);
        ulong difference1 = UInt256.SubtractBorrow(left._limb1, right._limb1, ref borrow);
        ulong difference2 = UInt256.SubtractBorrow(left._limb2, right._limb2, ref borrow);
        ulong difference3 = UInt256.SubtractBorrow(left._limb3, right._limb3, ref borrow);

        // A branch would be foretold wrongly every other time.
        ulong mask = 0 - borrow;
        ulong carry = 0;
        return new Field256<TModulus>(
            UInt256.AddCarry(difference0, mask & TModulus.Limb0, ref carry),
            UInt256.AddCarry(difference1, mask & TModulus.Limb1, ref carry),
            UInt256.AddCarry(difference2, mask & TModulus.Limb2, ref carry),
            difference3 + (mask & TModulus.Limb3) + carry);
    }

    public static Field256<TModulus> operator -(in Field256<TModulus> value) => default(Field256<TModulus>) - value;

    /// <summary>left right / R.</summary>
    public static Field256<TModulus> operator *(in Field256<TModulus> left, in Field256<TModulus> right)
    {
        // As the modulus has two bits to spare, no sum of a row needs a sixth limb, and the product of factors below twice the
        // modulus is below twice the modulus too.
        ulong total0 = 0, total1 = 0, total2 = 0, total3 = 0;
        AddRow(left._limb0, right, ref total0, ref total1, ref total2, ref total3);
        AddRow(left._limb1, right, ref total0, ref total1, ref total2, ref total3);
        AddRow(left._limb2, right, ref total0, ref total1, ref total2, ref total3);
        AddRow(left._limb3, right, ref total0, ref total1, ref total2, ref total3);
        return SubtractModulusOnce(total0, total1, total2, total3);
    }

    public Field256<TModulus> Square() => this * this;

    public Field256<TModulus> Double() => this + this;

    public Field256<TModulus> Invert()
    {
        UInt256 inverse = Inverse.Invert(new UInt256(_limb0, _limb1, _limb2, _limb3));
        return new Field256<TModulus>(inverse.Limb0, inverse.Limb1, inverse.Limb2, inverse.Limb3) * RadixCubed;
    }

    public bool TrySquareRoot(out Field256<TModulus> root)
    {
        root = FieldPower.Raise(this, RootExponent);
        return root.Square() == this;
    }

    /// <summary>Whether it is above (modulus - 1) / 2.</summary>
    public bool IsLargerThanNegative()
    {
        UInt256 value = ToUInt256();
        return !IsZero && value > (-this).ToUInt256();
    }

    public static bool TryRead(ReadOnlySpan<byte> bytes, ByteOrder order, out Field256<TModulus> value)
    {
        UInt256 number = order == ByteOrder.BigEndian ? UInt256.ReadBigEndian(bytes) : UInt256.ReadLittleEndian(bytes);
        bool isReduced = number < new UInt256(TModulus.Limb0, TModulus.Limb1, TModulus.Limb2, TModulus.Limb3);
        value = isReduced ? FromUInt256(number) : default;
        return isReduced;
    }

    public void Write(Span<byte> bytes, ByteOrder order)
    {
        if (order == ByteOrder.BigEndian)
            ToUInt256().WriteBigEndian(bytes);
        else
            ToUInt256().WriteLittleEndian(bytes);
    }

    /// <param name="number">Below the modulus.</param>
    internal static Field256<TModulus> FromUInt256(in UInt256 number) =>
        new Field256<TModulus>(number.Limb0, number.Limb1, number.Limb2, number.Limb3) * RadixSquared;

    internal UInt256 ToUInt256()
    {
        Field256<TModulus> value = this * new Field256<TModulus>(1, 0, 0, 0);
        return new UInt256(value._limb0, value._limb1, value._limb2, value._limb3);
    }

    public override bool Equals(object? obj) => obj is Field256<TModulus> other && this == other;

    public override int GetHashCode() => HashCode.Combine(_limb0, _limb1, _limb2, _limb3);

    /// <summary>total = (total + factor right) / 2^64 modulo the modulus.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddRow(
        ulong factor, in Field256<TModulus> right, ref ulong total0, ref ulong total1, ref ulong total2, ref ulong total3)
    {
        ulong carry = 0, reductionCarry = 0;
        ulong limb0 = UInt256.MultiplyAdd(factor, right._limb0, total0, ref carry);
        ulong multiple = limb0 * TModulus.NegatedInverse;
        UInt256.MultiplyAdd(multiple, TModulus.Limb0, limb0, ref reductionCarry);
        ulong limb1 = UInt256.MultiplyAdd(factor, right._limb1, total1, ref carry);
        total0 = UInt256.MultiplyAdd(multiple, TModulus.Limb1, limb1, ref reductionCarry);
        ulong limb2 = UInt256.MultiplyAdd(factor, right._limb2, total2, ref carry);
        total1 = UInt256.MultiplyAdd(multiple, TModulus.Limb2, limb2, ref reductionCarry);
        ulong limb3 = UInt256.MultiplyAdd(factor, right._limb3, total3, ref carry);
        total2 = UInt256.MultiplyAdd(multiple, TModulus.Limb3, limb3, ref reductionCarry);
        total3 = carry + reductionCarry;
    }

    /// <summary>Reduces a number below twice the modulus.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Field256<TModulus> SubtractModulusOnce(ulong limb0, ulong limb1, ulong limb2, ulong limb3)
    {
        ulong borrow = 0;
        ulong difference0 = UInt256.SubtractBorrow(limb0, TModulus.Limb0, ref borrow);
        ulong difference1 = UInt256.SubtractBorrow(limb1, TModulus.Limb1, ref borrow);
        ulong difference2 = UInt256.SubtractBorrow(limb2, TModulus.Limb2, ref borrow);
        ulong difference3 = UInt256.SubtractBorrow(limb3, TModulus.Limb3, ref borrow);
        ulong keeps = 0 - borrow;
        return new Field256<TModulus>(
            difference0 ^ (keeps & (difference0 ^ limb0)),
            difference1 ^ (keeps & (difference1 ^ limb1)),
            difference2 ^ (keeps & (difference2 ^ limb2)),
            difference3 ^ (keeps & (difference3 ^ limb3)));
    }

    private static Field256<TModulus> RaiseTwo(int exponent)
    {
        ulong[] words = FieldPower.Words(BigInteger.ModPow(2, exponent, Modulus));
        Array.Resize(ref words, 4);
        return new Field256<TModulus>(words[0], words[1], words[2], words[3]);
    }
}
