using System.Buffers.Binary;
using Velox.State;

namespace Velox.Svm;

/// <summary>Takes the fee (Agave svm, account_loader.rs, validate_fee_payer).</summary>
internal static class FeePayer
{
    /// <summary>
    /// Takes the fee from the first account. Errors, in this order: AccountNotFound; InvalidAccountForFee (only an account of
    /// the system program without data, or a nonce account, pays); InsufficientFundsForFee (a nonce account keeps the rent
    /// minimum); InsufficientFundsForRent(0).
    /// </summary>
    internal static TransactionError Charge(TransactionAccounts accounts, ulong fee, FeatureSet features)
    {
        Account payer = accounts.Accounts[0];
        if (!payer.Exists)
            return TransactionErrorKind.AccountNotFound;
        bool isNonce = IsNonce(payer);
        if (payer.Owner != ProgramIds.System || !(isNonce || payer.DataLength == 0) || !accounts.Writables[0])
            return TransactionErrorKind.InvalidAccountForFee;
        UInt128 needed = (UInt128)fee + (isNonce ? Rent.MinimumBalance(NonceAccount.Size) : 0);
        if (payer.Lamports < needed)
            return TransactionErrorKind.InsufficientFundsForFee;

        var before = RentBalance.Of(payer);
        RentBalance after = before with { Lamports = payer.Lamports - fee };
        if (!Rent.IsChangeAllowed(before, after, features.Runtime.RelaxPostExecMinBalanceCheck))
            return TransactionErrorKind.InsufficientFundsForRent;
        payer.Lamports -= fee;
        return TransactionError.None;
    }

    /// <summary>Any version of a nonce will do, as long as it is initialised.</summary>
    private static bool IsNonce(Account account)
    {
        const int StateOffset = 4;
        if (account.DataLength != NonceAccount.Size)
            return false;
        ReadOnlySpan<byte> data = account.Data.Bytes;
        return BinaryPrimitives.ReadUInt32LittleEndian(data) <= 1
            && BinaryPrimitives.ReadUInt32LittleEndian(data[StateOffset..]) == 1;
    }
}
