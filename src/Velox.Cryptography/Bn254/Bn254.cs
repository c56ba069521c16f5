using G1Encoding = Velox.Cryptography.Bn254Encoding<
    Velox.Cryptography.Field256<Velox.Cryptography.Bn254Prime>,
    Velox.Cryptography.PrimeCoordinate<Velox.Cryptography.Field256<Velox.Cryptography.Bn254Prime>>>;
using G2Encoding = Velox.Cryptography.Bn254Encoding<
    Velox.Cryptography.Fp2<Velox.Cryptography.Field256<Velox.Cryptography.Bn254Prime>>,
    Velox.Cryptography.ExtensionCoordinate<Velox.Cryptography.Field256<Velox.Cryptography.Bn254Prime>>>;

namespace Velox.Cryptography;

/// <summary>The curve BN254 (alt_bn128, EIP-196 and EIP-197) as programs reckon with it: <c>sol_alt_bn128_*</c>.</summary>
/// <remarks>
/// <para>
/// The rules are those of <c>solana-bn254</c> 3.2.1 over arkworks 0.5.0, as Agave 4.3 calls them (versions G1 multiplication 1,
/// pairing 1, all else 0). A refusal is the syscall's result 1, whatever its reason; an answer is its result 0.
/// </para>
/// <para>
/// A number of the field is 32 bytes. Big-endian, a point of G1 is x, y and one of G2 is x1, x0, y1, y0, where x = x0 + x1 i;
/// little-endian, they are x, y and x0, x1, y0, y1. All zeros are the point at infinity. The two highest bits of the last number
/// written (y, or y1) are flags: with bit 254 alone the point is at infinity whatever else is in it, bit 255 is ignored, both
/// together are refused. Apart from these, a number of p or more is refused, always.
/// </para>
/// <para>Takes variable time: all inputs are public. Nothing is allocated but at the first call.</para>
/// </remarks>
public static class Bn254
{
    /// <summary>Bytes of a point of G1.</summary>
    public const int G1Size = 64;

    /// <summary>Bytes of a point of G2.</summary>
    public const int G2Size = 128;

    /// <summary>Bytes of a compressed point of G1.</summary>
    public const int G1CompressedSize = 32;

    /// <summary>Bytes of a compressed point of G2.</summary>
    public const int G2CompressedSize = 64;

    /// <summary>Bytes of a scalar.</summary>
    public const int ScalarSize = 32;

    /// <summary>Bytes of a pair: a point of G1, then one of G2.</summary>
    public const int PairSize = G1Size + G2Size;

    /// <summary>Bytes of the answer of <see cref="TryCheckPairing"/>.</summary>
    public const int PairingResultSize = 32;

    /// <summary>The sum of two points of G1: operations 0 and 0x80.</summary>
    /// <param name="input">Two points: 128 bytes; big-endian also less, and zeros are added at the end.</param>
    /// <param name="order">Of input and result.</param>
    /// <param name="result">Receives 64 bytes, unless refused; may overlap the input.</param>
    /// <returns>False if the length is wrong or a point is not on the curve.</returns>
    /// <exception cref="ArgumentException">The result has the wrong length.</exception>
    public static bool TryAddG1(ReadOnlySpan<byte> input, ByteOrder order, Span<byte> result)
    {
        SpanLength.Check(result.Length, G1Size, nameof(result));
        Span<byte> padded = stackalloc byte[2 * G1Size];
        if (!TryPad(input, order, padded)
            || !G1Encoding.TryRead(padded[..G1Size], order, Bn254Curve.B, out AffineCurvePoint<Bn254Fp> left)
            || !G1Encoding.TryRead(padded[G1Size..], order, Bn254Curve.B, out AffineCurvePoint<Bn254Fp> right))
            return false;
        G1Encoding.Write((CurvePoint<Bn254Fp>.FromAffine(left) + right).ToAffine(), result, order);
        return true;
    }

    /// <summary>A multiple of a point of G1: operations 2 and 0x82.</summary>
    /// <param name="input">A point and a scalar, any number: 96 bytes; big-endian also less, and zeros are added at the end.</param>
    /// <param name="order">Of input and result.</param>
    /// <param name="result">Receives 64 bytes, unless refused; may overlap the input.</param>
    /// <returns>False if the length is wrong or the point is not on the curve.</returns>
    /// <exception cref="ArgumentException">The result has the wrong length.</exception>
    public static bool TryMultiplyG1(ReadOnlySpan<byte> input, ByteOrder order, Span<byte> result)
    {
        SpanLength.Check(result.Length, G1Size, nameof(result));
        Span<byte> padded = stackalloc byte[G1Size + ScalarSize];
        if (!TryPad(input, order, padded)
            || !G1Encoding.TryRead(padded[..G1Size], order, Bn254Curve.B, out AffineCurvePoint<Bn254Fp> point))
            return false;
        UInt256 scalar = ReadScalar(padded[G1Size..], order);
        G1Encoding.Write(CurvePoint<Bn254Fp>.FromAffine(point).Multiply(scalar).ToAffine(), result, order);
        return true;
    }

