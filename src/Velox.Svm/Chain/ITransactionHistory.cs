using Velox.Primitives;

namespace Velox.Svm;

/// <summary>Which messages were recorded already, so that none is executed twice.</summary>
public interface ITransactionHistory
{
    bool Contains(Hash256 messageHash);

    /// <summary>Notes a message that is recorded in a slot.</summary>
    void Add(Hash256 messageHash, ulong slot);
}
