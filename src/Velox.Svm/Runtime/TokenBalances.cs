using System.Runtime.InteropServices;
using Velox.State;

namespace Velox.Svm;

/// <summary>Reads the token accounts among a transaction's accounts, for its meta (Agave svm, transaction_balances.rs).</summary>
internal static class TokenBalances
{
    // SPL Token account: TokenAccountHead, ... state at byte 108 (0 = uninitialised); 165 bytes in all. Token-2022 may
    // have more: the kind of account, and extensions.
    private const int TokenAccountSize = TokenAccount.Size;
    private const int StateOffset = 108;
    private const byte AccountKind = 2;

    /// <summary>Collects them; there are none in a transaction that names no token program, nor is a called program one.</summary>
    /// <param name="accounts">The transaction's accounts.</param>
    /// <param name="view">Its message.</param>
    /// <param name="balances">Room for one for each account.</param>
    /// <returns>How many there are.</returns>
    internal static int Collect(TransactionAccounts accounts, in TransactionView view, Span<RecordedTokens> balances)
    {
        if (!accounts.Keys.Names(KeyRoles.TokenProgram))
            return 0;
        int count = 0;
        for (int i = 0; i < accounts.Count; i++)
        {
            Account account = accounts.Accounts[i];
            bool isToken2022 = account.IsOwnedBy(in ProgramIds.Token2022);
            if ((!isToken2022 && !account.IsOwnedBy(in ProgramIds.Token)) || !IsTokenAccount(account, isToken2022) || IsCalled(in view, i))
                continue;
            ref RecordedTokens recorded = ref balances[count++];
            recorded.Head = MemoryMarshal.Read<TokenAccountHead>(account.Data.Bytes);
            recorded.AccountIndex = (ushort)i;
            recorded.IsToken2022 = isToken2022;
        }

        return count;
    }

    private static bool IsTokenAccount(Account account, bool isToken2022)
    {
        int length = account.DataLength;
        if (length < TokenAccountSize)
            return false;
        ReadOnlySpan<byte> data = account.Data.Bytes;
        bool isOfKind = length == TokenAccountSize
            || (isToken2022 && length != TokenMultisig.Size && data[TokenAccountSize] == AccountKind);
        return isOfKind && data[StateOffset] != 0;
    }

    private static bool IsCalled(in TransactionView view, int index)
    {
        for (int i = 0; i < view.InstructionCount; i++)
        {
            if (view.ProgramIndex(i) == index)
                return true;
        }

        return false;
    }
}
