using System.Buffers.Binary;
using Velox.Primitives;
using Velox.State;

namespace Velox.Svm;

/// <summary>Reads the token accounts among a transaction's accounts, for its meta.</summary>
internal static class TokenBalances
{
    // SPL Token account: mint 32, owner 32, amount u64, ... state at byte 108 (0 = uninitialised); 165 bytes in all.
    private const int TokenAccountSize = 165;
    private const int StateOffset = 108;

    /// <summary>Collects them.</summary>
    /// <param name="accounts">The transaction's accounts.</param>
    /// <param name="balances">Room for one for each account.</param>
    /// <returns>How many there are.</returns>
    internal static int Collect(TransactionAccounts accounts, Span<TokenBalance> balances)
    {
        int count = 0;
        for (int i = 0; i < accounts.Count; i++)
        {
            Account account = accounts.Accounts[i];
            if (account.DataLength != TokenAccountSize || !account.IsOwnedBy(in ProgramIds.Token))
                continue;
            ReadOnlySpan<byte> data = account.Data.Bytes;
            if (data[StateOffset] == 0)
                continue;
            balances[count++] = new TokenBalance(
                i, new Address(data[..32]), new Address(data.Slice(32, 32)), BinaryPrimitives.ReadUInt64LittleEndian(data[64..]));
        }

        return count;
    }
}
