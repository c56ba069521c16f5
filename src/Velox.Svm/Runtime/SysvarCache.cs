using System.Collections.Frozen;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>The sysvar accounts' data at the start of a block. Immutable; one for all transactions of the block.</summary>
public sealed class SysvarCache
{
    private readonly FrozenDictionary<Address, byte[]> _data;

    /// <param name="data">Data of the sysvars that exist, by id.</param>
    public SysvarCache(IEnumerable<KeyValuePair<Address, byte[]>> data) => _data = data.ToFrozenDictionary();

    /// <summary>No sysvar at all.</summary>
    public static SysvarCache Empty { get; } = new([]);

    /// <summary>A sysvar's data, serialised as its account holds it; false where it does not exist.</summary>
    public bool TryGet(Address id, out ReadOnlySpan<byte> data)
    {
        bool exists = _data.TryGetValue(id, out byte[]? bytes);
        data = bytes;
        return exists;
    }

    /// <summary>Bytes as an array: the one that is here where it is equal, else a copy.</summary>
    internal byte[] Share(Address id, ReadOnlySpan<byte> data) =>
        _data.TryGetValue(id, out byte[]? here) && data.SequenceEqual(here) ? here : data.ToArray();
}
