using System.Runtime.CompilerServices;

namespace Velox.Cryptography;

/// <summary>S B - k A for as many signatures at once as there are lanes.</summary>
/// <remarks>One thread uses it at a time. Nothing is allocated after the construction.</remarks>
[SkipLocalsInit]
internal sealed unsafe class ProductLanes<T>
    where T : unmanaged, IDoubleLanes<T>
{
    private readonly double* _tables;
    private readonly sbyte* _digits;
    private readonly short* _baseDigits;
    private readonly Frame* _frame;

    /// <param name="memory">Kept by whoever keeps this object.</param>
    internal ProductLanes(PinnedMemory memory)
    {
        _tables = memory.Take<double>(KeyTable.Parts * T.Count * PointTable<T>.Length);
        _digits = memory.Take<sbyte>(T.Count * Scalar.Radix16DigitCount);
        _baseDigits = memory.Take<short>(T.Count * Scalar.Radix256DigitCount);
        _frame = memory.Take<Frame>(1);
        _frame->TwiceCurveD = FieldLanes<T>.Broadcast(EdwardsPoint.TwiceCurveD);
    }

    /// <summary>The result.</summary>
    internal PointLanes<T>* Sum => &_frame->Sum;

    /// <summary>Computes <see cref="Sum"/> from the keys' bytes.</summary>
    /// <param name="entries">One for each lane.</param>
    /// <param name="withT">Whether something will be added to the sum.</param>
    /// <returns>Bit i is set where lane i's key is a point.</returns>
    internal uint Compute(SignatureEntry** entries, bool withT)
    {
        byte** keys = stackalloc byte*[T.Count];
        double** tables = stackalloc double*[T.Count];
        for (int lane = 0; lane < T.Count; lane++)
            keys[lane] = entries[lane]->PublicKey;
        uint hasKey = PointDecompression<T>.Decompress(keys, &_frame->Key);
        _frame->Key.Negate();
        PointTable<T>.Build(in _frame->Key, in _frame->TwiceCurveD, _tables);
        PointTable<T>.Locate(_tables, tables);
        WriteDigits(entries);
        MultiplyAndAdd(tables, parts: 1, withT);
        return hasKey;
    }

    /// <summary>Computes <see cref="Sum"/> from the keys' tables in a cache.</summary>
    /// <param name="entries">One for each lane.</param>
    internal void ComputeCached(SignatureEntry** entries)
    {
        double** tables = stackalloc double*[T.Count];
        for (int lane = 0; lane < T.Count; lane++)
            tables[lane] = entries[lane]->KeyTable;
        WriteDigits(entries);
        MultiplyAndAdd(tables, KeyTable.Parts, withT: false);
    }

    /// <summary>Makes tables for a cache of the keys of the last <see cref="Compute"/>.</summary>
    /// <param name="destinations">Room for a table, or null, for each lane.</param>
    internal void WriteKeyTables(double** destinations)
    {
        int partLength = T.Count * PointTable<T>.Length;
        for (int part = 1; part < KeyTable.Parts; part++)
        {
            for (int i = 1; i < KeyTable.PartBits; i++)
                _frame->Key.Double(withT: false);
            _frame->Key.Double(withT: true);
            PointTable<T>.Build(in _frame->Key, in _frame->TwiceCurveD, _tables + (part * partLength));
        }

        for (int lane = 0; lane < T.Count; lane++)
        {
            if (destinations[lane] == null)
                continue;
            for (int part = 0; part < KeyTable.Parts; part++)
            {
                new ReadOnlySpan<double>(_tables + (part * partLength) + (lane * PointTable<T>.Length), KeyTable.PartLength)
                    .CopyTo(new Span<double>(destinations[lane] + (part * KeyTable.PartLength), KeyTable.PartLength));
            }
        }
    }

    /// <summary>Sum = 8 (Sum - R).</summary>
    /// <param name="entries">One for each lane.</param>
    /// <returns>Bit i is set where lane i's R is a point.</returns>
    internal uint SubtractR(SignatureEntry** entries)
    {
        byte** encodings = stackalloc byte*[T.Count];
        for (int lane = 0; lane < T.Count; lane++)
            encodings[lane] = entries[lane]->PointR;
        uint hasPoint = PointDecompression<T>.Decompress(encodings, &_frame->Key);
        _frame->Key.Negate();
        _frame->Key.ToCached(in _frame->TwiceCurveD, out _frame->Multiple);
        _frame->Sum.Add(in _frame->Multiple, withT: false);
        for (int i = 0; i < 3; i++)
            _frame->Sum.Double(withT: false);
        return hasPoint;
    }

    private void WriteDigits(SignatureEntry** entries)
    {
        Span<sbyte> digits = stackalloc sbyte[Scalar.Radix16DigitCount];
        Span<short> baseDigits = stackalloc short[Scalar.Radix256DigitCount];
        for (int lane = 0; lane < T.Count; lane++)
        {
            entries[lane]->Challenge.WriteRadix16(digits);
            for (int i = 0; i < digits.Length; i++)
                _digits[(i * T.Count) + lane] = digits[i];
            entries[lane]->ScalarS.WriteRadix256(baseDigits);
            for (int i = 0; i < baseDigits.Length; i++)
                _baseDigits[(i * T.Count) + lane] = baseDigits[i];
        }
    }

    /// <summary>Sixty-four digits of the key, thirty-two of the base point, one run of doublings for all of their parts.</summary>
    private void MultiplyAndAdd(double** tables, int parts, bool withT)
    {
        Frame* frame = _frame;
        int digits = Scalar.Radix16DigitCount / parts;
        frame->Sum.SetIdentity();
        for (int i = digits - 1; i >= 0; i--)
        {
            if (i < digits - 1)
            {
                frame->Sum.Double(withT: false);
                frame->Sum.Double(withT: false);
                frame->Sum.Double(withT: false);
                frame->Sum.Double(withT: true);
            }

            bool isByte = i % 2 == 0;
            for (int part = 0; part < parts; part++)
            {
                PointTable<T>.Select(tables, part, _digits + ((i + (part * digits)) * T.Count), &frame->Multiple);
                frame->Sum.Add(in frame->Multiple, withT: isByte || part + 1 < parts);
            }

            if (!isByte)
                continue;
            for (int part = 0; part < parts; part++)
            {
                BaseTable.Select(part, _baseDigits + ((i + (part * digits)) / 2 * T.Count), &frame->BaseMultiple);
                frame->Sum.Add(in frame->BaseMultiple, withT: part + 1 < parts || (withT && i == 0));
            }
        }
    }

    private struct Frame
    {
        internal PointLanes<T> Sum;
        internal PointLanes<T> Key;
        internal CachedLanes<T> Multiple;
        internal AffineLanes<T> BaseMultiple;
        internal FieldLanes<T> TwiceCurveD;
    }
}
