using Velox.Primitives;

namespace Velox.Svm;

/// <summary>What a simulation must know of the chain beside its accounts.</summary>
public interface ISimulatedChain
{
    /// <summary>The block that a transaction sent now would come into.</summary>
    BlockContext NextBlock { get; }

    /// <summary>Whether a transaction may still name this hash.</summary>
    bool IsRecentBlockhash(Hash256 blockhash);

    /// <summary>Whether a block has this transaction already.</summary>
    bool IsRecorded(Signature transactionId);
}
