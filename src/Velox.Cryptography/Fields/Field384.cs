using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Velox.Cryptography;

/// <summary>A prime between 2^320 and 2^382, 3 modulo 4 if roots are taken.</summary>
internal interface IModulus384
{
    static abstract ulong Limb0 { get; }

    static abstract ulong Limb1 { get; }

    static abstract ulong Limb2 { get; }

    static abstract ulong Limb3 { get; }

    static abstract ulong Limb4 { get; }

    static abstract ulong Limb5 { get; }

    /// <summary>-1 / modulus, modulo 2^64.</summary>
    static abstract ulong NegatedInverse { get; }
}

/// <summary>Integers modulo a prime of up to 382 bits, in Montgomery's form with R = 2^384, reduced always.</summary>
internal readonly struct Field384<TModulus> : IPrimeField<Field384<TModulus>>
    where TModulus : struct, IModulus384
{
    private const int LimbCount = 6;
    private const int RadixBits = 64 * LimbCount;

    private static readonly Field384<TModulus> Radix = RaiseTwo(RadixBits);
    private static readonly Field384<TModulus> RadixSquared = RaiseTwo(2 * RadixBits);
    private static readonly ulong[] RootExponent = FieldPower.Words((Modulus + 1) / 4);
    private static readonly ulong[] InverseExponent = FieldPower.Words(Modulus - 2);

    private readonly ulong _limb0;
    private readonly ulong _limb1;
    private readonly ulong _limb2;
    private readonly ulong _limb3;
    private readonly ulong _limb4;
    private readonly ulong _limb5;

    private Field384(ulong limb0, ulong limb1, ulong limb2, ulong limb3, ulong limb4, ulong limb5)
    {
        _limb0 = limb0;
        _limb1 = limb1;
        _limb2 = limb2;
        _limb3 = limb3;
        _limb4 = limb4;
        _limb5 = limb5;
    }

    public static int Size => 8 * LimbCount;

    public static BigInteger Modulus
    {
        get
        {
            BigInteger modulus = BigInteger.Zero;
            foreach (ulong limb in (ReadOnlySpan<ulong>)
                [TModulus.Limb5, TModulus.Limb4, TModulus.Limb3, TModulus.Limb2, TModulus.Limb1, TModulus.Limb0])
                modulus = (modulus << 64) + limb;
            return modulus;
        }
    }

    public static Field384<TModulus> One => Radix;

    public bool IsZero => (_limb0 | _limb1 | _limb2 | _limb3 | _limb4 | _limb5) == 0;

    public static bool operator ==(in Field384<TModulus> left, in Field384<TModulus> right) =>
        ((left._limb0 ^ right._limb0) | (left._limb1 ^ right._limb1) | (left._limb2 ^ right._limb2)
            | (left._limb3 ^ right._limb3) | (left._limb4 ^ right._limb4) | (left._limb5 ^ right._limb5)) == 0;

    public static bool operator !=(in Field384<TModulus> left, in Field384<TModulus> right) => !(left == right);

    public static Field384<TModulus> operator +(in Field384<TModulus> left, in Field384<TModulus> right)
    {
        ulong carry = 0;
        ulong sum0 = UInt256.AddCarry(left._limb0, right._limb0, ref carry);
        ulong sum1 = UInt256.AddCarry(left._limb1, right._limb1, ref carry);
        ulong sum2 = UInt256.AddCarry(left._limb2, right._limb2, ref carry);
        ulong sum3 = UInt256.AddCarry(left._limb3, right._limb3, ref carry);
        ulong sum4 = UInt256.AddCarry(left._limb4, right._limb4, ref carry);
        return SubtractModulusOnce(sum0, sum1, sum2, sum3, sum4, left._limb5 + right._limb5 + carry);
    }

    public static Field384<TModulus> AddUnreduced(in Field384<TModulus> left, in Field384<TModulus> right)
    {
        ulong carry = 0;
        return new Field384<TModulus>(
            UInt256.AddCarry(left._limb0, right._limb0, ref carry),
            UInt256.AddCarry(left._limb1, right._limb1, ref carry),
            UInt256.AddCarry(left._limb2, right._limb2, ref carry),
            UInt256.AddCarry(left._limb3, right._limb3, ref carry),
            UInt256.AddCarry(left._limb4, right._limb4, ref carry),
            left._limb5 + right._limb5 + carry);
    }

    public static Field384<TModulus> operator -(in Field384<TModulus> left, in Field384<TModulus> right)
    {
        ulong borrow = 0;
        ulong difference0 = UInt256.SubtractBorrow(left._limb0, right._limb0, ref borrow);
        ulong difference1 = UInt256.SubtractBorrow(left._limb1, right._limb1, ref borrow);
        ulong difference2 = UInt256.SubtractBorrow(left._limb2, right._limb2, ref borrow);
        ulong difference3 = UInt256.SubtractBorrow(left._limb3, right._limb3, ref borrow);
        ulong difference4 = UInt256.SubtractBorrow(left._limb4, right._limb4, ref borrow);
        ulong difference5 = UInt256.SubtractBorrow(left._limb5, right._limb5, ref borrow);

        // A branch would be foretold wrongly every other time.
        ulong mask = 0 - borrow;
        ulong carry = 0;
        return new Field384<TModulus>(
            UInt256.AddCarry(difference0, mask & TModulus.Limb0, ref carry),
            UInt256.AddCarry(difference1, mask & TModulus.Limb1, ref carry),
            UInt256.AddCarry(difference2, mask & TModulus.Limb2, ref carry),
            UInt256.AddCarry(difference3, mask & TModulus.Limb3, ref carry),
            UInt256.AddCarry(difference4, mask & TModulus.Limb4, ref carry),
            difference5 + (mask & TModulus.Limb5) + carry);
    }

    public static Field384<TModulus> operator -(in Field384<TModulus> value) => default(Field384<TModulus>) - value;

    /// <summary>left right / R.</summary>
    public static Field384<TModulus> operator *(in Field384<TModulus> left, in Field384<TModulus> right)
    {
        // As the modulus has two bits to spare, no sum of a row needs an eighth limb, and the product of factors below twice the
        // modulus is below twice the modulus too.
        ulong total0 = 0, total1 = 0, total2 = 0, total3 = 0, total4 = 0, total5 = 0;
        AddRow(left._limb0, right, ref total0, ref total1, ref total2, ref total3, ref total4, ref total5);
        AddRow(left._limb1, right, ref total0, ref total1, ref total2, ref total3, ref total4, ref total5);
        AddRow(left._limb2, right, ref total0, ref total1, ref total2, ref total3, ref total4, ref total5);
        AddRow(left._limb3, right, ref total0, ref total1, ref total2, ref total3, ref total4, ref total5);
        AddRow(left._limb4, right, ref total0, ref total1, ref total2, ref total3, ref total4, ref total5);
        AddRow(left._limb5, right, ref total0, ref total1, ref total2, ref total3, ref total4, ref total5);
        return SubtractModulusOnce(total0, total1, total2, total3, total4, total5);
    }

    public Field384<TModulus> Square() => this * this;

    public Field384<TModulus> Double() => this + this;

    public Field384<TModulus> Invert() => FieldPower.Raise(this, InverseExponent);

    public bool TrySquareRoot(out Field384<TModulus> root)
    {
        root = FieldPower.Raise(this, RootExponent);
        return root.Square() == this;
    }

    /// <summary>Whether it is above (modulus - 1) / 2.</summary>
    public bool IsLargerThanNegative()
    {
        Field384<TModulus> value = FromMontgomery(), negated = (-this).FromMontgomery();
        return !IsZero && negated.IsBelow(value);
    }

    public static bool TryRead(ReadOnlySpan<byte> bytes, ByteOrder order, out Field384<TModulus> value)
    {
        Span<ulong> limbs = stackalloc ulong[LimbCount];
        for (int i = 0; i < LimbCount; i++)
        {
            limbs[i] = order == ByteOrder.BigEndian
                ? BinaryPrimitives.ReadUInt64BigEndian(bytes[(8 * (LimbCount - 1 - i))..])
                : BinaryPrimitives.ReadUInt64LittleEndian(bytes[(8 * i)..]);
        }

        var number = new Field384<TModulus>(limbs[0], limbs[1], limbs[2], limbs[3], limbs[4], limbs[5]);
        bool isReduced = number.IsBelow(new Field384<TModulus>(
            TModulus.Limb0, TModulus.Limb1, TModulus.Limb2, TModulus.Limb3, TModulus.Limb4, TModulus.Limb5));
        value = isReduced ? number * RadixSquared : default;
        return isReduced;
    }

    public void Write(Span<byte> bytes, ByteOrder order)
    {
        Field384<TModulus> value = FromMontgomery();
        ReadOnlySpan<ulong> limbs = [value._limb0, value._limb1, value._limb2, value._limb3, value._limb4, value._limb5];
        for (int i = 0; i < LimbCount; i++)
        {
            if (order == ByteOrder.BigEndian)
                BinaryPrimitives.WriteUInt64BigEndian(bytes[(8 * (LimbCount - 1 - i))..], limbs[i]);
            else
                BinaryPrimitives.WriteUInt64LittleEndian(bytes[(8 * i)..], limbs[i]);
        }
    }

    public override bool Equals(object? obj) => obj is Field384<TModulus> other && this == other;

    public override int GetHashCode() => HashCode.Combine(_limb0, _limb1, _limb2, _limb3, _limb4, _limb5);

    /// <summary>The number itself, in the limbs of an element.</summary>
    private Field384<TModulus> FromMontgomery() => this * new Field384<TModulus>(1, 0, 0, 0, 0, 0);

    /// <summary>Of the limbs as they stand.</summary>
    private bool IsBelow(in Field384<TModulus> other)
    {
        ulong borrow = 0;
        UInt256.SubtractBorrow(_limb0, other._limb0, ref borrow);
        UInt256.SubtractBorrow(_limb1, other._limb1, ref borrow);
        UInt256.SubtractBorrow(_limb2, other._limb2, ref borrow);
        UInt256.SubtractBorrow(_limb3, other._limb3, ref borrow);
        UInt256.SubtractBorrow(_limb4, other._limb4, ref borrow);
        UInt256.SubtractBorrow(_limb5, other._limb5, ref borrow);
        return borrow != 0;
    }

    /// <summary>total = (total + factor right) / 2^64 modulo the modulus.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddRow(
        ulong factor,
        in Field384<TModulus> right,
        ref ulong total0,
        ref ulong total1,
        ref ulong total2,
        ref ulong total3,
        ref ulong total4,
        ref ulong total5)
    {
        ulong carry = 0, reductionCarry = 0;
        ulong limb = UInt256.MultiplyAdd(factor, right._limb0, total0, ref carry);
        ulong multiple = limb * TModulus.NegatedInverse;
        UInt256.MultiplyAdd(multiple, TModulus.Limb0, limb, ref reductionCarry);
        limb = UInt256.MultiplyAdd(factor, right._limb1, total1, ref carry);
        total0 = UInt256.MultiplyAdd(multiple, TModulus.Limb1, limb, ref reductionCarry);
        limb = UInt256.MultiplyAdd(factor, right._limb2, total2, ref carry);
        total1 = UInt256.MultiplyAdd(multiple, TModulus.Limb2, limb, ref reductionCarry);
        limb = UInt256.MultiplyAdd(factor, right._limb3, total3, ref carry);
        total2 = UInt256.MultiplyAdd(multiple, TModulus.Limb3, limb, ref reductionCarry);
        limb = UInt256.MultiplyAdd(factor, right._limb4, total4, ref carry);
        total3 = UInt256.MultiplyAdd(multiple, TModulus.Limb4, limb, ref reductionCarry);
        limb = UInt256.MultiplyAdd(factor, right._limb5, total5, ref carry);
        total4 = UInt256.MultiplyAdd(multiple, TModulus.Limb5, limb, ref reductionCarry);
        total5 = carry + reductionCarry;
    }

    /// <summary>Reduces a number below twice the modulus.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Field384<TModulus> SubtractModulusOnce(
        ulong limb0, ulong limb1, ulong limb2, ulong limb3, ulong limb4, ulong limb5)
    {
        ulong borrow = 0;
        ulong difference0 = UInt256.SubtractBorrow(limb0, TModulus.Limb0, ref borrow);
        ulong difference1 = UInt256.SubtractBorrow(limb1, TModulus.Limb1, ref borrow);
        ulong difference2 = UInt256.SubtractBorrow(limb2, TModulus.Limb2, ref borrow);
        ulong difference3 = UInt256.SubtractBorrow(limb3, TModulus.Limb3, ref borrow);
        ulong difference4 = UInt256.SubtractBorrow(limb4, TModulus.Limb4, ref borrow);
        ulong difference5 = UInt256.SubtractBorrow(limb5, TModulus.Limb5, ref borrow);
        ulong keeps = 0 - borrow;
        return new Field384<TModulus>(
            difference0 ^ (keeps & (difference0 ^ limb0)),
            difference1 ^ (keeps & (difference1 ^ limb1)),
            difference2 ^ (keeps & (difference2 ^ limb2)),
            difference3 ^ (keeps & (difference3 ^ limb3)),
            difference4 ^ (keeps & (difference4 ^ limb4)),
            difference5 ^ (keeps & (difference5 ^ limb5)));
    }

    private static Field384<TModulus> RaiseTwo(int exponent)
    {
        ulong[] words = FieldPower.Words(BigInteger.ModPow(2, exponent, Modulus));
        Array.Resize(ref words, LimbCount);
        return new Field384<TModulus>(words[0], words[1], words[2], words[3], words[4], words[5]);
    }
}
