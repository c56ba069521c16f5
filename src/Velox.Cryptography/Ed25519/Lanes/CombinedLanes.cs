using System.Runtime.CompilerServices;

namespace Velox.Cryptography;

/// <summary>
/// The cofactored rule for many signatures by one equation: 8 sum z (S B - k A - R) is the identity, with 128-bit factors z that
/// nobody can choose signatures for.
/// </summary>
/// <remarks>
/// <para>
/// If all signatures hold, so does the sum; if one does not, the sum holds with probability 2^-128. The factors come from a hash
/// of the whole chunk, so a verdict is the same on every machine.
/// </para>
/// <para>
/// Each lane takes every <c>T.Count</c>th signature; one run of doublings serves all of a chunk, so a signature costs two
/// decompressions, two tables and 97 additions.
/// </para>
/// <para>One thread uses it at a time. Nothing is allocated after the construction.</para>
/// </remarks>
[SkipLocalsInit]
internal sealed unsafe class CombinedLanes<T>
    where T : unmanaged, IDoubleLanes<T>
{
    // 2.9 KB of tables a signature: of more they leave the second-level cache, and all gets slower.
    internal const int MaxSignatures = 64;

    private readonly Group* _groups;
    private readonly double* _keyTables;
    private readonly double* _pointTables;
    private readonly Scalar* _baseTerms;
    private readonly Frame* _frame;

    /// <param name="memory">Kept by whoever keeps this object.</param>
    internal CombinedLanes(PinnedMemory memory)
    {
        int maxGroups = (MaxSignatures + T.Count - 1) / T.Count;
        _groups = memory.Take<Group>(maxGroups);
        _keyTables = memory.Take<double>(maxGroups * TablesLength);
        _pointTables = memory.Take<double>(maxGroups * TablesLength);
        _baseTerms = memory.Take<Scalar>(maxGroups * T.Count);
        _frame = memory.Take<Frame>(1);
        _frame->TwiceCurveD = FieldLanes<T>.Broadcast(EdwardsPoint.TwiceCurveD);
    }

    /// <summary>Doubles of the tables of one group.</summary>
    private static int TablesLength => T.Count * PointTable<T>.Length;

    /// <summary>Prepares a chunk for <see cref="Holds"/>.</summary>
    /// <param name="entries">Candidates with their challenges.</param>
    /// <param name="count">1 to <see cref="MaxSignatures"/>.</param>
    internal void Prepare(SignatureEntry* entries, int count)
    {
        Span<Scalar> factors = stackalloc Scalar[MaxSignatures];
        CombinationFactors.Write(entries, factors[..count]);
        int groups = (count + T.Count - 1) / T.Count;
        for (int group = 0; group < groups; group++)
        {
            int first = group * T.Count;
            Prepare(group, entries + first, factors[first..], Math.Min(T.Count, count - first));
        }
    }

    /// <summary>Whether all signatures of a run of groups hold; if not, at least one of them does not.</summary>
    /// <param name="firstGroup">Groups are of as many signatures as there are lanes, in the chunk's order.</param>
    /// <param name="groupCount">At least 1.</param>
    internal bool Holds(int firstGroup, int groupCount)
    {
        Scalar baseFactor = default;
        for (int group = firstGroup; group < firstGroup + groupCount; group++)
        {
            if (!_groups[group].HasPoints)
                return false;
            for (int lane = 0; lane < T.Count; lane++)
                baseFactor = Scalar.Add(baseFactor, _baseTerms[(group * T.Count) + lane]);
        }

        // The base point's part goes to the first lane; the others get the multiple 0.
        Span<short> digits = stackalloc short[Scalar.Radix256DigitCount];
        baseFactor.WriteRadix256(digits);
        short* baseDigits = stackalloc short[T.Count];
        new Span<short>(baseDigits, T.Count).Clear();

        _frame->Sum.SetIdentity();
        for (int i = Scalar.Radix16DigitCount - 1; i >= 0; i--)
        {
            _frame->Sum.Double(withT: false);
            _frame->Sum.Double(withT: false);
            _frame->Sum.Double(withT: false);
            _frame->Sum.Double(withT: true);
            AddMultiples(firstGroup, groupCount, i);
            if (i % 2 != 0)
                continue;
            baseDigits[0] = digits[i / 2];
            BaseTable.Select(0, baseDigits, &_frame->BaseMultiple);
            _frame->Sum.Add(in _frame->BaseMultiple, withT: true);
        }

        return SumOfLanes().IsSmallOrder;
    }

    /// <summary>Tables of -A and -R, digits of z k and z, and z S.</summary>
    private void Prepare(int group, SignatureEntry* entries, ReadOnlySpan<Scalar> factors, int used)
    {
        byte** keys = stackalloc byte*[T.Count];
        byte** points = stackalloc byte*[T.Count];
        for (int lane = 0; lane < T.Count; lane++)
        {
            // An unused lane repeats the first point, zero times.
            bool isUsed = lane < used;
            SignatureEntry* entry = entries + (isUsed ? lane : 0);
            keys[lane] = entry->PublicKey;
            points[lane] = entry->PointR;
            Scalar factor = isUsed ? factors[lane] : default;
            _baseTerms[(group * T.Count) + lane] = Scalar.MultiplyAdd(factor, entry->ScalarS, default);
            WriteDigits(Scalar.MultiplyAdd(factor, entry->Challenge, default), _groups[group].KeyDigits, lane, Scalar.Radix16DigitCount);
            WriteDigits(factor, _groups[group].PointDigits, lane, CombinationFactors.DigitCount);
        }

        bool hasKeys = BuildTables(keys, _keyTables + (group * TablesLength));
        _groups[group].HasPoints = BuildTables(points, _pointTables + (group * TablesLength)) && hasKeys;
    }

    private static void WriteDigits(in Scalar scalar, sbyte* digits, int lane, int count)
    {
        Span<sbyte> all = stackalloc sbyte[Scalar.Radix16DigitCount];
        scalar.WriteRadix16(all);
        for (int i = 0; i < count; i++)
            digits[(i * T.Count) + lane] = all[i];
    }

    private bool BuildTables(byte** encodings, double* tables)
    {
        uint valid = PointDecompression<T>.Decompress(encodings, &_frame->Sum);
        _frame->Sum.Negate();
        PointTable<T>.Build(in _frame->Sum, in _frame->TwiceCurveD, tables);
        return valid == (1u << T.Count) - 1;
    }

    private void AddMultiples(int firstGroup, int groupCount, int digit)
    {
        double** tables = stackalloc double*[T.Count];
        for (int group = firstGroup; group < firstGroup + groupCount; group++)
        {
            PointTable<T>.Locate(_keyTables + (group * TablesLength), tables);
            PointTable<T>.Select(tables, 0, _groups[group].KeyDigits + (digit * T.Count), &_frame->Multiple);
            _frame->Sum.Add(in _frame->Multiple, withT: true);
            if (digit >= CombinationFactors.DigitCount)
                continue;
            PointTable<T>.Locate(_pointTables + (group * TablesLength), tables);
            PointTable<T>.Select(tables, 0, _groups[group].PointDigits + (digit * T.Count), &_frame->Multiple);
            _frame->Sum.Add(in _frame->Multiple, withT: true);
        }
    }

    private EdwardsPoint SumOfLanes()
    {
        EdwardsPoint sum = _frame->Sum.Lane(0);
        for (int lane = 1; lane < T.Count; lane++)
            sum += _frame->Sum.Lane(lane).ToCached();
        return sum;
    }

    private struct Frame
    {
        internal PointLanes<T> Sum;
        internal CachedLanes<T> Multiple;
        internal AffineLanes<T> BaseMultiple;
        internal FieldLanes<T> TwiceCurveD;
    }

    /// <summary>Digits of as many signatures as there are lanes, those of one position side by side.</summary>
    private struct Group
    {
        internal const int MaxLanes = 8;

        internal fixed sbyte KeyDigits[Scalar.Radix16DigitCount * MaxLanes];
        internal fixed sbyte PointDigits[CombinationFactors.DigitCount * MaxLanes];

        /// <summary>Whether every A and every R is a point.</summary>
        internal bool HasPoints;
    }
}
