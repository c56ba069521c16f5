using Velox.Primitives;
using Velox.State;

namespace Velox.Svm;

/// <summary>Transactions that state a durable nonce in the place of a recent blockhash.</summary>
/// <remarks>
/// Their first instruction advances the nonce, so that none runs twice. Where such a transaction fails, the nonce is advanced
/// all the same (Agave svm, transaction_processor.rs and rollback_accounts.rs).
/// </remarks>
internal static class DurableNonce
{
    /// <summary>
    /// The position of the nonce account, or -1 when the message is none of these: its first instruction must be the system
    /// program's AdvanceNonceAccount, whose first account must be a static key that is locked for writing.
    /// </summary>
    internal static int FindAccount(in TransactionView view, AccessSet keys)
    {
        if (view.InstructionCount == 0)
            return -1;
        InstructionView first = view.Instruction(0);
        bool isAdvance = view.StaticKey(first.ProgramIndex) == ProgramIds.System
            && first.Data is [(byte)SystemInstructionTag.AdvanceNonceAccount, 0, 0, 0, ..];
        if (!isAdvance || first.Accounts.IsEmpty)
            return -1;
        int index = first.Accounts[0];
        return index < view.StaticKeyCount && keys.Writables[index] ? index : -1;
    }

    /// <summary>
    /// Whether the nonce account still holds the transaction's nonce, can be advanced in this block, and has its authority
    /// among the signers of the first instruction. Error: BlockhashNotFound.
    /// </summary>
    /// <param name="transaction">One with a nonce account.</param>
    /// <param name="block">The block it runs in.</param>
    /// <param name="advanced">The state that the account gets whatever becomes of the transaction.</param>
    internal static TransactionErrorKind Check(
        InFlightTransaction transaction, BlockContext block, out NonceAccount advanced)
    {
        advanced = default;
        Account account = transaction.Accounts!.Accounts[transaction.NonceIndex];
        ref readonly TransactionView view = ref transaction.View;
        Hash256 next = NonceAccount.NonceOf(block.LastBlockhash);
        bool isUsable = account.Owner == ProgramIds.System
            && account.Data.Length == NonceAccount.Size
            && NonceAccount.TryRead(account.Data.Bytes, out advanced)
            && advanced is { IsCurrent: true, IsInitialized: true }
            && advanced.Nonce == view.RecentBlockhash
            && advanced.Nonce != next
            && IsSigner(in view, advanced.Authority);
        advanced = NonceAccount.Initialized(advanced.Authority, next);
        return isUsable ? TransactionErrorKind.None : TransactionErrorKind.BlockhashNotFound;
    }

    private static bool IsSigner(in TransactionView view, Address authority)
    {
        foreach (byte index in view.Instruction(0).Accounts)
        {
            if (index < view.RequiredSignatures && view.StaticKey(index) == authority)
                return true;
        }

        return false;
    }
}
