global using Bls12381Fp = Velox.Cryptography.Field384<Velox.Cryptography.Bls12381Prime>;
global using Bls12381Fp12 = Velox.Cryptography.Fp12<Velox.Cryptography.Field384<Velox.Cryptography.Bls12381Prime>, Velox.Cryptography.Bls12381Tower>;
global using Bls12381Fp2 = Velox.Cryptography.Fp2<Velox.Cryptography.Field384<Velox.Cryptography.Bls12381Prime>>;

namespace Velox.Cryptography;

/// <summary>p = (x - 1)^2 r / 3 + x with x = -0xd201000000010000 and r = x^4 - x^2 + 1.</summary>
internal readonly struct Bls12381Prime : IModulus384
{
    public static ulong Limb0 => 0xb9feffffffffaaab;

    public static ulong Limb1 => 0x1eabfffeb153ffff;

    public static ulong Limb2 => 0x6730d2a0f6b0f624;

    public static ulong Limb3 => 0x64774b84f38512bf;

    public static ulong Limb4 => 0x4b1ba7b6434bacd7;

    public static ulong Limb5 => 0x1a0111ea397fe69a;

    public static ulong NegatedInverse => 0x89f3fffcfffcfffd;
}

/// <summary>The tower over 1 + i.</summary>
internal readonly struct Bls12381Tower : ITower<Bls12381Fp>
{
    public static bool TwistDivides => true;

    public static Bls12381Fp2 NonResidue => new(Bls12381Fp.One, Bls12381Fp.One);

    public static Bls12381Fp2 MultiplyByNonResidue(in Bls12381Fp2 value) => new(value.C0 - value.C1, value.C0 + value.C1);
}
