using System.Runtime.CompilerServices;

namespace Velox.Cryptography;

/// <summary>The cofactored rule: by combination where there are enough signatures for it, else one in each lane.</summary>
/// <remarks>One thread uses it at a time. Nothing is allocated after the construction.</remarks>
[SkipLocalsInit]
internal sealed unsafe class CofactoredLanes<T>(PinnedMemory memory) : ISignatureLanes
    where T : unmanaged, IDoubleLanes<T>
{
    // Of fewer, each by itself is cheaper than the doublings that only few share.
    private const int MinCombined = 16;

    private readonly ProductLanes<T> _products = new(memory);
    private readonly CombinedLanes<T> _combined = new(memory);

    public void Verify(SignatureEntry* entries, int count, Span<bool> verdicts)
    {
        for (int first = 0; first < count; first += CombinedLanes<T>.MaxSignatures)
        {
            int length = Math.Min(CombinedLanes<T>.MaxSignatures, count - first);
            if (length < MinCombined)
            {
                VerifyEach(entries + first, verdicts.Slice(first, length));
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
            VerifyEach(entries + first, verdicts.Slice(first, length));
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

    /// <summary>Each signature by itself: 8 (S B - k A - R) is the identity.</summary>
    private void VerifyEach(SignatureEntry* entries, Span<bool> verdicts)
    {
        Span<int> order = stackalloc int[MinCombined];
        for (int i = 0; i < MinCombined; i++)
            order[i] = i;

        SignatureEntry** group = stackalloc SignatureEntry*[T.Count];
        int inLanes = verdicts.Length - LaneGroup<T>.Tail(verdicts.Length);
        for (int first = 0; first < inLanes; first += T.Count)
        {
            LaneGroup<T>.Gather(entries, order[first..inLanes], group);
            uint valid = _products.Compute(group, withT: true) & _products.SubtractR(group);
            for (int i = first; i < Math.Min(first + T.Count, inLanes); i++)
                verdicts[i] = (valid >> (i - first) & 1) != 0 && _products.Sum->Lane(i - first).IsIdentity;
        }

        for (int i = inLanes; i < verdicts.Length; i++)
            verdicts[i] = entries[i].Holds(Ed25519Rule.Cofactored, VectorWidth.Bits256);
    }
}
