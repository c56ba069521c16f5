using System.Numerics;

namespace Velox.Cryptography;

/// <summary>Constants and matrix of Poseidon for one width, made when first asked for.</summary>
/// <remarks>
/// Poseidon over r of BN254 with x^5 at 128 bits of security, as circomlib has it and light-poseidon took it over
/// (<c>light-poseidon/src/parameters/bn254_x5.rs</c>). The constants are drawn as in the paper's reference script
/// <c>generate_parameters_grain.sage</c>, called with 1 0 254 width 8 partialRounds r.
/// </remarks>
internal sealed class PoseidonParameters
{
    /// <summary>Elements of the state at most: 12 inputs after a zero.</summary>
    internal const int MaxWidth = PoseidonHasher.MaxInputs + 1;

    /// <summary>Rounds with a power of every element, one half before the partial ones and one half after.</summary>
    internal const int FullRounds = 8;

    private const int MinWidth = 2;
    private const int FieldBits = 254;

    private static readonly Lazy<PoseidonParameters>[] OfWidths =
        [.. Enumerable.Range(0, MaxWidth + 1).Select(width => new Lazy<PoseidonParameters>(() => new PoseidonParameters(width)))];

    private PoseidonParameters(int width)
    {
        PartialRounds = PartialRoundsOf(width);
        var bits = new GrainBits(FieldBits, width, FullRounds, PartialRounds);
        RoundConstants = new Bn254Scalar[(FullRounds + PartialRounds) * width];
        for (int i = 0; i < RoundConstants.Length; i++)
            RoundConstants[i] = NextReduced(ref bits);
        Matrix = CreateMatrix(ref bits, width);
        Partial = new PoseidonPartialRounds(this, width);
    }

    /// <summary>Rounds with a power of the first element only.</summary>
    internal int PartialRounds { get; }

    /// <summary>What is added at the beginning of each round: width elements for each.</summary>
    internal Bn254Scalar[] RoundConstants { get; }

    /// <summary>What the state is multiplied by at the end of each round, row after row.</summary>
    internal Bn254Scalar[] Matrix { get; }

    /// <summary>The partial rounds in a cheaper form.</summary>
    internal PoseidonPartialRounds Partial { get; }

    /// <param name="width">2 to 13.</param>
    internal static PoseidonParameters Of(int width) => OfWidths[width].Value;

    private static int PartialRoundsOf(int width)
    {
        ReadOnlySpan<byte> rounds = [56, 57, 56, 60, 60, 63, 64, 63, 60, 66, 60, 65];
        return rounds[width - MinWidth];
    }

    /// <summary>A number of r or more is thrown away.</summary>
    private static Bn254Scalar NextReduced(ref GrainBits bits)
    {
        while (true)
        {
            BigInteger number = bits.NextNumber(FieldBits);
            if (number < Bn254Scalar.Modulus)
                return ToElement(number);
        }
    }

    /// <summary>Cauchy's matrix: 1 / (x[i] + y[j]). Numbers are reduced here, not thrown away.</summary>
    /// <remarks>The script draws again if the matrix is insecure; none of these widths needs that.</remarks>
    private static Bn254Scalar[] CreateMatrix(ref GrainBits bits, int width)
    {
        var numbers = new Bn254Scalar[2 * width];
        for (int i = 0; i < numbers.Length; i++)
            numbers[i] = ToElement(bits.NextNumber(FieldBits) % Bn254Scalar.Modulus);

        var matrix = new Bn254Scalar[width * width];
        for (int row = 0; row < width; row++)
        {
            for (int column = 0; column < width; column++)
                matrix[(row * width) + column] = (numbers[row] + numbers[width + column]).Invert();
        }

        return matrix;
    }

    private static Bn254Scalar ToElement(BigInteger number)
    {
        Span<byte> bytes = stackalloc byte[UInt256.Size];
        bytes.Clear();
        number.TryWriteBytes(bytes, out _, isUnsigned: true);
        return Bn254Scalar.FromUInt256(UInt256.ReadLittleEndian(bytes));
    }
}
