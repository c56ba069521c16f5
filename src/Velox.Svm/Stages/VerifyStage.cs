using Velox.Cryptography;

namespace Velox.Svm;

/// <summary>Stage 1: parse, sanitise, check every signature under the strict rule, take the message's fingerprint.</summary>
/// <remarks>
/// Transactions do not depend on each other here, so workers share the batch, a run of neighbours each, and a worker checks the
/// signatures of its run in vectors.
/// </remarks>
public sealed class VerifyStage(int workers)
{
    // Made when first needed: a checker holds some megabytes.
    private readonly SignatureChecker?[] _checkers = new SignatureChecker?[workers];

    public StageCounters Counters { get; } = new("verify");

    public void Run(IReadOnlyList<InFlightTransaction> batch)
    {
        int runs = Math.Min(_checkers.Length, batch.Count);
        if (runs <= 1)
        {
            CheckRun(batch, 0, 1);
            return;
        }

        Parallel.For(0, runs, new ParallelOptions { MaxDegreeOfParallelism = runs }, run => CheckRun(batch, run, runs));
    }

    /// <summary>Parses and sanitises, but checks no signature.</summary>
    public static void Decode(IReadOnlyList<InFlightTransaction> batch)
    {
        for (int i = 0; i < batch.Count; i++)
        {
            if (batch[i].TryParse())
                batch[i].ReadMessage();
        }
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

        transaction.ReadMessage();
    }

    private void CheckRun(IReadOnlyList<InFlightTransaction> batch, int run, int runs)
    {
        int start = (int)((long)batch.Count * run / runs);
        int end = (int)((long)batch.Count * (run + 1) / runs);
        SignatureChecker checker = _checkers[run] ??= new SignatureChecker();
        checker.Verify(batch, start, end);
    }
}
