using System.Numerics;

namespace Velox.Svm;

/// <summary>Finds transactions of a batch with the same message, by their fingerprints.</summary>
/// <remarks>
/// Open addressing with linear probing, at most half full. Fingerprints are as good as random for whoever does not know the process's key,
/// so their low bits are the place.
/// </remarks>
internal sealed class BatchCopies
{
    // Position in the batch plus one; 0 is free.
    private int[] _table = [];
    private IReadOnlyList<InFlightTransaction> _batch = [];

    internal void Begin(IReadOnlyList<InFlightTransaction> batch)
    {
        _batch = batch;
        int length = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, 2 * batch.Count));
        if (_table.Length == length)
            _table.AsSpan().Clear();
        else
            _table = new int[length];
    }

    /// <summary>The last transaction with the same message that was told before, if any; now this one is the last.</summary>
    internal InFlightTransaction? Replace(int index)
    {
        UInt128 fingerprint = _batch[index].Fingerprint;
        int mask = _table.Length - 1;
        int place = (int)(uint)fingerprint & mask;
        while (_table[place] != 0 && _batch[_table[place] - 1].Fingerprint != fingerprint)
            place = (place + 1) & mask;
        InFlightTransaction? earlier = _table[place] == 0 ? null : _batch[_table[place] - 1];
        _table[place] = index + 1;
        return earlier;
    }
}
