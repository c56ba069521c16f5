namespace Velox.Svm;

/// <summary>Solana's wording of transaction errors (solana-sdk, transaction-error); clients match on it.</summary>
internal static class TransactionErrorText
{
    internal static string Describe(TransactionError error) => error.Kind switch
    {
        TransactionErrorKind.None => "no error",
        TransactionErrorKind.InstructionError => $"Error processing Instruction {error.Index}: {error.Instruction}",
        TransactionErrorKind.DuplicateInstruction =>
            $"Transaction contains a duplicate instruction ({error.Index}) that is not allowed",
        TransactionErrorKind.InsufficientFundsForRent =>
            $"Transaction results in an account ({error.Index}) with insufficient funds for rent",
        TransactionErrorKind.ProgramExecutionTemporarilyRestricted =>
            $"Execution of the program referenced by account at index {error.Index} is temporarily restricted.",
        TransactionErrorKind.AccountInUse => "Account in use",
        TransactionErrorKind.AccountLoadedTwice => "Account loaded twice",
        TransactionErrorKind.AccountNotFound => "Attempt to debit an account but found no record of a prior credit.",
        TransactionErrorKind.ProgramAccountNotFound => "Attempt to load a program that does not exist",
        TransactionErrorKind.InsufficientFundsForFee => "Insufficient funds for fee",
        TransactionErrorKind.InvalidAccountForFee => "This account may not be used to pay transaction fees",
        TransactionErrorKind.AlreadyProcessed => "This transaction has already been processed",
        TransactionErrorKind.BlockhashNotFound => "Blockhash not found",
        TransactionErrorKind.CallChainTooDeep => "Loader call chain is too deep",
        TransactionErrorKind.MissingSignatureForFee => "Transaction requires a fee but has no signature present",
        TransactionErrorKind.InvalidAccountIndex => "Transaction contains an invalid account reference",
        TransactionErrorKind.SignatureFailure => "Transaction did not pass signature verification",
        TransactionErrorKind.InvalidProgramForExecution => "This program may not be used for executing instructions",
        TransactionErrorKind.SanitizeFailure => "Transaction failed to sanitize accounts offsets correctly",
        TransactionErrorKind.ClusterMaintenance => "Transactions are currently disabled due to cluster maintenance",
        TransactionErrorKind.AccountBorrowOutstanding =>
            "Transaction processing left an account with an outstanding borrowed reference",
        TransactionErrorKind.WouldExceedMaxBlockCostLimit => "Transaction would exceed max Block Cost Limit",
        TransactionErrorKind.UnsupportedVersion => "Transaction version is unsupported",
        TransactionErrorKind.InvalidWritableAccount => "Transaction loads a writable account that cannot be written",
        TransactionErrorKind.WouldExceedMaxAccountCostLimit =>
            "Transaction would exceed max account limit within the block",
        TransactionErrorKind.WouldExceedAccountDataBlockLimit =>
            "Transaction would exceed account data limit within the block",
        TransactionErrorKind.TooManyAccountLocks => "Transaction locked too many accounts",
        TransactionErrorKind.AddressLookupTableNotFound =>
            "Transaction loads an address table account that doesn't exist",
        TransactionErrorKind.InvalidAddressLookupTableOwner =>
            "Transaction loads an address table account with an invalid owner",
        TransactionErrorKind.InvalidAddressLookupTableData =>
            "Transaction loads an address table account with invalid data",
        TransactionErrorKind.InvalidAddressLookupTableIndex => "Transaction address table lookup uses an invalid index",
        TransactionErrorKind.InvalidRentPayingAccount =>
            "Transaction leaves an account with a lower balance than rent-exempt minimum",
        TransactionErrorKind.WouldExceedMaxVoteCostLimit => "Transaction would exceed max Vote Cost Limit",
        TransactionErrorKind.WouldExceedAccountDataTotalLimit => "Transaction would exceed total account data limit",
        TransactionErrorKind.MaxLoadedAccountsDataSizeExceeded =>
            "Transaction exceeded max loaded accounts data size cap",
        TransactionErrorKind.InvalidLoadedAccountsDataSizeLimit =>
            "LoadedAccountsDataSizeLimit set for transaction must be greater than 0.",
        TransactionErrorKind.ResanitizationNeeded => "ResanitizationNeeded",
        TransactionErrorKind.UnbalancedTransaction =>
            "Sum of account balances before and after transaction do not match",
        TransactionErrorKind.ProgramCacheHitMaxLimit => "Program cache hit max limit",
        TransactionErrorKind.CommitCancelled => "CommitCancelled",
        _ => $"unknown transaction error {(byte)error.Kind}",
    };
}
