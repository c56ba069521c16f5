using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Velox.Cryptography;

/// <summary>The equation for one signature, its points in vectors of four doubles.</summary>
/// <remarks>
/// R is decompressed beside A, in a lane that were idle: so points are compared as they are and nothing is inverted. A computed
/// point equals the bytes of R exactly if R is canonical and decompresses to that point.
/// </remarks>
[SkipLocalsInit]
internal static unsafe class VectorVerification
{
    private const int BaseFormWidth = 8;
    private const int PointFormWidth = 5;
    private const int BaseTableLength = 1 << (BaseFormWidth - 2);
    private const int PointTableLength = 1 << (PointFormWidth - 2);

    // A vector across two cache lines costs twice.
    private const int CacheLine = 64;

    // [j] = (2j + 1) B. Never freed: it serves the whole process.
    private static readonly CachedVector* OddBaseMultiples = ComputeOddBaseMultiples();

    /// <summary>As <see cref="Ed25519.Holds"/>, for a candidate.</summary>
    internal static bool Holds(
        ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> pointR, in Scalar scalarS, in Scalar challenge, Ed25519Rule rule)
    {
        if (!PointEncoding.IsCanonical(pointR))
            return false;

        byte* memory = stackalloc byte[sizeof(Frame) + CacheLine];
        var frame = (Frame*)(((nuint)memory + CacheLine - 1) & ~(nuint)(CacheLine - 1));
        fixed (byte* key = publicKey, encodingR = pointR)
        {
            byte** encodings = stackalloc byte*[] { key, encodingR, key, encodingR };
            const uint Both = 0b11;
            if ((PointDecompression<DoubleLanes4>.Decompress(encodings, &frame->Decompressed) & Both) != Both)
                return false;
        }

        Multiply(frame, scalarS, challenge);
        return rule == Ed25519Rule.Strict ? EqualsR(frame) : IsNearR(frame);
    }

    /// <summary>Sum = S B - k A.</summary>
    private static void Multiply(Frame* frame, in Scalar scalarS, in Scalar challenge)
    {
        Span<sbyte> baseDigits = stackalloc sbyte[Scalar.BitCount];
        Span<sbyte> digits = stackalloc sbyte[Scalar.BitCount];
        scalarS.WriteNonAdjacentForm(BaseFormWidth, baseDigits);
        challenge.WriteNonAdjacentForm(PointFormWidth, digits);
        ComputeOddMultiples(frame);

        int bit = Scalar.BitCount - 1;
        while (bit >= 0 && (baseDigits[bit] | digits[bit]) == 0)
            bit--;
        frame->Sum = PointVector.Identity;
        for (; bit >= 0; bit--)
        {
            frame->Sum.Double();
            if (baseDigits[bit] != 0)
                Add(frame, OddBaseMultiples, baseDigits[bit]);
            if (digits[bit] != 0)
                Add(frame, (CachedVector*)&frame->OddMultiples, digits[bit]);
        }
    }

    private static void Add(Frame* frame, CachedVector* oddMultiples, int digit)
    {
        CachedVector* multiple = oddMultiples + (Math.Abs(digit) / 2);
        if (digit < 0)
        {
            multiple->Negate(out frame->Negated);
            multiple = &frame->Negated;
        }

        frame->Sum.Add(in *multiple);
    }

    /// <summary>The odd multiples of -A.</summary>
    private static void ComputeOddMultiples(Frame* frame)
    {
        EdwardsPoint pointA = Point(frame, lane: 0);
        frame->Sum = PointVector.From(-pointA);
        Fill(&frame->Sum, (CachedVector*)&frame->OddMultiples, PointTableLength);
    }

    /// <param name="point">The point; replaced.</param>
    /// <param name="oddMultiples">Receives 1, 3, 5, ... times the point.</param>
    /// <param name="length">How many.</param>
    private static void Fill(PointVector* point, CachedVector* oddMultiples, int length)
    {
        point->ToCached(out oddMultiples[0]);
        PointVector twice = *point;
        twice.Double();
        for (int i = 1; i < length; i++)
        {
            *point = twice;
            point->Add(in oddMultiples[i - 1]);
            point->ToCached(out oddMultiples[i]);
        }
    }

    private static EdwardsPoint Point(Frame* frame, int lane) => EdwardsPoint.FromAffine(
        FieldLanes<DoubleLanes4>.Read(&frame->Decompressed.X, lane),
        FieldLanes<DoubleLanes4>.Read(&frame->Decompressed.Y, lane));

    /// <summary>Whether the sum is R: x Z = X and y Z = Y.</summary>
    private static bool EqualsR(Frame* frame)
    {
        FieldElement z = FieldLanes<DoubleLanes4>.Read(&frame->Sum.Coordinates, 2);
        FieldElement x = FieldLanes<DoubleLanes4>.Read(&frame->Decompressed.X, 1) * z;
        FieldElement y = FieldLanes<DoubleLanes4>.Read(&frame->Decompressed.Y, 1) * z;
        return x.Equals(FieldLanes<DoubleLanes4>.Read(&frame->Sum.Coordinates, 0))
            && y.Equals(FieldLanes<DoubleLanes4>.Read(&frame->Sum.Coordinates, 1));
    }

    /// <summary>Whether the sum and R differ by a point of small order.</summary>
    private static bool IsNearR(Frame* frame)
    {
        PointVector.From(-Point(frame, lane: 1)).ToCached(out CachedVector negatedR);
        frame->Sum.Add(in negatedR);
        for (int i = 0; i < 3; i++)
            frame->Sum.Double();
        FieldElement y = FieldLanes<DoubleLanes4>.Read(&frame->Sum.Coordinates, 1);
        return FieldLanes<DoubleLanes4>.Read(&frame->Sum.Coordinates, 0).IsZero
            && y.Equals(FieldLanes<DoubleLanes4>.Read(&frame->Sum.Coordinates, 2));
    }

    private static CachedVector* ComputeOddBaseMultiples()
    {
        var multiples = (CachedVector*)NativeMemory.AlignedAlloc((nuint)(BaseTableLength * sizeof(CachedVector)), CacheLine);
        PointVector point = PointVector.From(EdwardsPoint.BasePoint);
        Fill(&point, multiples, BaseTableLength);
        return multiples;
    }

    /// <summary>What a call works with.</summary>
    private struct Frame
    {
        internal PointVector Sum;
        internal CachedVector Negated;
        internal PointLanes<DoubleLanes4> Decompressed;
        internal OddMultiplesTable OddMultiples;
    }

    [InlineArray(PointTableLength)]
    private struct OddMultiplesTable
    {
        private CachedVector _multiple;
    }
}
