using System.Runtime.CompilerServices;

namespace Velox.Cryptography;

/// <summary>
/// The multiples 0 to 8 of a point in each lane, a table for each lane, so that lanes can look up different multiples.
/// </summary>
/// <remarks>An entry is <see cref="EntryLength"/> doubles: Y + X, Y - X, 2 Z, 2 d T, five limbs each.</remarks>
[SkipLocalsInit]
internal static unsafe class PointTable<T>
    where T : unmanaged, IDoubleLanes<T>
{
    internal const int MaxMultiple = KeyTable.MaxMultiple;
    internal const int EntryLength = KeyTable.EntryLength;

    /// <summary>Doubles of one lane's table.</summary>
    internal const int Length = KeyTable.PartLength;

    /// <summary>Writes the tables of the lanes one after the other.</summary>
    /// <param name="point">The points.</param>
    /// <param name="twiceCurveD">2 d in every lane.</param>
    /// <param name="tables">Room for <see cref="Length"/> doubles a lane.</param>
    internal static void Build(in PointLanes<T> point, in FieldLanes<T> twiceCurveD, double* tables)
    {
        WriteIdentity(tables);
        point.ToCached(in twiceCurveD, out CachedLanes<T> cached);
        CachedLanes<T> step = cached;
        PointLanes<T> multiple = point;
        Write(&cached, 1, tables);
        multiple.Double(withT: true);
        for (int i = 2; i <= MaxMultiple; i++)
        {
            multiple.ToCached(in twiceCurveD, out cached);
            Write(&cached, i, tables);
            if (i < MaxMultiple)
                multiple.Add(in step, withT: true);
        }
    }

    /// <summary>Where each lane's table begins among those that <see cref="Build"/> wrote.</summary>
    internal static void Locate(double* tables, double** laneTables)
    {
        for (int lane = 0; lane < T.Count; lane++)
            laneTables[lane] = tables + (lane * Length);
    }

    /// <summary>Looks up a multiple in each lane's table.</summary>
    /// <param name="tables">For each lane, what <see cref="Build"/> wrote.</param>
    /// <param name="part">Which table of those that a lane has one after the other.</param>
    /// <param name="digits">-8 to 8 for each lane.</param>
    /// <param name="selected">Receives the multiples.</param>
    internal static void Select(double** tables, int part, sbyte* digits, CachedLanes<T>* selected)
    {
        double** sums = stackalloc double*[T.Count];
        double** differences = stackalloc double*[T.Count];
        double** rest = stackalloc double*[T.Count];
        uint negative = 0;
        for (int lane = 0; lane < T.Count; lane++)
        {
            // -(x, y) = (-x, y): the sum and the difference change places, and T its sign.
            int digit = digits[lane];
            int sign = digit >> 31;
            double* entry = tables[lane] + (part * Length) + (((digit ^ sign) - sign) * EntryLength);
            int swap = sign & FieldElement.LimbCount;
            sums[lane] = entry + swap;
            differences[lane] = entry + FieldElement.LimbCount - swap;
            rest[lane] = entry + (2 * FieldElement.LimbCount);
            negative |= (uint)(sign & (1 << lane));
        }

        T.Gather(sums, FieldElement.LimbCount, (T*)&selected->YPlusX);
        T.Gather(differences, FieldElement.LimbCount, (T*)&selected->YMinusX);
        T.Gather(rest, 2 * FieldElement.LimbCount, (T*)&selected->TwiceZ);
        T signs = T.AndBits(T.MaskOf(negative), T.Broadcast(-0.0));
        FieldLanes<T>.Negate(signs, in selected->TwiceDT, out selected->TwiceDT);
    }

    private static void WriteIdentity(double* tables)
    {
        for (int lane = 0; lane < T.Count; lane++)
        {
            double* entry = tables + (lane * Length);
            new Span<double>(entry, EntryLength).Clear();
            entry[0] = 1;
            entry[FieldElement.LimbCount] = 1;
            entry[2 * FieldElement.LimbCount] = 2;
        }
    }

    private static void Write(CachedLanes<T>* cached, int multiple, double* tables)
    {
        var source = (double*)cached;
        for (int lane = 0; lane < T.Count; lane++)
        {
            double* entry = tables + (lane * Length) + (multiple * EntryLength);
            for (int i = 0; i < EntryLength; i++)
                entry[i] = source[(i * T.Count) + lane];
        }
    }
}
