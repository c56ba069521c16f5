using System.Diagnostics.CodeAnalysis;

namespace Velox.Cryptography;

/// <summary>32-bit words that SHA-256 works on: one, or one of each of several inputs side by side.</summary>
/// <remarks>The functions are those of FIPS 180-4, section 4.1.2; counts of bits are given in ascending order.</remarks>
internal interface ISha256Words<TSelf>
    where TSelf : struct, ISha256Words<TSelf>
{
    /// <summary>The same word for every input.</summary>
    static abstract TSelf Create(uint word);

    static abstract TSelf operator +(TSelf left, TSelf right);

    static abstract TSelf operator ^(TSelf left, TSelf right);

    /// <summary>Exclusive or of three rotations to the right: Σ0 and Σ1.</summary>
    static abstract TSelf XorRotated(
        TSelf words, [ConstantExpected] byte first, [ConstantExpected] byte second, [ConstantExpected] byte third);

    /// <summary>Exclusive or of two rotations and a shift to the right: σ0 and σ1.</summary>
    static abstract TSelf XorShifted(
        TSelf words, [ConstantExpected] byte first, [ConstantExpected] byte second, [ConstantExpected] byte shift);

    /// <summary>(x and y) xor (not x and z).</summary>
    static abstract TSelf Choose(TSelf x, TSelf y, TSelf z);

    /// <summary>(x and y) xor (x and z) xor (y and z).</summary>
    /// <param name="x">As above.</param>
    /// <param name="y">As above.</param>
    /// <param name="z">As above.</param>
    /// <param name="yXorZ">
    /// Becomes x xor y, which is y xor z of the next round: with it the majority takes one operation less, where it is not one anyway.
    /// </param>
    static abstract TSelf Majority(TSelf x, TSelf y, TSelf z, ref TSelf yXorZ);
}
