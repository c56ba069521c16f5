using System.Runtime.CompilerServices;
using Field = Velox.Cryptography.FieldLanes<Velox.Cryptography.DoubleLanes4>;

namespace Velox.Cryptography;

/// <summary>A point prepared as the right operand of an addition: Y - X, Y + X, 2 Z, 2 d T in the lanes, reduced.</summary>
[SkipLocalsInit]
internal struct CachedVector
{
    internal Field Terms;

    /// <summary>What makes these terms of Y - X, Y + X, Z, T.</summary>
    internal static unsafe void Factors(ref Field factors)
    {
        fixed (Field* pinned = &factors)
        {
            Field.Write(pinned, 0, FieldElement.One);
            Field.Write(pinned, 1, FieldElement.One);
            Field.Write(pinned, 2, FieldElement.One + FieldElement.One);
            Field.Write(pinned, 3, EdwardsPoint.TwiceCurveD);
        }
    }

    /// <summary>-(x, y) = (-x, y): difference and sum change places, and T its sign.</summary>
    internal readonly void Negate(out CachedVector negated)
    {
        negated.Terms.Limb0 = Negate(Terms.Limb0);
        negated.Terms.Limb1 = Negate(Terms.Limb1);
        negated.Terms.Limb2 = Negate(Terms.Limb2);
        negated.Terms.Limb3 = Negate(Terms.Limb3);
        negated.Terms.Limb4 = Negate(Terms.Limb4);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static DoubleLanes4 Negate(DoubleLanes4 limb) =>
        DoubleLanes4.Permute(limb, 1, 0, 2, 3) * DoubleLanes4.Create(1, 1, 1, -1);
}
