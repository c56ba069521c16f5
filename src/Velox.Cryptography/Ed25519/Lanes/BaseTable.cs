using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Velox.Cryptography;

/// <summary>The multiples 0 to 128 of the base point B and of 2^128 B, for signed digits of 8 bits.</summary>
/// <remarks>An entry is <see cref="EntryLength"/> doubles: y + x, y - x, 2 d x y, five limbs each, and one unused.</remarks>
[SkipLocalsInit]
internal static unsafe class BaseTable
{
    internal const int MaxMultiple = 128;

    // A power of two: no entry crosses more cache lines than it fills.
    private const int EntryLength = 16;

    private const int PartLength = (MaxMultiple + 1) * EntryLength;

    // Never freed: it serves the whole process.
    private static readonly double* Entries = Build();

    /// <summary>Looks up a multiple for each lane.</summary>
    /// <param name="part">0 for B, 1 for 2^128 B.</param>
    /// <param name="digits">-128 to 128 for each lane.</param>
    /// <param name="selected">Receives the multiples.</param>
    internal static void Select<T>(int part, short* digits, AffineLanes<T>* selected)
        where T : unmanaged, IDoubleLanes<T>
    {
        double** sums = stackalloc double*[T.Count];
        double** differences = stackalloc double*[T.Count];
        double** products = stackalloc double*[T.Count];
        double* entries = Entries + (part * PartLength);
        uint negative = 0;
        for (int lane = 0; lane < T.Count; lane++)
        {
            int digit = digits[lane];
            int sign = digit >> 31;
            double* entry = entries + (((digit ^ sign) - sign) * EntryLength);
            int swap = sign & FieldElement.LimbCount;
            sums[lane] = entry + swap;
            differences[lane] = entry + FieldElement.LimbCount - swap;
            products[lane] = entry + (2 * FieldElement.LimbCount);
            negative |= (uint)(sign & (1 << lane));
        }

        T.Gather(sums, FieldElement.LimbCount, (T*)&selected->YPlusX);
        T.Gather(differences, FieldElement.LimbCount, (T*)&selected->YMinusX);
        T.Gather(products, FieldElement.LimbCount, (T*)&selected->TwiceDXY);
        T signs = T.AndBits(T.MaskOf(negative), T.Broadcast(-0.0));
        FieldLanes<T>.Negate(signs, in selected->TwiceDXY, out selected->TwiceDXY);
    }

    private static double* Build()
    {
        const nuint CacheLine = 64;
        var entries = (double*)NativeMemory.AlignedAlloc(KeyTable.Parts * PartLength * sizeof(double), CacheLine);
        EdwardsPoint point = EdwardsPoint.BasePoint;
        for (int part = 0; part < KeyTable.Parts; part++)
        {
            double* entry = entries + (part * PartLength);
            Write(AffinePoint.Identity, entry);
            foreach (AffinePoint multiple in PointMultiplication.ComputeMultiples(point, MaxMultiple))
                Write(multiple, entry += EntryLength);
            point = point.Double(KeyTable.PartBits);
        }

        return entries;
    }

    private static void Write(in AffinePoint point, double* entry)
    {
        entry[EntryLength - 1] = 0;
        point.YPlusX.WriteSignedLimbs(entry, 1);
        point.YMinusX.WriteSignedLimbs(entry + FieldElement.LimbCount, 1);
        point.TwiceDXY.WriteSignedLimbs(entry + (2 * FieldElement.LimbCount), 1);
    }
}
