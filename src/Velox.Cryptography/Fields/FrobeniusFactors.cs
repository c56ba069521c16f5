namespace Velox.Cryptography;

/// <summary>What w^i is multiplied by when it is raised to the power p.</summary>
internal static class FrobeniusFactors<TBase, TTower>
    where TBase : struct, IPrimeField<TBase>
    where TTower : struct, ITower<TBase>
{
    private const int Degree = 6;

    private static readonly Fp2<TBase>[] Factors = Compute();

    /// <summary>[i] = w^(i (p - 1)) = non-residue^(i (p - 1) / 6), i from 0 to 5.</summary>
    internal static ReadOnlySpan<Fp2<TBase>> OfPowers => Factors;

    private static Fp2<TBase>[] Compute()
    {
        var factors = new Fp2<TBase>[Degree];
        factors[0] = Fp2<TBase>.One;
        factors[1] = FieldPower.Raise(TTower.NonResidue, FieldPower.Words((TBase.Modulus - 1) / Degree));
        for (int i = 2; i < Degree; i++)
            factors[i] = factors[i - 1] * factors[1];
        return factors;
    }
}
