using System.Runtime.CompilerServices;

namespace Velox.Cryptography;

/// <summary>Arithmetic modulo an odd number above 2^255. Takes variable time: for public values only.</summary>
internal sealed class OddModulus
{
    private readonly UInt256 _modulus;

    // -1 / modulus, modulo 2^64.
    private readonly ulong _negatedInverse;

    // 2^256 and 2^512, modulo the modulus: what Montgomery's product with them takes into his form, and a number into its square.
    private readonly UInt256 _radix;
    private readonly UInt256 _radixSquared;

    private readonly ModularInverse _inverse;

    internal OddModulus(in UInt256 modulus)
    {
        _modulus = modulus;
        ulong inverse = ModularInverse.InvertModuloWord(modulus.Limb0);
        _negatedInverse = 0 - inverse;
        _inverse = new ModularInverse(modulus, inverse);
        _radix = default(UInt256) - modulus;
        UInt256 power = _radix;
        for (int i = 0; i < 256; i++)
            power = Add(power, power);
        _radixSquared = power;
    }

    internal ref readonly UInt256 Value => ref _modulus;

    /// <summary>One in Montgomery's form.</summary>
    internal ref readonly UInt256 MontgomeryOne => ref _radix;

    /// <param name="a">Any number.</param>
    internal UInt256 Reduce(in UInt256 a) => a >= _modulus ? a - _modulus : a;

    /// <summary>The sum of two reduced numbers.</summary>
    internal UInt256 Add(in UInt256 a, in UInt256 b)
    {
        UInt256 sum = a + b;
        return sum < a || sum >= _modulus ? sum - _modulus : sum;
    }

    /// <summary>The difference of two reduced numbers.</summary>
    internal UInt256 Subtract(in UInt256 a, in UInt256 b) => a < b ? a - b + _modulus : a - b;

    /// <summary>The product of two reduced numbers.</summary>
    internal UInt256 Multiply(in UInt256 a, in UInt256 b) => MontgomeryMultiply(MontgomeryMultiply(a, b), _radixSquared);

    /// <summary>The number by which a reduced one gives 1; 0 for 0.</summary>
    internal UInt256 Invert(in UInt256 a) => _inverse.Invert(a);

    /// <summary>2^256 a.</summary>
    internal UInt256 ToMontgomery(in UInt256 a) => MontgomeryMultiply(a, _radixSquared);

    /// <summary>a / 2^256.</summary>
    internal UInt256 FromMontgomery(in UInt256 a) => MontgomeryMultiply(a, new UInt256(1, 0, 0, 0));

    /// <summary>a b / 2^256 of two reduced numbers, reduced.</summary>
    [SkipLocalsInit]
    internal UInt256 MontgomeryMultiply(in UInt256 a, in UInt256 b)
    {
        Span<ulong> product = stackalloc ulong[8];
        UInt256.Multiply(a, b, product);

        // Multiples of the modulus make the lower limbs zero, one after the other.
        ulong carry = 0;
        for (int i = 0; i < 4; i++)
        {
            ulong row = UInt256.AddRow(product[i..], product[i] * _negatedInverse, _modulus);
            product[i + 4] = UInt256.AddCarry(product[i + 4], row, ref carry);
        }

        var result = new UInt256(product[4], product[5], product[6], product[7]);
        return carry != 0 || result >= _modulus ? result - _modulus : result;
    }
}
