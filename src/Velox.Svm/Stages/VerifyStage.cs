using System.Security.Cryptography;
using Velox.Cryptography;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>Stage 1: parse, sanitise, check every signature under the strict rule, hash the message.</summary>
/// <remarks>Transactions do not depend on each other here, so workers share the batch.</remarks>
public sealed class VerifyStage(int workers)
{
    public StageCounters Counters { get; } = new("verify");

    public void Run(IReadOnlyList<InFlightTransaction> batch) => WorkerLoop.ForEach(batch, workers, Verify);

    /// <summary>Checks one transaction; on failure its rejection says why.</summary>
    public static void Verify(InFlightTransaction transaction)
    {
        if (!transaction.TryParse())
            return;

        ref readonly TransactionView view = ref transaction.View;
        for (int i = 0; i < view.SignatureCount; i++)
        {
            if (Ed25519.Verify(view.StaticKey(i).Span, view.Signature(i).Span, view.Message))
                continue;
            transaction.Rejection = TransactionErrorKind.SignatureFailure;
            return;
        }

        Span<byte> digest = stackalloc byte[Hash256.Size];
        SHA256.HashData(view.Message, digest);
        transaction.MessageHash = new Hash256(digest);
    }
}
