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
    private Dictionary<Signature, int>? _records;

    internal ulong Slot => block.Header.Slot;

    internal BlockRecords Records => block.Records;

    internal IReadOnlyList<AccountSnapshot> Changed => block.Changed;

    /// <summary>The account as the block left it, or null when it did not change it.</summary>
    internal AccountSnapshot? FindChanged(Address address) =>
        (_changed ??= block.Changed.ToDictionary(account => account.Address)).GetValueOrDefault(address);

    /// <summary>The error of a transaction, none if it succeeded; null when it is not in the block.</summary>
    internal TransactionError? FindOutcome(Signature id)
    {
        if (_records is null)
        {
            _records = [];
            for (int i = 0; i < block.Records.Count; i++)
                _records[block.Records.View(i).Id] = i;
        }

        return _records.TryGetValue(id, out int index) ? block.Records.View(index).Error : null;
    }
}
