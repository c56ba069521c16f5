using System.Security.Cryptography;
using Velox.Cryptography;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>Stage 1: parse, sanitise, check every signature under the strict rule, hash the message.</summary>
/// <remarks>
/// Transactions do not depend on each other here, so workers share the batch, a run of neighbours each, and a worker checks the
/// signatures of its run in vectors.
/// </remarks>
public sealed class VerifyStage
{
    private readonly SignatureChecker[] _checkers;

    public VerifyStage(int workers)
    {
        _checkers = new SignatureChecker[workers];
        for (int i = 0; i < workers; i++)
            _checkers[i] = new SignatureChecker();
    }

    public StageCounters Counters { get; } = new("verify");

    public void Run(IReadOnlyList<InFlightTransaction> batch)
    {
        int workers = Math.Min(_checkers.Length, batch.Count);
        if (workers <= 1)
        {
            _checkers[0].Verify(batch, 0, batch.Count);
            return;
        }

        Parallel.For(0, workers, new ParallelOptions { MaxDegreeOfParallelism = workers }, worker =>
        {
            int start = (int)((long)batch.Count * worker / workers);
            int end = (int)((long)batch.Count * (worker + 1) / workers);
            _checkers[worker].Verify(batch, start, end);
        });
    }

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

        HashMessage(transaction);
    }

    internal static void HashMessage(InFlightTransaction transaction)
    {
        Span<byte> digest = stackalloc byte[Hash256.Size];
        SHA256.HashData(transaction.View.Message, digest);
        transaction.MessageHash = new Hash256(digest);
    }
}
