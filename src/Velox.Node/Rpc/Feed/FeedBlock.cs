using Velox.Primitives;
using Velox.State;
using Velox.Svm;

namespace Velox.Node;

/// <summary>
/// A published block with the indexes that subscriptions look into, made when the first of them does.
/// </summary>
internal sealed class FeedBlock(Block block)
{
    private Dictionary<Address, AccountSnapshot>? _changed;
    private Dictionary<Signature, TransactionRecord>? _records;

    internal ulong Slot => block.Header.Slot;

    internal IReadOnlyList<TransactionRecord> Records => block.Records;

    internal IReadOnlyList<AccountSnapshot> Changed => block.Changed;

    /// <summary>The account as the block left it, or null when it did not change it.</summary>
    internal AccountSnapshot? FindChanged(Address address) =>
        (_changed ??= block.Changed.ToDictionary(account => account.Address)).GetValueOrDefault(address);

    internal TransactionRecord? FindRecord(Signature id)
    {
        if (_records is null)
        {
            _records = [];
            foreach (TransactionRecord record in block.Records)
                _records[record.Id] = record;
        }

        return _records.GetValueOrDefault(id);
    }
}
