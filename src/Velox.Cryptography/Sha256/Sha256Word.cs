using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Velox.Cryptography;

/// <summary>A word of one input.</summary>
/// <remarks>Rotations stand side by side where the rounds wait for them, and are nested, a move less, in the schedule.</remarks>
internal readonly struct Sha256Word(uint value) : ISha256Words<Sha256Word>
{
    private readonly uint _value = value;

    internal uint Value => _value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sha256Word Create(uint word) => new(word);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sha256Word operator +(Sha256Word left, Sha256Word right) => new(left._value + right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sha256Word operator ^(Sha256Word left, Sha256Word right) => new(left._value ^ right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sha256Word XorRotated(
        Sha256Word words, [ConstantExpected] byte first, [ConstantExpected] byte second, [ConstantExpected] byte third) =>
        new(BitOperations.RotateRight(words._value, first) ^ BitOperations.RotateRight(words._value, second)
            ^ BitOperations.RotateRight(words._value, third));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sha256Word XorShifted(
        Sha256Word words, [ConstantExpected] byte first, [ConstantExpected] byte second, [ConstantExpected] byte shift)
    {
        uint sum = BitOperations.RotateRight(words._value, second - first) ^ words._value;
        return new(BitOperations.RotateRight(sum, first) ^ (words._value >> shift));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sha256Word Choose(Sha256Word x, Sha256Word y, Sha256Word z) =>
        new(((y._value ^ z._value) & x._value) ^ z._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sha256Word Majority(Sha256Word x, Sha256Word y, Sha256Word z, ref Sha256Word yXorZ)
    {
        uint xXorY = x._value ^ y._value;
        uint majority = (xXorY & yXorZ._value) ^ y._value;
        yXorZ = new(xXorY);
        return new(majority);
    }
}
