namespace Velox.Svm;

/// <summary>Which messages were recorded already, so that none is executed twice.</summary>
public interface ITransactionHistory
{
    bool Contains(UInt128 fingerprint);

    /// <summary>Says that a message will soon be looked for. Unlike the others, any thread may call it; it changes nothing.</summary>
    void Prefetch(UInt128 fingerprint)
    {
    }

    /// <summary>Notes a message that is recorded in a slot.</summary>
    void Add(UInt128 fingerprint, ulong slot);
}
