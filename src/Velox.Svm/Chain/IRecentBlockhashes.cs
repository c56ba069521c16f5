using Velox.Primitives;

namespace Velox.Svm;

/// <summary>Which blockhashes a transaction may name.</summary>
public interface IRecentBlockhashes
{
    bool IsRecent(Hash256 blockhash);
}
