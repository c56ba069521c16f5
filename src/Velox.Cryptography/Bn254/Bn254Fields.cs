global using Bn254Fp = Velox.Cryptography.Field256<Velox.Cryptography.Bn254Prime>;
global using Bn254Fp12 = Velox.Cryptography.Fp12<Velox.Cryptography.Field256<Velox.Cryptography.Bn254Prime>, Velox.Cryptography.Bn254Tower>;
global using Bn254Fp2 = Velox.Cryptography.Fp2<Velox.Cryptography.Field256<Velox.Cryptography.Bn254Prime>>;
global using Bn254Scalar = Velox.Cryptography.Field256<Velox.Cryptography.Bn254Order>;

namespace Velox.Cryptography;

/// <summary>p = 36 x^4 + 36 x^3 + 24 x^2 + 6 x + 1 with x = 4965661367192848881 (EIP-196).</summary>
internal readonly struct Bn254Prime : IModulus256
{
    public static ulong Limb0 => 0x3c208c16d87cfd47;

    public static ulong Limb1 => 0x97816a916871ca8d;

    public static ulong Limb2 => 0xb85045b68181585d;

    public static ulong Limb3 => 0x30644e72e131a029;

    public static ulong NegatedInverse => 0x87d20782e4866389;
}

/// <summary>r = 36 x^4 + 36 x^3 + 18 x^2 + 6 x + 1: how many points G1 and G2 have. It is 1 modulo 4: no roots.</summary>
internal readonly struct Bn254Order : IModulus256
{
    public static ulong Limb0 => 0x43e1f593f0000001;

    public static ulong Limb1 => 0x2833e84879b97091;

    public static ulong Limb2 => 0xb85045b68181585d;

    public static ulong Limb3 => 0x30644e72e131a029;

    public static ulong NegatedInverse => 0xc2e1f593efffffff;
}

/// <summary>The tower over 9 + i (EIP-197).</summary>
internal readonly struct Bn254Tower : ITower<Bn254Fp>
{
    public static bool TwistDivides => false;

    public static Bn254Fp2 NonResidue => MultiplyByNonResidue(Bn254Fp2.One);

    public static Bn254Fp2 MultiplyByNonResidue(in Bn254Fp2 value)
    {
        // (9 + i) (a + b i) = 9 a - b + (9 b + a) i.
        Bn254Fp2 nine = value.Double().Double().Double() + value;
        return new Bn254Fp2(nine.C0 - value.C1, nine.C1 + value.C0);
    }
}
