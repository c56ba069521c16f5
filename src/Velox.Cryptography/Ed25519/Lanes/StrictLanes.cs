using System.Runtime.CompilerServices;

namespace Velox.Cryptography;

/// <summary>The strict rule, one signature in each lane: no signature's verdict depends on another.</summary>
/// <remarks>One thread uses it at a time. Nothing is allocated after the construction.</remarks>
[SkipLocalsInit]
internal sealed unsafe class StrictLanes<T> : ISignatureLanes
    where T : unmanaged, IDoubleLanes<T>
{
    private readonly ProductLanes<T> _products;
    private readonly KeyCache? _cache;
    private readonly int* _order;
    private readonly Candidate* _candidates;

    /// <param name="capacity">The most signatures of one call.</param>
    /// <param name="cache">Tables of keys, or null.</param>
    /// <param name="memory">Kept by whoever keeps this object.</param>
    internal StrictLanes(int capacity, KeyCache? cache, PinnedMemory memory)
    {
        _products = new ProductLanes<T>(memory);
        _cache = cache;
        _order = memory.Take<int>(capacity);
        _candidates = memory.Take<Candidate>((capacity + T.Count - 1) / T.Count);
    }

    /// <summary>S B - k A, compressed, equals the bytes of R.</summary>
    public void Verify(SignatureEntry* entries, int count, Span<bool> verdicts)
    {
        int known = PutKnownKeysFirst(entries, count);
        Run(entries, new ReadOnlySpan<int>(_order, known), verdicts, isKnown: true);

        var others = new ReadOnlySpan<int>(_order + known, count - known);
        int tail = LaneGroup<T>.Tail(others.Length);
        Run(entries, others[..^tail], verdicts, isKnown: false);
        foreach (int index in others[^tail..])
            verdicts[index] = entries[index].Holds(Ed25519Rule.Strict, VectorWidth.Bits256);
    }

    /// <summary>Writes the order of checking.</summary>
    /// <returns>How many keys have a table.</returns>
    private int PutKnownKeysFirst(SignatureEntry* entries, int count)
    {
        int known = 0;
        int unknown = count;
        for (int i = 0; i < count; i++)
        {
            entries[i].KeyTable = _cache is null ? null : _cache.Find(entries[i].PublicKey);
            if (entries[i].KeyTable != null)
                _order[known++] = i;
            else
                _order[--unknown] = i;
        }

        return known;
    }

    private void Run(SignatureEntry* entries, ReadOnlySpan<int> order, Span<bool> verdicts, bool isKnown)
    {
        if (order.IsEmpty)
            return;

        SignatureEntry** group = stackalloc SignatureEntry*[T.Count];
        int groups = 0;
        for (int first = 0; first < order.Length; first += T.Count, groups++)
        {
            LaneGroup<T>.Gather(entries, order[first..], group);
            uint hasKey = ~0u;
            if (isKnown)
            {
                _products.ComputeCached(group);
            }
            else
            {
                hasKey = _products.Compute(group, withT: false);
                Remember(group, Math.Min(T.Count, order.Length - first), hasKey);
            }

            PointLanes<T>* sum = _products.Sum;
            _candidates[groups] = new Candidate { X = sum->X, Y = sum->Y, Z = sum->Z, HasKey = hasKey };
        }

        InvertAll(groups);
        for (int i = 0; i < order.Length; i++)
            verdicts[order[i]] = EqualsR(&entries[order[i]], &_candidates[i / T.Count], i % T.Count);
    }

    /// <summary>Gives keys that were seen before a table; of the last group of <see cref="ProductLanes{T}.Compute"/>.</summary>
    private void Remember(SignatureEntry** group, int used, uint hasKey)
    {
        if (_cache is null)
            return;

        double** destinations = stackalloc double*[T.Count];
        bool isAnyNew = false;
        for (int lane = 0; lane < T.Count; lane++)
        {
            byte* publicKey = group[lane]->PublicKey;
            bool isWanted = lane < used && (hasKey >> lane & 1) != 0 && _cache.WasSeen(publicKey);
            destinations[lane] = isWanted ? _cache.Insert(publicKey) : null;
            isAnyNew |= isWanted;
        }

        if (isAnyNew)
            _products.WriteKeyTables(destinations);
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
