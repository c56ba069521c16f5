using Velox.Primitives;

namespace Velox.Svm;

/// <summary>A transaction on its way through the six stages; each stage fills in its part.</summary>
/// <param name="bytes">The serialized transaction; not to be changed any more.</param>
/// <param name="receivedNanos">When it entered, on the monotonic clock; for latency metrics only.</param>
public sealed class InFlightTransaction(byte[] bytes, long receivedNanos = 0)
{
    private TransactionView _view;
    private MessageReading? _reading;

    public byte[] Bytes { get; } = bytes;

    public long ReceivedNanos { get; } = receivedNanos;

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

    /// <summary>What the message says by itself; made by stage 1, or else when first asked for.</summary>
    internal MessageReading Reading => _reading ??= MessageReading.Of(in _view);

    public ComputeBudget Budget { get; internal set; } = ComputeBudget.Default;

    /// <summary>The addresses of its accounts, in key order; set by stage 2.</summary>
    internal Address[] Keys { get; set; } = [];

    /// <summary>Its accounts and rights; set by stage 2.</summary>
    public TransactionAccounts? Accounts { get; internal set; }

    /// <summary>Position of the nonce account whose nonce it states; -1 when it names a recent blockhash. Set by stage 2.</summary>
    internal int NonceIndex { get; set; } = -1;

    internal bool HasNonce => NonceIndex >= 0;

    /// <summary>Its outcome; set by stage 4, null when the fee could not be taken.</summary>
    public TransactionRecord? Record { get; internal set; }

    /// <summary>
    /// The last transaction with the same message that came before it in its batch; set by stage 2. Both write the fee
    /// payer, so stage 4 runs it after that one.
    /// </summary>
    internal InFlightTransaction? EarlierCopy { get; set; }

    /// <summary>Whether its message is part of the block: by itself or by an earlier copy. Valid after stage 4.</summary>
    internal bool IsMessageRecorded { get; set; }

    /// <summary>The end of stage 1 for a transaction that passed it: what can be known without state.</summary>
    internal void ReadMessage()
    {
        Fingerprint = MessageFingerprint.Shared.Of(_view.Message);
        _ = Reading;
    }

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
}
