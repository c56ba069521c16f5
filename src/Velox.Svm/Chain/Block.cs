using Velox.Primitives;
using Velox.State;

namespace Velox.Svm;

/// <summary>A finished block: header, transactions with their outcomes, and what it changed.</summary>
/// <param name="Header">What the hash commits to.</param>
/// <param name="Hash">The header's hash.</param>
/// <param name="Records">Transactions in order.</param>
/// <param name="Changed">Every account it changed, as it left them.</param>
public sealed record Block(
    BlockHeader Header, Hash256 Hash, BlockRecords Records, IReadOnlyList<AccountSnapshot> Changed);
