using Velox.Primitives;

namespace Velox.Svm;

/// <summary>Instructions of SPL Token for accounts with one owner. Amounts are in atoms (smallest units).</summary>
public static class TokenInstructions
{
    /// <summary>Data bytes of a mint account.</summary>
    public const int MintSize = 82;

    /// <summary>Data bytes of a token account.</summary>
    public const int AccountSize = 165;

    /// <summary>Makes a created account of <see cref="MintSize"/> bytes a mint.</summary>
    public static Instruction InitializeMint2(
        Address mint, byte decimals, Address mintAuthority, Address? freezeAuthority = null) =>
        Build(
            AppendOption(
                Data(TokenInstructionTag.InitializeMint2).Byte(decimals).Address(mintAuthority), freezeAuthority),
            AccountMeta.Writable(mint));

    /// <summary>Makes a created account of <see cref="AccountSize"/> bytes a token account.</summary>
    public static Instruction InitializeAccount3(Address account, Address mint, Address owner) =>
        Build(
            Data(TokenInstructionTag.InitializeAccount3).Address(owner),
            AccountMeta.Writable(account), AccountMeta.Readonly(mint));

    /// <summary>Fixes the owner of an account for ever; comes before its initialisation.</summary>
    public static Instruction InitializeImmutableOwner(Address account) =>
        Build(Data(TokenInstructionTag.InitializeImmutableOwner), AccountMeta.Writable(account));

    public static Instruction MintTo(Address mint, Address destination, Address mintAuthority, ulong amount) =>
        Build(
            Data(TokenInstructionTag.MintTo).UInt64(amount),
            AccountMeta.Writable(mint), AccountMeta.Writable(destination), AccountMeta.ReadonlySigner(mintAuthority));

    public static Instruction MintToChecked(
        Address mint, Address destination, Address mintAuthority, ulong amount, byte decimals) =>
        Build(
            Data(TokenInstructionTag.MintToChecked).UInt64(amount).Byte(decimals),
            AccountMeta.Writable(mint), AccountMeta.Writable(destination), AccountMeta.ReadonlySigner(mintAuthority));

    /// <param name="source">Loses the amount.</param>
    /// <param name="destination">Gains the amount.</param>
    /// <param name="authority">Owner or delegate of the source.</param>
    /// <param name="amount">Atoms.</param>
    public static Instruction Transfer(Address source, Address destination, Address authority, ulong amount) =>
        Build(
            Data(TokenInstructionTag.Transfer).UInt64(amount),
            AccountMeta.Writable(source), AccountMeta.Writable(destination), AccountMeta.ReadonlySigner(authority));

    public static Instruction TransferChecked(
        Address source, Address mint, Address destination, Address authority, ulong amount, byte decimals) =>
        Build(
            Data(TokenInstructionTag.TransferChecked).UInt64(amount).Byte(decimals),
            AccountMeta.Writable(source),
            AccountMeta.Readonly(mint),
            AccountMeta.Writable(destination),
            AccountMeta.ReadonlySigner(authority));

    public static Instruction Approve(Address source, Address newDelegate, Address owner, ulong amount) =>
        Build(
            Data(TokenInstructionTag.Approve).UInt64(amount),
            AccountMeta.Writable(source), AccountMeta.Readonly(newDelegate), AccountMeta.ReadonlySigner(owner));

    public static Instruction ApproveChecked(
        Address source, Address mint, Address newDelegate, Address owner, ulong amount, byte decimals) =>
        Build(
            Data(TokenInstructionTag.ApproveChecked).UInt64(amount).Byte(decimals),
            AccountMeta.Writable(source),
            AccountMeta.Readonly(mint),
            AccountMeta.Readonly(newDelegate),
            AccountMeta.ReadonlySigner(owner));

    public static Instruction Revoke(Address source, Address owner) =>
        Build(
            Data(TokenInstructionTag.Revoke),
            AccountMeta.Writable(source), AccountMeta.ReadonlySigner(owner));

    /// <param name="account">A mint or a token account.</param>
    /// <param name="currentAuthority">Signs.</param>
    /// <param name="type">Which authority to replace.</param>
    /// <param name="newAuthority">Null removes the authority for ever.</param>
    public static Instruction SetAuthority(
        Address account, Address currentAuthority, TokenAuthorityType type, Address? newAuthority) =>
        Build(
            AppendOption(Data(TokenInstructionTag.SetAuthority).Byte((byte)type), newAuthority),
            AccountMeta.Writable(account), AccountMeta.ReadonlySigner(currentAuthority));

    public static Instruction Burn(Address account, Address mint, Address authority, ulong amount) =>
        Build(
            Data(TokenInstructionTag.Burn).UInt64(amount),
            AccountMeta.Writable(account), AccountMeta.Writable(mint), AccountMeta.ReadonlySigner(authority));

    public static Instruction BurnChecked(
        Address account, Address mint, Address authority, ulong amount, byte decimals) =>
        Build(
            Data(TokenInstructionTag.BurnChecked).UInt64(amount).Byte(decimals),
            AccountMeta.Writable(account), AccountMeta.Writable(mint), AccountMeta.ReadonlySigner(authority));

    /// <summary>Closes an empty token account; its lamports go to <paramref name="destination"/>.</summary>
    public static Instruction CloseAccount(Address account, Address destination, Address authority) =>
        Build(
            Data(TokenInstructionTag.CloseAccount),
            AccountMeta.Writable(account), AccountMeta.Writable(destination), AccountMeta.ReadonlySigner(authority));

    public static Instruction FreezeAccount(Address account, Address mint, Address freezeAuthority) =>
        Build(
            Data(TokenInstructionTag.FreezeAccount),
            AccountMeta.Writable(account), AccountMeta.Readonly(mint), AccountMeta.ReadonlySigner(freezeAuthority));

    public static Instruction ThawAccount(Address account, Address mint, Address freezeAuthority) =>
        Build(
            Data(TokenInstructionTag.ThawAccount),
            AccountMeta.Writable(account), AccountMeta.Readonly(mint), AccountMeta.ReadonlySigner(freezeAuthority));

    /// <summary>Sets a wrapped-SOL account's amount to the lamports it holds beyond its rent.</summary>
    public static Instruction SyncNative(Address account) =>
        Build(Data(TokenInstructionTag.SyncNative), AccountMeta.Writable(account));

    /// <summary>Asks for the data bytes of a token account of this mint; the answer is a u64 in the return data.</summary>
    public static Instruction GetAccountDataSize(Address mint) =>
        Build(Data(TokenInstructionTag.GetAccountDataSize), AccountMeta.Readonly(mint));

    private static DataWriter Data(TokenInstructionTag tag) => new DataWriter().Byte((byte)tag);

    // An optional address is one byte 0, or one byte 1 and the address.
    private static DataWriter AppendOption(DataWriter data, Address? address) =>
        address is { } present ? data.Byte(1).Address(present) : data.Byte(0);

    private static Instruction Build(DataWriter data, params AccountMeta[] accounts) =>
        new(ProgramIds.Token, accounts, data.ToArray());
}
