using Velox.Primitives;

namespace Velox.Svm;

/// <summary>A transaction on its way through the six stages; each stage fills in its part.</summary>
/// <remarks>
/// It may serve one transaction after the other (<see cref="Reset"/>): its memory grows to the largest one, and nothing is allocated
/// for a transaction then.
/// </remarks>
public sealed class InFlightTransaction
{
    private readonly AccessSet _keys = new();
    private readonly TransactionAccounts _loaded;
    private TransactionView _view;

    // What its compute budget instructions ask for, read with RequestError; and what it is granted.
    private ComputeBudgetRequest _request;
    private ComputeBudget _budget = ComputeBudget.Default;
    private TransactionRecord? _record;
    private bool _isRead;
    private bool _isTaken;

    /// <param name="bytes">The serialized transaction; not to be changed any more.</param>
    /// <param name="receivedNanos">When it entered, on the monotonic clock; for latency metrics only.</param>
    public InFlightTransaction(byte[] bytes, long receivedNanos = 0)
    {
        _loaded = new TransactionAccounts(_keys);
        Bytes = bytes;
        ReceivedNanos = receivedNanos;
    }

    /// <summary>The serialized transaction.</summary>
    public byte[] Bytes { get; private set; }

    /// <summary>When it entered, on the monotonic clock.</summary>
    public long ReceivedNanos { get; private set; }

    /// <summary>Why it left the pipeline before it could be recorded in a block; none while it is alive.</summary>
    public TransactionError Rejection { get; internal set; }

    /// <summary>The parse error behind a SanitizeFailure.</summary>
    public WireError WireError { get; internal set; }

    public bool IsAlive => !Rejection.IsError;

    /// <summary>The parsed form; valid once stage 1 has passed it.</summary>
    public ref readonly TransactionView View => ref _view;

    /// <summary>The first signature, the id by which clients know it; valid once parsed.</summary>
    public Signature Id { get; private set; }

    /// <summary>The message's fingerprint: the key under which duplicates are found. Set by stage 1.</summary>
    internal UInt128 Fingerprint { get; set; }

    /// <summary>A malformed or repeated compute budget instruction; read by stage 1, or else when first asked for.</summary>
    internal TransactionError RequestError { get; private set; }

    public ComputeBudget Budget
    {
        get => _budget;
        internal set => _budget = value;
    }

    /// <summary>The addresses of its accounts and its rights: what the message says by itself after stage 1, all of them after stage 2.</summary>
    internal AccessSet Keys => _keys;

    /// <summary>Its accounts and rights; set by stage 2.</summary>
    public TransactionAccounts? Accounts { get; internal set; }

    /// <summary>Position of the nonce account whose nonce it states; -1 when it names a recent blockhash. Set by stage 2.</summary>
    internal int NonceIndex { get; set; } = -1;

    internal bool HasNonce => NonceIndex >= 0;

    /// <summary>Where its outcome is kept; none when the fee could not be taken. Set by stage 4.</summary>
    internal RecordPlace Place { get; set; }

    /// <summary>Whether it has an outcome that is part of a block. Valid after stage 4.</summary>
    public bool IsRecorded => !Place.IsNone;

    /// <summary>The recorded error; valid when it <see cref="IsRecorded"/>.</summary>
    public TransactionError Error => RecordView.Error;

    /// <summary>Its outcome in place; valid when it <see cref="IsRecorded"/>.</summary>
    public RecordView RecordView => new(Bytes, Place);

    /// <summary>Its outcome, made of <see cref="RecordView"/> when first asked for; null when the fee could not be taken.</summary>
    public TransactionRecord? Record => _record ??= IsRecorded ? RecordView.ToRecord() : null;

    /// <summary>
    /// The last transaction with the same message that came before it in its batch; set by stage 2. Both write the fee
    /// payer, so stage 4 runs it after that one.
    /// </summary>
    internal InFlightTransaction? EarlierCopy { get; set; }

    /// <summary>Whether its message is part of the block: by itself or by an earlier copy. Valid after stage 4.</summary>
    internal bool IsMessageRecorded { get; set; }

    /// <summary>Begins again with another transaction. Nobody may still look at the one before.</summary>
    /// <param name="bytes">The serialized transaction; not to be changed any more.</param>
    /// <param name="receivedNanos">When it entered, on the monotonic clock; for latency metrics only.</param>
    public void Reset(byte[] bytes, long receivedNanos = 0)
    {
        Bytes = bytes;
        ReceivedNanos = receivedNanos;
        Rejection = default;
        WireError = default;
        Budget = ComputeBudget.Default;
        Accounts = null;
        NonceIndex = -1;
        Place = default;
        EarlierCopy = null;
        IsMessageRecorded = false;
        _record = null;
        _isRead = false;
        _isTaken = false;
    }

    /// <summary>The beginning of its way; false when it has begun already: then it is in two places at once.</summary>
    internal bool TryTake()
    {
        bool isFirst = !_isTaken;
        _isTaken = true;
        return isFirst;
    }

    /// <summary>It has not begun its way after all.</summary>
    internal void GiveBack() => _isTaken = false;

    /// <summary>
    /// What its message asks for, judged with mainnet's features; false where stage 1 rejected it, or stage 2 will for what it asks.
    /// Valid after stage 1.
    /// </summary>
    public bool TryReadBudget(out ComputeBudget budget)
    {
        budget = ComputeBudget.Default;
        return IsAlive && !RequestError.IsError && !_request.TryGrant(in _view, FeatureSet.Mainnet, out budget).IsError;
    }

    /// <summary>Sets the budget that it is granted. Errors as <see cref="ComputeBudgetRequest.TryGrant"/>.</summary>
    internal TransactionError TryGrantBudget(FeatureSet features) => _request.TryGrant(in _view, features, out _budget);

    internal bool TryParse()
    {
        WireError = TransactionView.TryParse(Bytes, out _view);
        if (WireError != WireError.None)
        {
            Rejection = WireError == WireError.UnsupportedVersion
                ? TransactionErrorKind.UnsupportedVersion
                : TransactionErrorKind.SanitizeFailure;
            return false;
        }

        Id = _view.Signature(0);
        return true;
    }

    /// <summary>Whether it passed stage 1, its signatures too, as far as these are asked for.</summary>
    internal bool IsRead => _isRead;

    /// <summary>The end of stage 1 for a transaction that passed it: what can be known without state.</summary>
    internal void ReadMessage()
    {
        Fingerprint = MessageFingerprint.Shared.Of(_view.Message);
        EnsureRead();
    }

    /// <summary>Reads what the message says by itself of its budget and its accounts, unless that was done.</summary>
    internal void EnsureRead()
    {
        if (_isRead)
            return;
        _isRead = true;
        RequestError = ComputeBudgetRequest.TryRead(in _view, out _request);
        _keys.Read(in _view);
    }

    /// <summary>The accounts of <see cref="Keys"/>, for stage 2 to fill in.</summary>
    internal TransactionAccounts BeginLoading()
    {
        _loaded.MakeRoom();
        return _loaded;
    }

    /// <summary>The accounts that stage 2 has begun to fill in.</summary>
    internal TransactionAccounts Loading => _loaded;
}
