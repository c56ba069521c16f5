namespace Velox.Node;

/// <summary>Why a ledger cannot be used.</summary>
public enum LedgerFault
{
    /// <summary>Another process (or another node of this one) has the ledger open.</summary>
    InUse,

    /// <summary>The ledger's directory cannot be created, or not be written.</summary>
    NoDirectory,

    /// <summary>There is no journal in the ledger's directory.</summary>
    NoJournal,

    /// <summary>The file does not begin as a journal does.</summary>
    NotAJournal,

    /// <summary>The journal was written in another format.</summary>
    UnsupportedVersion,

    /// <summary>The journal's header fails its checksum.</summary>
    CorruptHeader,

    /// <summary>A record before the last one is damaged.</summary>
    CorruptMiddle,

    /// <summary>A record passes its checksum but holds no well-formed block, or not the one whose turn it is.</summary>
    MalformedBlock,

    /// <summary>
    /// The genesis names other keys than the ledger directory holds, or has other accounts or features than are given.
    /// </summary>
    OtherGenesis,

    /// <summary>A key file of the ledger is missing or unreadable.</summary>
    MissingKey,

    /// <summary>Executing the blocks again gives something else than they say.</summary>
    ReplayMismatch,

    /// <summary>The disk took no further block: full, gone or broken.</summary>
    WriteFailed,
}

/// <summary>A ledger that is refused; the message names the file or slot, what is wrong, and the remedy.</summary>
public sealed class LedgerException : Exception
{
    public LedgerException(LedgerFault fault, string message, Exception? innerException = null)
        : base(message, innerException) => Fault = fault;

    public LedgerFault Fault { get; }
}
