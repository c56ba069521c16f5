using Velox.Primitives;

namespace Velox.Svm;

/// <summary>Instructions of loader v3: upload an ELF in parts into a buffer, then make a program of it or upgrade one.</summary>
public static class LoaderInstructions
{
    /// <summary>Makes a buffer of an account that the loader owns: 37 bytes and the ELF's.</summary>
    public static Instruction InitializeBuffer(Address buffer, Address authority) =>
        Build(Data(LoaderInstructionTag.InitializeBuffer), AccountMeta.Writable(buffer), AccountMeta.Readonly(authority));

    /// <param name="buffer">What to write into.</param>
    /// <param name="authority">Its authority; signs.</param>
    /// <param name="offset">Position in the ELF.</param>
    /// <param name="bytes">The whole instruction may be 1,232 bytes: about 1,000 here.</param>
    public static Instruction Write(Address buffer, Address authority, uint offset, ReadOnlySpan<byte> bytes) =>
        Build(
            Data(LoaderInstructionTag.Write).UInt32(offset).UInt64((ulong)bytes.Length).Bytes(bytes),
            AccountMeta.Writable(buffer), AccountMeta.ReadonlySigner(authority));

    /// <summary>Makes a program of a buffer. The program account exists: 36 bytes, owned by the loader.</summary>
    /// <param name="payer">Pays for the program data, and gets the buffer's lamports; signs.</param>
    /// <param name="program">The new program.</param>
    /// <param name="buffer">Holds the ELF.</param>
    /// <param name="authority">The buffer's authority, and the program's; signs.</param>
    /// <param name="maxDataLength">Bytes of room for this and later ELFs.</param>
    public static Instruction DeployWithMaxDataLen(
        Address payer, Address program, Address buffer, Address authority, ulong maxDataLength) =>
        Build(
            Data(LoaderInstructionTag.DeployWithMaxDataLen).UInt64(maxDataLength),
            AccountMeta.WritableSigner(payer),
            AccountMeta.Writable(LoaderState.ProgramDataAddress(program)),
            AccountMeta.Writable(program),
            AccountMeta.Writable(buffer),
            AccountMeta.Readonly(SysvarIds.Rent),
            AccountMeta.Readonly(SysvarIds.Clock),
            AccountMeta.Readonly(ProgramIds.System),
            AccountMeta.ReadonlySigner(authority));

    /// <summary>Gives a program the code of a buffer; lamports that are left over go to <paramref name="spill"/>.</summary>
    public static Instruction Upgrade(Address program, Address buffer, Address authority, Address spill) =>
        Build(
            Data(LoaderInstructionTag.Upgrade),
            AccountMeta.Writable(LoaderState.ProgramDataAddress(program)),
            AccountMeta.Writable(program),
            AccountMeta.Writable(buffer),
            AccountMeta.Writable(spill),
            AccountMeta.Readonly(SysvarIds.Rent),
            AccountMeta.Readonly(SysvarIds.Clock),
            AccountMeta.ReadonlySigner(authority));

    /// <summary>Hands a buffer on.</summary>
    public static Instruction SetBufferAuthority(Address buffer, Address authority, Address newAuthority) =>
        SetAuthority(buffer, authority, newAuthority);

    /// <summary>Hands a program on; without a new authority it becomes immutable.</summary>
    public static Instruction SetUpgradeAuthority(Address program, Address authority, Address? newAuthority) =>
        SetAuthority(LoaderState.ProgramDataAddress(program), authority, newAuthority);

    /// <summary>Hands a buffer on to an authority that signs too.</summary>
    public static Instruction SetBufferAuthorityChecked(Address buffer, Address authority, Address newAuthority) =>
        SetAuthorityChecked(buffer, authority, newAuthority);

    /// <summary>Hands a program on to an authority that signs too.</summary>
    public static Instruction SetUpgradeAuthorityChecked(Address program, Address authority, Address newAuthority) =>
        SetAuthorityChecked(LoaderState.ProgramDataAddress(program), authority, newAuthority);

    /// <summary>Ends an account that the loader owns, but that was not initialised.</summary>
    public static Instruction CloseUninitialized(Address account, Address recipient) =>
        Build(Data(LoaderInstructionTag.Close), AccountMeta.Writable(account), AccountMeta.Writable(recipient));

    public static Instruction CloseBuffer(Address buffer, Address recipient, Address authority) =>
        Build(
            Data(LoaderInstructionTag.Close),
            AccountMeta.Writable(buffer), AccountMeta.Writable(recipient), AccountMeta.ReadonlySigner(authority));

    /// <summary>Ends a program for good: its address cannot be used again.</summary>
    public static Instruction CloseProgram(Address program, Address recipient, Address authority) =>
        Build(
            Data(LoaderInstructionTag.Close),
            AccountMeta.Writable(LoaderState.ProgramDataAddress(program)),
            AccountMeta.Writable(recipient),
            AccountMeta.ReadonlySigner(authority),
            AccountMeta.Writable(program));

    /// <param name="program">The program to extend.</param>
    /// <param name="additionalBytes">Bytes of room to add.</param>
    /// <param name="payer">Pays where lamports are missing; signs. Without it they must be there.</param>
    public static Instruction ExtendProgram(Address program, uint additionalBytes, Address? payer = null)
    {
        List<AccountMeta> accounts =
            [AccountMeta.Writable(LoaderState.ProgramDataAddress(program)), AccountMeta.Writable(program)];
        if (payer is { } address)
            accounts.AddRange([AccountMeta.Readonly(ProgramIds.System), AccountMeta.WritableSigner(address)]);
        return Build(Data(LoaderInstructionTag.ExtendProgram).UInt32(additionalBytes), [.. accounts]);
    }

    private static Instruction SetAuthority(Address account, Address authority, Address? newAuthority)
    {
        List<AccountMeta> accounts = [AccountMeta.Writable(account), AccountMeta.ReadonlySigner(authority)];
        if (newAuthority is { } address)
            accounts.Add(AccountMeta.Readonly(address));
        return Build(Data(LoaderInstructionTag.SetAuthority), [.. accounts]);
    }

    private static Instruction SetAuthorityChecked(Address account, Address authority, Address newAuthority) =>
        Build(
            Data(LoaderInstructionTag.SetAuthorityChecked),
            AccountMeta.Writable(account),
            AccountMeta.ReadonlySigner(authority),
            AccountMeta.ReadonlySigner(newAuthority));

    private static DataWriter Data(LoaderInstructionTag tag) => new DataWriter().UInt32((uint)tag);

    private static Instruction Build(DataWriter data, params AccountMeta[] accounts) =>
        new(ProgramIds.BpfLoaderUpgradeable, accounts, data.ToArray());
}
