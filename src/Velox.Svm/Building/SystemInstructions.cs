using System.Text;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>Instructions of the system program: accounts, lamports and durable nonces.</summary>
public static class SystemInstructions
{
    /// <summary>Creates an account of <paramref name="space"/> zero bytes. Both accounts sign.</summary>
    public static Instruction CreateAccount(
        Address payer, Address newAccount, ulong lamports, ulong space, Address owner) =>
        Build(
            Data(SystemInstructionTag.CreateAccount).UInt64(lamports).UInt64(space).Address(owner),
            AccountMeta.WritableSigner(payer), AccountMeta.WritableSigner(newAccount));

    /// <summary>Gives an account of the system program to another program.</summary>
    public static Instruction Assign(Address account, Address owner) =>
        Build(Data(SystemInstructionTag.Assign).Address(owner), AccountMeta.WritableSigner(account));

    public static Instruction Transfer(Address from, Address to, ulong lamports) =>
        Build(
            Data(SystemInstructionTag.Transfer).UInt64(lamports),
            AccountMeta.WritableSigner(from), AccountMeta.Writable(to));

    /// <summary>Gives an empty account of the system program <paramref name="space"/> zero bytes.</summary>
    public static Instruction Allocate(Address account, ulong space) =>
        Build(Data(SystemInstructionTag.Allocate).UInt64(space), AccountMeta.WritableSigner(account));

    /// <summary>Creates the account whose address is SHA-256(base, seed, owner).</summary>
    /// <param name="payer">Pays the lamports.</param>
    /// <param name="newAccount">The derived address.</param>
    /// <param name="baseKey">Signs in the place of the new account.</param>
    /// <param name="seed">At most 32 bytes of UTF-8; the program refuses more.</param>
    /// <param name="lamports">Balance of the new account.</param>
    /// <param name="space">Data bytes of the new account.</param>
    /// <param name="owner">Owner of the new account.</param>
    public static Instruction CreateAccountWithSeed(
        Address payer, Address newAccount, Address baseKey, string seed, ulong lamports, ulong space, Address owner)
    {
        DataWriter data = Data(SystemInstructionTag.CreateAccountWithSeed).Address(baseKey);
        AppendSeed(data, seed).UInt64(lamports).UInt64(space).Address(owner);
        // A payer that is also the base signs once, as the first account.
        return baseKey == payer
            ? Build(data, AccountMeta.WritableSigner(payer), AccountMeta.Writable(newAccount))
            : Build(
                data,
                AccountMeta.WritableSigner(payer),
                AccountMeta.Writable(newAccount),
                AccountMeta.ReadonlySigner(baseKey));
    }

    /// <summary>Makes a created account of 80 bytes a durable nonce. The authority need not sign.</summary>
    public static Instruction InitializeNonceAccount(Address nonceAccount, Address authority) =>
        Build(
            Data(SystemInstructionTag.InitializeNonceAccount).Address(authority),
            AccountMeta.Writable(nonceAccount),
            AccountMeta.Readonly(SysvarIds.RecentBlockhashes),
            AccountMeta.Readonly(SysvarIds.Rent));

    /// <summary>Advances the nonce; as the first instruction it makes the transaction a durable one.</summary>
    public static Instruction AdvanceNonceAccount(Address nonceAccount, Address authority) =>
        Build(
            Data(SystemInstructionTag.AdvanceNonceAccount),
            AccountMeta.Writable(nonceAccount),
            AccountMeta.Readonly(SysvarIds.RecentBlockhashes),
            AccountMeta.ReadonlySigner(authority));

    public static Instruction WithdrawNonceAccount(
        Address nonceAccount, Address authority, Address to, ulong lamports) =>
        Build(
            Data(SystemInstructionTag.WithdrawNonceAccount).UInt64(lamports),
            AccountMeta.Writable(nonceAccount),
            AccountMeta.Writable(to),
            AccountMeta.Readonly(SysvarIds.RecentBlockhashes),
            AccountMeta.Readonly(SysvarIds.Rent),
            AccountMeta.ReadonlySigner(authority));

    public static Instruction AuthorizeNonceAccount(Address nonceAccount, Address authority, Address newAuthority) =>
        Build(
            Data(SystemInstructionTag.AuthorizeNonceAccount).Address(newAuthority),
            AccountMeta.Writable(nonceAccount), AccountMeta.ReadonlySigner(authority));

    /// <summary>Makes a legacy nonce a current one. Nobody need sign.</summary>
    public static Instruction UpgradeNonceAccount(Address nonceAccount) =>
        Build(Data(SystemInstructionTag.UpgradeNonceAccount), AccountMeta.Writable(nonceAccount));

    /// <summary>As <see cref="CreateAccount"/>, for an account that may hold lamports already.</summary>
    /// <param name="payer">Signs, unless no lamports are to be added.</param>
    /// <param name="newAccount">Signs.</param>
    /// <param name="lamports">What is added to its balance; 0 or more.</param>
    /// <param name="space">Data bytes of the new account.</param>
    /// <param name="owner">Owner of the new account.</param>
    public static Instruction CreateAccountAllowPrefund(
        Address payer, Address newAccount, ulong lamports, ulong space, Address owner)
    {
        DataWriter data =
            Data(SystemInstructionTag.CreateAccountAllowPrefund).UInt64(lamports).UInt64(space).Address(owner);
        return lamports > 0
            ? Build(data, AccountMeta.WritableSigner(newAccount), AccountMeta.WritableSigner(payer))
            : Build(data, AccountMeta.WritableSigner(newAccount));
    }

    private static DataWriter Data(SystemInstructionTag tag) => new DataWriter().UInt32((uint)tag);

    // Text is a u64 byte count and UTF-8, as bincode writes it.
    private static DataWriter AppendSeed(DataWriter data, string seed)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(seed);
        return data.UInt64((ulong)bytes.Length).Bytes(bytes);
    }

    private static Instruction Build(DataWriter data, params AccountMeta[] accounts) =>
        new(ProgramIds.System, accounts, data.ToArray());
}
