namespace Velox.Cryptography;

/// <summary>The form that vectors of doubles take: limbs with a sign, centred around zero.</summary>
internal readonly partial struct FieldElement
{
    internal const int LimbCount = 5;

    /// <summary>The value of signed limbs below 2^53 in magnitude, whole numbers all.</summary>
    /// <param name="limbs">The first limb.</param>
    /// <param name="stride">From a limb to the next, in doubles.</param>
    internal static unsafe FieldElement FromSignedLimbs(double* limbs, int stride) => Carry(
        SubtractBias0 + (ulong)(long)limbs[0],
        SubtractBias + (ulong)(long)limbs[stride],
        SubtractBias + (ulong)(long)limbs[2 * stride],
        SubtractBias + (ulong)(long)limbs[3 * stride],
        SubtractBias + (ulong)(long)limbs[4 * stride]);

    /// <summary>Writes limbs of at most 2^50 + 19 in magnitude.</summary>
    /// <param name="limbs">The first limb.</param>
    /// <param name="stride">From a limb to the next, in doubles.</param>
    internal unsafe void WriteSignedLimbs(double* limbs, int stride)
    {
        FieldElement value = Carry(_limb0, _limb1, _limb2, _limb3, _limb4);
        long limb0 = (long)value._limb0;
        long limb1 = (long)value._limb1 + MoveUp(ref limb0);
        long limb2 = (long)value._limb2 + MoveUp(ref limb1);
        long limb3 = (long)value._limb3 + MoveUp(ref limb2);
        long limb4 = (long)value._limb4 + MoveUp(ref limb3);
        limb0 += 19 * MoveUp(ref limb4);
        limbs[0] = limb0;
        limbs[stride] = limb1;
        limbs[2 * stride] = limb2;
        limbs[3 * stride] = limb3;
        limbs[4 * stride] = limb4;
    }

    /// <summary>Leaves the nearest rest to zero and returns how many times 2^51 was taken off.</summary>
    private static long MoveUp(ref long limb)
    {
        long excess = (limb + (1L << (LimbBits - 1))) >> LimbBits;
        limb -= excess << LimbBits;
        return excess;
    }
}
