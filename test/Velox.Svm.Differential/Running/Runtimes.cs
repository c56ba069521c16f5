using Velox.Primitives;

namespace Velox.Svm.Differential;

/// <summary>Our runtimes.</summary>
public static class Runtimes
{
    /// <summary>
    /// The environment; where blockhashes are checked the executor, since LiteSVM knows one blockhash, and its durable nonces
    /// advance by another.
    /// </summary>
    public static IRuntime Create(LiteSvmPeer peer, PeerOptions options, Hash256 blockhash) => options.CheckBlockhashes
        ? new ExecutorRuntime(peer, options, blockhash)
        : new EnvironmentRuntime(peer, options);
}
