using Velox.Cryptography;

namespace Velox.Svm;

/// <summary>Stage 1 of single transactions: parse, sanitise, check every signature under the strict rule, read the message.</summary>
internal static class VerifyStage
{
    /// <summary>Checks one transaction; on failure its rejection says why.</summary>
    internal static void Verify(InFlightTransaction transaction)
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

    /// <summary>Parses and sanitises, but checks no signature.</summary>
    internal static void Decode(InFlightTransaction transaction)
    {
        if (transaction.TryParse())
            transaction.ReadMessage();
    }
}
