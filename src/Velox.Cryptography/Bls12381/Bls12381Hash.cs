namespace Velox.Cryptography;

/// <summary>Hashes messages to points of G2: the suite BLS12381G2_XMD:SHA-256_SSWU_RO_ of RFC 9380.</summary>
internal static class Bls12381Hash
{
    /// <summary>Most bytes of a domain.</summary>
    internal const int MaxDomainSize = byte.MaxValue;

    private const int DigestSize = 32;
    private const int BlockSize = 64;

    // Each of four numbers of the field is 512 bits modulo p, so that no number is more likely by much.
    private const int NumberSize = 64;
    private const int UniformSize = 4 * NumberSize;

    private static readonly Bls12381Fp TwoTo256 = FieldPower.Raise(Bls12381Fp.One.Double(), [256]);

    internal static AffineCurvePoint<Bls12381Fp2> ToG2(ReadOnlySpan<byte> message, ReadOnlySpan<byte> domain)
    {
        Span<byte> uniform = stackalloc byte[UniformSize];
        Expand(message, domain, uniform);
        CurvePoint<Bls12381Fp2> sum = CurvePoint<Bls12381Fp2>.FromAffine(Bls12381Map.ToCurve(Number(uniform)))
            + Bls12381Map.ToCurve(Number(uniform[(2 * NumberSize)..]));
        return ClearCofactor(sum).ToAffine();
    }

    /// <summary>expand_message_xmd (section 5.3.1).</summary>
    private static void Expand(ReadOnlySpan<byte> message, ReadOnlySpan<byte> domain, Span<byte> uniform)
    {
        Span<byte> ending = stackalloc byte[MaxDomainSize + 1];
        domain.CopyTo(ending);
        ending[domain.Length] = (byte)domain.Length;
        ending = ending[..(domain.Length + 1)];

        Span<byte> zeros = stackalloc byte[BlockSize];
        zeros.Clear();
        Span<byte> first = stackalloc byte[DigestSize];
        Hash(zeros, message, [UniformSize >> 8, UniformSize & 0xff, 0], ending, first);
        Span<byte> mixed = stackalloc byte[DigestSize];
        first.CopyTo(mixed);
        for (int i = 0; i < UniformSize / DigestSize; i++)
        {
            Span<byte> digest = uniform.Slice(i * DigestSize, DigestSize);
            Hash(mixed, [(byte)(i + 1)], ending, [], digest);
            for (int k = 0; k < DigestSize; k++)
                mixed[k] = (byte)(first[k] ^ digest[k]);
        }
    }

    private static void Hash(
        ReadOnlySpan<byte> part1, ReadOnlySpan<byte> part2, ReadOnlySpan<byte> part3, ReadOnlySpan<byte> part4, Span<byte> digest)
    {
        var state = Sha256State.Create();
        state.Append(part1, Sha256Policy.Kernel);
        state.Append(part2, Sha256Policy.Kernel);
        state.Append(part3, Sha256Policy.Kernel);
        state.Append(part4, Sha256Policy.Kernel);
        state.Finish(digest, Sha256Policy.Kernel);
    }

    private static Bls12381Fp2 Number(ReadOnlySpan<byte> uniform) =>
        new(Reduce(uniform[..NumberSize]), Reduce(uniform.Slice(NumberSize, NumberSize)));

    /// <summary>512 bits, big-endian, modulo p.</summary>
    private static Bls12381Fp Reduce(ReadOnlySpan<byte> bytes) =>
        (Half(bytes[..(NumberSize / 2)]) * TwoTo256) + Half(bytes[(NumberSize / 2)..]);

    private static Bls12381Fp Half(ReadOnlySpan<byte> bytes)
    {
        Span<byte> number = stackalloc byte[Bls12381Fp.Size];
        number.Clear();
        bytes.CopyTo(number[(Bls12381Fp.Size - bytes.Length)..]);
        _ = Bls12381Fp.TryRead(number, ByteOrder.BigEndian, out Bls12381Fp value); // less than 2^256, which is less than p
        return value;
    }

    /// <summary>
    /// The multiple by (x^2 - x - 1) + (x - 1) q + 2 q^2, where q raises to the power p (Budroni, Pintore, "Efficient hash maps to G2 on
    /// BLS curves", 2017; RFC 9380, appendix G.3): it is in G2.
    /// </summary>
    private static CurvePoint<Bls12381Fp2> ClearCofactor(in CurvePoint<Bls12381Fp2> point)
    {
        CurvePoint<Bls12381Fp2> timesX = -Bls12381Curve.MultiplyByNegatedX(point);
        CurvePoint<Bls12381Fp2> power = Bls12381G2.RaiseToP(point);
        CurvePoint<Bls12381Fp2> doubled = Bls12381G2.RaiseToP(Bls12381G2.RaiseToP(point.Double()));
        CurvePoint<Bls12381Fp2> timesXPlus = -Bls12381Curve.MultiplyByNegatedX(timesX + power);
        return doubled + (-power) + timesXPlus + (-timesX) + (-point);
    }
}
