using System.Runtime.CompilerServices;

namespace Velox.Cryptography;

/// <summary>Checks as many signatures at once as there are lanes, each by itself: no signature's verdict depends on another.</summary>
/// <remarks>One thread uses it at a time. Nothing is allocated after the construction.</remarks>
[SkipLocalsInit]
internal sealed unsafe class SignatureLanes<T> : ISignatureLanes
    where T : unmanaged, IDoubleLanes<T>
{
    // Of fewer, each by itself is cheaper than the doublings that only few share.
    private const int MinCombined = 16;

    // A vector of four takes as long as two signatures one by one, a vector of eight as long as three.
    private const int MaxTail = 2;

    private readonly double* _tables;
    private readonly sbyte* _digits;
    private readonly short* _baseDigits;
    private readonly Frame* _frame;
    private readonly Candidate* _candidates;
    private readonly CombinedLanes<T> _combined;

    /// <param name="capacity">The most signatures of one call.</param>
    /// <param name="memory">Kept by whoever keeps this object.</param>
    internal SignatureLanes(int capacity, PinnedMemory memory)
    {
        int maxGroups = (capacity + T.Count - 1) / T.Count;
        _tables = memory.Take<double>(T.Count * PointTable<T>.Length);
        _digits = memory.Take<sbyte>(T.Count * Scalar.Radix16DigitCount);
        _baseDigits = memory.Take<short>(T.Count * Scalar.Radix256DigitCount);
        _frame = memory.Take<Frame>(1);
        _candidates = memory.Take<Candidate>(maxGroups);
        _combined = new CombinedLanes<T>(memory);
        _frame->TwiceCurveD = FieldLanes<T>.Broadcast(EdwardsPoint.TwiceCurveD);
    }

    /// <summary>The strict rule: S B - k A, compressed, equals the bytes of R.</summary>
    public void VerifyStrict(SignatureEntry* entries, int count, Span<bool> verdicts)
    {
        int tail = Tail(count);
        VerifyOneByOne(entries + count - tail, Ed25519Rule.Strict, verdicts.Slice(count - tail, tail));
        count -= tail;
        int groups = (count + T.Count - 1) / T.Count;
        if (groups == 0)
            return;
        for (int group = 0; group < groups; group++)
        {
            int first = group * T.Count;
            uint hasKey = Combine(entries + first, Math.Min(T.Count, count - first), withT: false);
            _candidates[group] = new Candidate { X = _frame->Sum.X, Y = _frame->Sum.Y, Z = _frame->Sum.Z, HasKey = hasKey };
        }

        InvertAll(groups);
        for (int i = 0; i < count; i++)
            verdicts[i] = EqualsR(&entries[i], &_candidates[i / T.Count], i % T.Count);
    }

    /// <summary>The cofactored rule, by combination where there are enough signatures for it.</summary>
    public void VerifyCofactored(SignatureEntry* entries, int count, Span<bool> verdicts)
    {
        for (int first = 0; first < count; first += CombinedLanes<T>.MaxSignatures)
        {
            int length = Math.Min(CombinedLanes<T>.MaxSignatures, count - first);
            if (length < MinCombined)
            {
                VerifyEach(entries + first, length, verdicts[first..]);
                continue;
            }

            _combined.Prepare(entries + first, length);
            Bisect(entries + first, verdicts.Slice(first, length), 0, (length + T.Count - 1) / T.Count);
        }
    }

    /// <summary>Halves what does not hold together until few are left, and settles these one by one.</summary>
    private void Bisect(SignatureEntry* entries, Span<bool> verdicts, int firstGroup, int groupCount)
    {
        int first = firstGroup * T.Count;
        int length = Math.Min(groupCount * T.Count, verdicts.Length - first);
        if (length < MinCombined)
        {
            VerifyEach(entries + first, length, verdicts.Slice(first, length));
        }
        else if (_combined.Holds(firstGroup, groupCount))
        {
            verdicts.Slice(first, length).Fill(true);
        }
        else
        {
            int half = groupCount / 2;
            Bisect(entries, verdicts, firstGroup, half);
            Bisect(entries, verdicts, firstGroup + half, groupCount - half);
        }
    }

    /// <summary>The cofactored rule for each signature by itself: 8 (S B - k A - R) is the identity.</summary>
    private void VerifyEach(SignatureEntry* entries, int count, Span<bool> verdicts)
    {
        int tail = Tail(count);
        VerifyOneByOne(entries + count - tail, Ed25519Rule.Cofactored, verdicts.Slice(count - tail, tail));
        count -= tail;
        for (int first = 0; first < count; first += T.Count)
        {
            int used = Math.Min(T.Count, count - first);
            uint valid = Combine(entries + first, used, withT: true) & SubtractR(entries + first, used);
            for (int lane = 0; lane < used; lane++)
            {
                verdicts[first + lane] = (valid >> lane & 1) != 0
                    && FieldLanes<T>.Read(&_frame->Sum.X, lane).IsZero
                    && FieldLanes<T>.Read(&_frame->Sum.Y, lane).Equals(FieldLanes<T>.Read(&_frame->Sum.Z, lane));
            }
        }
    }

    /// <summary>How many at the end are checked faster one by one than in a vector of which most lanes are idle.</summary>
    private static int Tail(int count)
    {
        int tail = count % T.Count;
        return T.Count >= DoubleLanes4.Count && tail <= MaxTail ? tail : 0;
    }

    private static void VerifyOneByOne(SignatureEntry* entries, Ed25519Rule rule, Span<bool> verdicts)
    {
        for (int i = 0; i < verdicts.Length; i++)
            verdicts[i] = entries[i].Holds(rule, VectorWidth.Bits256);
    }

    private static bool EqualsR(SignatureEntry* entry, Candidate* candidate, int lane)
    {
        if ((candidate->HasKey >> lane & 1) == 0)
            return false;
        Span<byte> bytes = stackalloc byte[EdwardsPoint.CompressedSize];
        FieldLanes<T>.Read(&candidate->Y, lane).WriteBytes(bytes);
        bytes[^1] |= (byte)(FieldLanes<T>.Read(&candidate->X, lane).NegativeMask & EdwardsPoint.SignBit);
        return bytes.SequenceEqual(new ReadOnlySpan<byte>(entry->PointR, EdwardsPoint.CompressedSize));
    }

    /// <summary>Sum = S B - k A in each lane; unused lanes repeat the first one.</summary>
    /// <returns>Bit i is set where lane i's key is a point.</returns>
    private uint Combine(SignatureEntry* entries, int used, bool withT)
    {
        byte** keys = stackalloc byte*[T.Count];
        Span<sbyte> digits = stackalloc sbyte[Scalar.Radix16DigitCount];
        Span<short> baseDigits = stackalloc short[Scalar.Radix256DigitCount];
        for (int lane = 0; lane < T.Count; lane++)
        {
            SignatureEntry* entry = entries + (lane < used ? lane : 0);
            keys[lane] = entry->PublicKey;
            entry->Challenge.WriteRadix16(digits);
            for (int i = 0; i < digits.Length; i++)
                _digits[(i * T.Count) + lane] = digits[i];
            entry->ScalarS.WriteRadix256(baseDigits);
            for (int i = 0; i < baseDigits.Length; i++)
                _baseDigits[(i * T.Count) + lane] = baseDigits[i];
        }

        uint hasKey = PointDecompression<T>.Decompress(keys, &_frame->Sum);
        _frame->Sum.Negate();
        PointTable<T>.Build(in _frame->Sum, in _frame->TwiceCurveD, _tables);
        MultiplyAndAdd(withT);
        return hasKey;
    }

    /// <summary>Sixty-four digits of the key, thirty-two of the base point, one run of doublings for both.</summary>
    private void MultiplyAndAdd(bool withT)
    {
        Frame* frame = _frame;
        frame->Sum.SetIdentity();
        for (int i = Scalar.Radix16DigitCount - 1; i >= 0; i--)
        {
            if (i < Scalar.Radix16DigitCount - 1)
            {
                frame->Sum.Double(withT: false);
                frame->Sum.Double(withT: false);
                frame->Sum.Double(withT: false);
                frame->Sum.Double(withT: true);
            }

            bool isByte = i % 2 == 0;
            PointTable<T>.Select(_tables, _digits + (i * T.Count), &frame->Multiple);
            frame->Sum.Add(in frame->Multiple, withT: isByte);
            if (!isByte)
                continue;
            BaseTable.Select(_baseDigits + (i / 2 * T.Count), &frame->BaseMultiple);
            frame->Sum.Add(in frame->BaseMultiple, withT: withT && i == 0);
        }
    }

    /// <summary>Sum = 8 (Sum - R).</summary>
    /// <returns>Bit i is set where lane i's R is a point.</returns>
    private uint SubtractR(SignatureEntry* entries, int used)
    {
        byte** encodings = stackalloc byte*[T.Count];
        for (int lane = 0; lane < T.Count; lane++)
            encodings[lane] = entries[lane < used ? lane : 0].PointR;
        uint hasPoint = PointDecompression<T>.Decompress(encodings, &_frame->PointR);
        _frame->PointR.Negate();
        _frame->PointR.ToCached(in _frame->TwiceCurveD, out _frame->Multiple);
        _frame->Sum.Add(in _frame->Multiple, withT: false);
        for (int i = 0; i < 3; i++)
            _frame->Sum.Double(withT: false);
        return hasPoint;
    }

    /// <summary>Divides X and Y of all candidates by Z with one inversion for each lane (Montgomery's trick).</summary>
    private void InvertAll(int groups)
    {
        FieldLanes<T> product = FieldLanes<T>.Broadcast(FieldElement.One);
        for (int group = 0; group < groups; group++)
        {
            _candidates[group].Before = product;
            FieldLanes<T>.Multiply(in product, in _candidates[group].Z, out product);
        }

        FieldPowers<T>.Invert(in product, out FieldLanes<T> inverse);
        for (int group = groups - 1; group >= 0; group--)
        {
            Candidate* candidate = _candidates + group;
            FieldLanes<T>.Multiply(in inverse, in candidate->Before, out FieldLanes<T> inverseZ);
            FieldLanes<T>.Multiply(in inverse, in candidate->Z, out inverse);
            FieldLanes<T>.Multiply(in candidate->X, in inverseZ, out candidate->X);
            FieldLanes<T>.Multiply(in candidate->Y, in inverseZ, out candidate->Y);
        }
    }

    /// <summary>What one group of lanes works with.</summary>
    private struct Frame
    {
        internal PointLanes<T> Sum;
        internal PointLanes<T> PointR;
        internal CachedLanes<T> Multiple;
        internal AffineLanes<T> BaseMultiple;
        internal FieldLanes<T> TwiceCurveD;
    }

    /// <summary>A group's S B - k A, before it is scaled to Z = 1 and after.</summary>
    private struct Candidate
    {
        internal FieldLanes<T> X;
        internal FieldLanes<T> Y;
        internal FieldLanes<T> Z;
        internal FieldLanes<T> Before;
        internal uint HasKey;
    }
}
