using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Velox.Cryptography;

/// <summary>The factors of a random linear combination: 128 bits for each signature, from a hash of all of them.</summary>
/// <remarks>
/// Each challenge is itself a hash of R, A and the message, so challenges and S together fix everything that was signed: whoever
/// changes a signature changes all factors, and can not aim at them.
/// </remarks>
[SkipLocalsInit]
internal static unsafe class CombinationFactors
{
    /// <summary>Digits of a factor to base 16, the carry of the signed ones included.</summary>
    internal const int DigitCount = 33;

    private const int FactorSize = 16;
    private const int FactorsPerDigest = SHA512.HashSizeInBytes / FactorSize;
    private const int MaxSignatures = 64;

    /// <param name="entries">Signatures with their challenges, at most 64.</param>
    /// <param name="factors">Receives a factor for each.</param>
    internal static void Write(SignatureEntry* entries, Span<Scalar> factors)
    {
        Span<byte> transcript = stackalloc byte[MaxSignatures * 2 * Scalar.Size];
        for (int i = 0; i < factors.Length; i++)
        {
            entries[i].Challenge.WriteBytes(transcript[(2 * i * Scalar.Size)..]);
            entries[i].ScalarS.WriteBytes(transcript[(((2 * i) + 1) * Scalar.Size)..]);
        }

        Span<byte> seedAndIndex = stackalloc byte[SHA512.HashSizeInBytes + sizeof(int)];
        SHA512.HashData(transcript[..(2 * Scalar.Size * factors.Length)], seedAndIndex);
        Span<byte> digest = stackalloc byte[SHA512.HashSizeInBytes];
        Span<byte> factor = stackalloc byte[Scalar.Size];
        factor.Clear();
        for (int i = 0; i < factors.Length; i++)
        {
            int part = i % FactorsPerDigest;
            if (part == 0)
            {
                BinaryPrimitives.WriteInt32LittleEndian(seedAndIndex[SHA512.HashSizeInBytes..], i);
                SHA512.HashData(seedAndIndex, digest);
            }

            digest.Slice(part * FactorSize, FactorSize).CopyTo(factor);
            factors[i] = new Scalar(factor);
        }
    }
}
