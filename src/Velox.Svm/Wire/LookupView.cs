using Velox.Primitives;

namespace Velox.Svm;

/// <summary>One address table lookup in place, inside the bytes of its transaction.</summary>
public readonly ref struct LookupView
{
    internal LookupView(Address tableKey, ReadOnlySpan<byte> writableIndexes, ReadOnlySpan<byte> readonlyIndexes)
    {
        TableKey = tableKey;
        WritableIndexes = writableIndexes;
        ReadonlyIndexes = readonlyIndexes;
    }

    /// <summary>The account that holds the table.</summary>
    public Address TableKey { get; }

    /// <summary>Indexes into the table of the addresses that are loaded writable.</summary>
    public ReadOnlySpan<byte> WritableIndexes { get; }

    /// <summary>Indexes into the table of the addresses that are loaded read-only.</summary>
    public ReadOnlySpan<byte> ReadonlyIndexes { get; }
}
