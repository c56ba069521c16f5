namespace Velox.Svm;

/// <summary>The transaction formats that are read.</summary>
public enum TransactionVersion : byte
{
    /// <summary>No version byte and no address table lookups.</summary>
    Legacy,

    /// <summary>Version byte 0x80 in front of the message, address table lookups at its end.</summary>
    Version0,

    /// <summary>
    /// Version byte 0x81 in front of all, up to 4,096 bytes, the compute budget in the message, no lookups, signatures at the
    /// end (SIMD-0385). Refused when it reaches a block, until feature enable_tx_v1 is on.
    /// </summary>
    Version1,
}
