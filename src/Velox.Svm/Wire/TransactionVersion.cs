namespace Velox.Svm;

/// <summary>The transaction formats that are accepted.</summary>
public enum TransactionVersion : byte
{
    /// <summary>No version byte and no address table lookups.</summary>
    Legacy,

    /// <summary>Version byte 0x80, address table lookups at the end of the message.</summary>
    Version0,
}