    /// <summary>The sum of two points of the twist: operations 4 and 0x84.</summary>
    /// <param name="input">Two points: 256 bytes.</param>
    /// <param name="order">Of input and result.</param>
    /// <param name="result">Receives 128 bytes, unless refused; may overlap the input.</param>
    /// <returns>False if the length is wrong or a point is not on the twist. It need not be in G2.</returns>
    /// <exception cref="ArgumentException">The result has the wrong length.</exception>
    public static bool TryAddG2(ReadOnlySpan<byte> input, ByteOrder order, Span<byte> result)
    {
        SpanLength.Check(result.Length, G2Size, nameof(result));
        if (input.Length != 2 * G2Size
            || !G2Encoding.TryRead(input[..G2Size], order, Bn254Curve.TwistB, out AffineCurvePoint<Bn254Fp2> left)
            || !G2Encoding.TryRead(input[G2Size..], order, Bn254Curve.TwistB, out AffineCurvePoint<Bn254Fp2> right))
            return false;
        G2Encoding.Write((CurvePoint<Bn254Fp2>.FromAffine(left) + right).ToAffine(), result, order);
        return true;
    }

    /// <summary>A multiple of a point of G2: operations 6 and 0x86.</summary>
    /// <param name="input">A point and a scalar, any number: 160 bytes.</param>
    /// <param name="order">Of input and result.</param>
    /// <param name="result">Receives 128 bytes, unless refused; may overlap the input.</param>
    /// <returns>False if the length is wrong or the point is not in G2.</returns>
    /// <exception cref="ArgumentException">The result has the wrong length.</exception>
    public static bool TryMultiplyG2(ReadOnlySpan<byte> input, ByteOrder order, Span<byte> result)
    {
        SpanLength.Check(result.Length, G2Size, nameof(result));
        if (input.Length != G2Size + ScalarSize || !TryReadG2(input[..G2Size], order, out AffineCurvePoint<Bn254Fp2> point))
            return false;
        UInt256 scalar = ReadScalar(input[G2Size..], order);
        G2Encoding.Write(CurvePoint<Bn254Fp2>.FromAffine(point).Multiply(scalar).ToAffine(), result, order);
        return true;
    }

    /// <summary>Whether the product of the pairings of all pairs is one: operations 3 and 0x83.</summary>
    /// <remarks>It is one for no pairs.</remarks>
    /// <param name="input">Pairs of 192 bytes, any number of them.</param>
    /// <param name="order">Of input and result.</param>
    /// <param name="result">Receives the number 1 or 0 in 32 bytes, unless refused; may overlap the input.</param>
    /// <returns>False if the length is wrong or a point is not in its group.</returns>
    /// <exception cref="ArgumentException">The result has the wrong length.</exception>
    public static bool TryCheckPairing(ReadOnlySpan<byte> input, ByteOrder order, Span<byte> result)
    {
        SpanLength.Check(result.Length, PairingResultSize, nameof(result));
        if (input.Length % PairSize != 0)
            return false;

        Bn254Fp12 product = Bn254Fp12.One;
        Span<AtePair<Bn254Fp, Bn254Tower>> pairs = stackalloc AtePair<Bn254Fp, Bn254Tower>[Bn254Pairing.MaxPairs];
        while (!input.IsEmpty)
        {
            ReadOnlySpan<byte> some = input[..Math.Min(input.Length, Bn254Pairing.MaxPairs * PairSize)];
            if (!TryReadPairs(some, order, pairs, out int count))
                return false;
            product *= Bn254Pairing.MillerLoop(pairs[..count]);
            input = input[some.Length..];
        }

        bool isOne = Bn254Pairing.RaiseToLastPower(product).IsOne;
        result.Clear();
        result[order == ByteOrder.BigEndian ? ^1 : 0] = isOne ? (byte)1 : (byte)0;
        return true;
    }

    /// <summary>x and a flag for y, of a point of G1: compression operations 0 and 0x80.</summary>
    /// <remarks>
    /// Whether it is on the curve is not asked. The flags are those of the class, in the highest bits of x: bit 255 says that y is
    /// the larger one of y and -y, bit 254 that the point is at infinity. All zeros give all zeros.
    /// </remarks>
    /// <param name="input">A point: 64 bytes.</param>
    /// <param name="order">Of input and result.</param>
    /// <param name="result">Receives 32 bytes, unless refused; may overlap the input.</param>
    /// <returns>False if the length is wrong or a number is too large.</returns>
    /// <exception cref="ArgumentException">The result has the wrong length.</exception>
    public static bool TryCompressG1(ReadOnlySpan<byte> input, ByteOrder order, Span<byte> result)
    {
        SpanLength.Check(result.Length, G1CompressedSize, nameof(result));
        Span<byte> compressed = stackalloc byte[G1CompressedSize];
        if (input.Length != G1Size || !G1Encoding.TryCompress(input, order, compressed))
            return false;
        compressed.CopyTo(result);
        return true;
    }

