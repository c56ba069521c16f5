using Velox.Primitives;
using Velox.Svm;

namespace Velox.Node;

/// <summary>
/// The recent past for clients: blocks, transactions by id and by account. Bounded; the oldest block goes first.
/// </summary>
/// <remarks>
/// Kept in memory and rebuilt by replay. One thread adds, any number read, under one lock held briefly.
/// </remarks>
public sealed class BlockHistory
{
    /// <summary>Most blocks kept.</summary>
    public const int MaxBlocks = 12_000;

    /// <summary>Most transactions kept.</summary>
    public const int MaxTransactions = 50_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, PastBlock> _blocks = [];
    private readonly Dictionary<Signature, PastTransaction> _transactions = [];
    private readonly Dictionary<Address, LinkedList<PastTransaction>> _byAccount = [];
    private readonly Dictionary<Hash256, ulong> _slotByHash = [];

    // Hashes outlive their blocks when those go because of their size: a transaction may name one that old.
    private readonly Queue<Hash256> _hashOrder = new();
    private ulong _firstSlot = 1;
    private ulong _lastSlot;

    /// <summary>The oldest slot whose block is kept.</summary>
    public ulong FirstSlot => Locked(() => _firstSlot);

    /// <summary>The block of a slot, or null when it is unknown or no longer kept.</summary>
    public PastBlock? FindBlock(ulong slot) => Locked(() => _blocks.GetValueOrDefault(slot));

    public PastTransaction? FindTransaction(Signature id) => Locked(() => _transactions.GetValueOrDefault(id));

    /// <summary>The slot of a blockhash among the last <see cref="MaxBlocks"/> blocks, or null.</summary>
    public ulong? FindSlot(Hash256 blockhash) =>
        Locked<ulong?>(() => _slotByHash.TryGetValue(blockhash, out ulong slot) ? slot : null);

    /// <summary>Transactions that name an account, newest first.</summary>
    /// <param name="account">The account.</param>
    /// <param name="limit">Most results.</param>
    /// <param name="before">Start after this one (older than it); null starts at the newest.</param>
    /// <param name="until">Stop before this one; null goes to the oldest kept.</param>
    public PastTransaction[] FindByAccount(Address account, int limit, Signature? before = null, Signature? until = null) =>
        Locked(() =>
        {
            var found = new List<PastTransaction>();
            LinkedListNode<PastTransaction>? node = _byAccount.GetValueOrDefault(account)?.Last;
            bool isSkipping = before.HasValue;
            for (; node is not null && found.Count < limit; node = node.Previous)
            {
                Signature id = node.Value.View.Id;
                if (id == until)
                    break;
                if (!isSkipping)
                    found.Add(node.Value);
                else if (id == before)
                    isSkipping = false;
            }

            return found.ToArray();
        });

    internal void AddGenesis(Hash256 genesisHash) => AddHash(genesisHash, 0);

    internal void Add(Block block)
    {
        lock (_lock)
        {
            var past = new PastBlock(block.Header, block.Hash, block.Records);
            _lastSlot = past.Header.Slot;
            _blocks.Add(_lastSlot, past);
            AddHash(past.Hash, _lastSlot);
            for (int i = 0; i < past.Records.Count; i++)
                AddTransaction(new PastTransaction(past, i));
            while (_blocks.Count > MaxBlocks || (_transactions.Count > MaxTransactions && _firstSlot < _lastSlot))
                ForgetOldest();
        }
    }

    private void AddHash(Hash256 hash, ulong slot)
    {
        _slotByHash[hash] = slot;
        _hashOrder.Enqueue(hash);
        if (_hashOrder.Count > MaxBlocks)
            _slotByHash.Remove(_hashOrder.Dequeue());
    }

    private void AddTransaction(PastTransaction transaction)
    {
        RecordView record = transaction.View;
        _transactions[record.Id] = transaction;
        for (int i = 0; i < record.AccountCount; i++)
        {
            Address account = record.AccountKey(i);
            if (!_byAccount.TryGetValue(account, out LinkedList<PastTransaction>? list))
                _byAccount.Add(account, list = new LinkedList<PastTransaction>());
            list.AddLast(transaction);
        }
    }

    private void ForgetOldest()
    {
        if (!_blocks.Remove(_firstSlot++, out PastBlock? oldest))
            return;
        for (int i = 0; i < oldest.Records.Count; i++)
            Forget(oldest.Records.View(i));
    }

    private void Forget(RecordView record)
    {
        _transactions.Remove(record.Id);
        for (int i = 0; i < record.AccountCount; i++)
        {
            // Lists are in block order, so the oldest block's transactions are at the front.
            Address account = record.AccountKey(i);
            LinkedList<PastTransaction> list = _byAccount[account];
            list.RemoveFirst();
            if (list.Count == 0)
                _byAccount.Remove(account);
        }
    }

    private T Locked<T>(Func<T> read)
    {
        lock (_lock)
            return read();
    }
}

/// <summary>A durable block as clients ask for it later.</summary>
/// <param name="Header">What the hash commits to.</param>
/// <param name="Hash">The blockhash.</param>
/// <param name="Records">Its transactions in order.</param>
public sealed record PastBlock(BlockHeader Header, Hash256 Hash, BlockRecords Records);

/// <summary>A durable transaction and where it stands.</summary>
/// <param name="Block">Its block.</param>
/// <param name="Index">Its position in the block.</param>
public sealed record PastTransaction(PastBlock Block, int Index)
{
    /// <summary>Its outcome, made anew each time.</summary>
    public TransactionRecord Record => Block.Records[Index];

    /// <summary>Its outcome in place.</summary>
    public RecordView View => Block.Records.View(Index);

    public ulong Slot => Block.Header.Slot;
}
