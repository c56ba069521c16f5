namespace Velox.Cryptography;

/// <summary>What tells one tower of fields over p, p^2, p^6, p^12 from another.</summary>
internal interface ITower<TBase>
    where TBase : struct, IPrimeField<TBase>
{
    /// <summary>Neither a square nor a cube: v^3 = w^6 = this.</summary>
    static abstract Fp2<TBase> NonResidue { get; }

    /// <summary>value times <see cref="NonResidue"/>.</summary>
    static abstract Fp2<TBase> MultiplyByNonResidue(in Fp2<TBase> value);

    /// <summary>
    /// Whether the twist's point (x, y) stands for the curve's point (x / w^2, y / w^3), and not for (x w^2, y w^3).
    /// </summary>
    static abstract bool TwistDivides { get; }
}
