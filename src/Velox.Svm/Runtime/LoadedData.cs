using System.Buffers.Binary;
using Velox.Primitives;
using Velox.State;

namespace Velox.Svm;

/// <summary>How many bytes a transaction loads, as its limit counts them (SIMD-0186; Agave svm, account_loader.rs).</summary>
internal static class LoadedData
{
    /// <summary>What each lookup table counts, whatever its size: a full one.</summary>
    internal const int LookupTableBytes = AddressTable.HeaderSize + (256 * Address.Size);

    private const uint ProgramState = 2;
    private const int ProgramStateSize = sizeof(uint) + Address.Size;

    /// <summary>Bytes of accounts and lookup tables.</summary>
    /// <remarks>
    /// Each account counts 64 bytes beside its data. An absent one counts nothing, but the fee payer does even if its last
    /// lamports were the fee; nor does the instructions sysvar. The program data of an upgradeable program counts once, if it
    /// is not among the keys and exists.
    /// </remarks>
    /// <param name="view">The message.</param>
    /// <param name="accounts">Its accounts, the fee taken.</param>
    /// <param name="findProgramDataLength">Bytes in an account that is not among the keys; null for an absent one.</param>
    internal static long SizeOf(
        in TransactionView view, TransactionAccounts accounts, Func<Address, int?>? findProgramDataLength)
    {
        long bytes = (long)view.LookupCount * LookupTableBytes;
        List<Address>? counted = null;
        for (int i = 0; i < accounts.Count; i++)
        {
            Account account = accounts.Accounts[i];
            if ((i > 0 && !account.Exists) || account.Address == SysvarIds.Instructions)
                continue;
            bytes += TransactionExecutor.LoadedAccountOverheadBytes + account.Data.Length;
            if (findProgramDataLength is null
                || !TryGetProgramData(account, out Address programData)
                || accounts.IndexOf(programData) >= 0
                || counted?.Contains(programData) is true
                || findProgramDataLength(programData) is not { } length)
                continue;
            (counted ??= []).Add(programData);
            bytes += TransactionExecutor.LoadedAccountOverheadBytes + length;
        }

        return bytes;
    }

    /// <summary>The program-data account that a program of the upgradeable loader names.</summary>
    private static bool TryGetProgramData(Account account, out Address programData)
    {
        programData = default;
        ReadOnlySpan<byte> data = account.Data.Bytes;
        bool isProgram = account.Owner == ProgramIds.BpfLoaderUpgradeable
            && data.Length >= ProgramStateSize
            && BinaryPrimitives.ReadUInt32LittleEndian(data) == ProgramState;
        if (isProgram)
            programData = new Address(data.Slice(sizeof(uint), Address.Size));
        return isProgram;
    }
}