    /// <summary>The point of G1 of x and a flag: compression operations 1 and 0x81.</summary>
    /// <param name="input">A compressed point: 32 bytes.</param>
    /// <param name="order">Of input and result.</param>
    /// <param name="result">Receives 64 bytes, unless refused; may overlap the input.</param>
    /// <returns>False if the length is wrong, x too large, or on the curve no point has it.</returns>
    /// <exception cref="ArgumentException">The result has the wrong length.</exception>
    public static bool TryDecompressG1(ReadOnlySpan<byte> input, ByteOrder order, Span<byte> result)
    {
        SpanLength.Check(result.Length, G1Size, nameof(result));
        if (input.Length != G1CompressedSize
            || !G1Encoding.TryDecompress(input, order, Bn254Curve.B, out AffineCurvePoint<Bn254Fp> point))
            return false;
        G1Encoding.Write(point, result, order);
        return true;
    }

    /// <summary>x and a flag for y, of a point of the twist: compression operations 2 and 0x82.</summary>
    /// <remarks>As <see cref="TryCompressG1"/>, with the flags in x1; of y and -y that one is larger whose y1 is, or else y0.</remarks>
    /// <param name="input">A point: 128 bytes.</param>
    /// <param name="order">Of input and result.</param>
    /// <param name="result">Receives 64 bytes, unless refused; may overlap the input.</param>
    /// <returns>False if the length is wrong or a number is too large.</returns>
    /// <exception cref="ArgumentException">The result has the wrong length.</exception>
    public static bool TryCompressG2(ReadOnlySpan<byte> input, ByteOrder order, Span<byte> result)
    {
        SpanLength.Check(result.Length, G2CompressedSize, nameof(result));
        Span<byte> compressed = stackalloc byte[G2CompressedSize];
        if (input.Length != G2Size || !G2Encoding.TryCompress(input, order, compressed))
            return false;
        compressed.CopyTo(result);
        return true;
    }

    /// <summary>The point of the twist of x and a flag: compression operations 3 and 0x83. It need not be in G2.</summary>
    /// <param name="input">A compressed point: 64 bytes.</param>
    /// <param name="order">Of input and result.</param>
    /// <param name="result">Receives 128 bytes, unless refused; may overlap the input.</param>
    /// <returns>False if the length is wrong, x too large, or on the twist no point has it.</returns>
    /// <exception cref="ArgumentException">The result has the wrong length.</exception>
    public static bool TryDecompressG2(ReadOnlySpan<byte> input, ByteOrder order, Span<byte> result)
    {
        SpanLength.Check(result.Length, G2Size, nameof(result));
        if (input.Length != G2CompressedSize
            || !G2Encoding.TryDecompress(input, order, Bn254Curve.TwistB, out AffineCurvePoint<Bn254Fp2> point))
            return false;
        G2Encoding.Write(point, result, order);
        return true;
    }

    /// <summary>Copies the input, with zeros after it if it is big-endian and short.</summary>
    private static bool TryPad(ReadOnlySpan<byte> input, ByteOrder order, Span<byte> padded)
    {
        if (order == ByteOrder.BigEndian ? input.Length > padded.Length : input.Length != padded.Length)
            return false;
        padded.Clear();
        input.CopyTo(padded);
        return true;
    }

    private static UInt256 ReadScalar(ReadOnlySpan<byte> bytes, ByteOrder order) =>
        order == ByteOrder.BigEndian ? UInt256.ReadBigEndian(bytes) : UInt256.ReadLittleEndian(bytes);

    private static bool TryReadG2(ReadOnlySpan<byte> bytes, ByteOrder order, out AffineCurvePoint<Bn254Fp2> point) =>
        G2Encoding.TryRead(bytes, order, Bn254Curve.TwistB, out point) && Bn254Curve.IsInG2(point);

    /// <summary>Reads pairs; those with a point at infinity, whose pairing is one, are checked and left out.</summary>
    private static bool TryReadPairs(ReadOnlySpan<byte> input, ByteOrder order, Span<AtePair<Bn254Fp, Bn254Tower>> pairs, out int count)
    {
        count = 0;
        for (; !input.IsEmpty; input = input[PairSize..])
        {
            if (!G1Encoding.TryRead(input[..G1Size], order, Bn254Curve.B, out AffineCurvePoint<Bn254Fp> p)
                || !TryReadG2(input[G1Size..PairSize], order, out AffineCurvePoint<Bn254Fp2> q))
                return false;
            if (!p.IsInfinity && !q.IsInfinity)
                pairs[count++] = new AtePair<Bn254Fp, Bn254Tower>(p, q);
        }

        return true;
    }
}
