using Velox.Primitives;
using Xunit;

namespace Velox.Svm.Tests;

/// <summary>Every refusal of loader v3, with its error and the line in the log; nothing changes.</summary>
public sealed class LoaderRefusalTests
{
    private delegate Instruction Spoil(LoaderWorld world);

    private static readonly Dictionary<string, (Spoil Case, InstructionErrorKind Error, string? Line)> Cases = new()
    {
        ["no data"] = (
            _ => new Instruction(ProgramIds.BpfLoaderUpgradeable, default, default), InstructionErrorKind.InvalidInstructionData, null),
        ["unknown number"] = (
            _ => new Instruction(ProgramIds.BpfLoaderUpgradeable, default, new byte[] { 8, 0, 0, 0 }),
            InstructionErrorKind.InvalidInstructionData, null),
        ["bytes beyond a packet"] = (
            world => LoaderInstructions.Write(world.Buffer.Address, world.Authority.Address, 0, new byte[1_217]),
            InstructionErrorKind.InvalidInstructionData, null),

        ["initialize: accounts"] = (
            world => Cut(Initialize(world), 1), InstructionErrorKind.MissingAccount, null),
        ["initialize: no state"] = (
            world => Change(world.Uninitialized, account => account.Data.Resize(3), Initialize(world)),
            InstructionErrorKind.InvalidAccountData, null),
        ["initialize: twice"] = (
            world => LoaderInstructions.InitializeBuffer(world.Buffer.Address, world.Authority.Address),
            InstructionErrorKind.AccountAlreadyInitialized, "Buffer account already initialized"),
        ["initialize: another program's"] = (
            world => Change(world.Uninitialized, account => account.Owner = default, Initialize(world)),
            InstructionErrorKind.ExternalAccountDataModified, null),
        ["initialize: read-only"] = (
            world => Readonly(Initialize(world), 0), InstructionErrorKind.ReadonlyDataModified, null),
        ["initialize: too small"] = (
            world => Change(world.Uninitialized, account => account.Data.Resize(36), Initialize(world)),
            InstructionErrorKind.AccountDataTooSmall, null),

        ["write: accounts"] = (world => Cut(Write(world), 1), InstructionErrorKind.MissingAccount, null),
        ["write: no buffer"] = (
            world => LoaderInstructions.Write(world.Program.Address, world.Authority.Address, 0, [1]),
            InstructionErrorKind.InvalidAccountData, "Invalid Buffer account"),
        ["write: immutable"] = (
            world => Change(world.Buffer, account => LoaderWorld.SetState(account, LoaderState.OfBuffer(null)), Write(world)),
            InstructionErrorKind.Immutable, "Buffer is immutable"),
        ["write: authority"] = (
            world => LoaderInstructions.Write(world.Buffer.Address, world.Other.Address, 0, [1]),
            InstructionErrorKind.IncorrectAuthority, "Incorrect buffer authority provided"),
        ["write: signature"] = (
            world => Unsigned(Write(world), 1), InstructionErrorKind.MissingRequiredSignature, "Buffer authority did not sign"),
        ["write: overflow"] = (
            world => LoaderInstructions.Write(world.Buffer.Address, world.Authority.Address, (uint)LoaderWorld.Elf.Length, [1]),
            InstructionErrorKind.AccountDataTooSmall,
            $"Write overflow: {LoaderWorld.Elf.Length + 37} < {LoaderWorld.Elf.Length + 38}"),
        ["write: far overflow"] = (
            world => LoaderInstructions.Write(world.Buffer.Address, world.Authority.Address, uint.MaxValue, [1]),
            InstructionErrorKind.AccountDataTooSmall, null),
        ["write: read-only"] = (world => Readonly(Write(world), 0), InstructionErrorKind.ReadonlyDataModified, null),

        ["deploy: 3 accounts"] = (world => Cut(Deploy(world), 3), InstructionErrorKind.MissingAccount, null),
        ["deploy: no rent"] = (world => Cut(Deploy(world), 4), InstructionErrorKind.MissingAccount, null),
        ["deploy: not rent"] = (
            world => Replace(Deploy(world), 4, SysvarIds.Clock), InstructionErrorKind.InvalidArgument, null),
        ["deploy: not clock"] = (
            world => Replace(Deploy(world), 5, SysvarIds.Rent), InstructionErrorKind.InvalidArgument, null),
        ["deploy: no authority"] = (world => Cut(Deploy(world), 7), InstructionErrorKind.MissingAccount, null),
        ["deploy: program exists"] = (
            world => Replace(Deploy(world), 2, world.Program.Address),
            InstructionErrorKind.AccountAlreadyInitialized, "Program account already initialized"),
        ["deploy: program small"] = (
            world => Change(world.NewProgram, account => account.Data.Resize(35), Deploy(world)),
            InstructionErrorKind.AccountDataTooSmall, "Program account too small"),
        ["deploy: program poor"] = (
            world => Change(world.NewProgram, account => account.Lamports = Rent.MinimumBalance(36) - 1, Deploy(world)),
            InstructionErrorKind.ExecutableAccountNotRentExempt, "Program account not rent-exempt"),
        ["deploy: buffer read-only"] = (
            world => Readonly(Deploy(world), 3), InstructionErrorKind.InvalidArgument, "Buffer account not writeable"),
        ["deploy: buffer's owner"] = (
            world => Change(world.Buffer, account => account.Owner = default, Deploy(world)),
            InstructionErrorKind.IncorrectProgramId, "Buffer account not owned by loader"),
        ["deploy: no buffer"] = (
            world => Replace(Deploy(world), 3, world.Program.Address),
            InstructionErrorKind.InvalidArgument, "Invalid Buffer account"),
        ["deploy: authority"] = (
            world => Replace(Deploy(world), 7, world.Other.Address),
            InstructionErrorKind.IncorrectAuthority, "Buffer and upgrade authority don't match"),
        ["deploy: signature"] = (
            world => Unsigned(Deploy(world), 7), InstructionErrorKind.MissingRequiredSignature, "Upgrade authority did not sign"),
        ["deploy: empty buffer"] = (
            world => Change(world.Buffer, account => account.Data.Resize(37), Deploy(world)),
            InstructionErrorKind.InvalidAccountData, "Buffer account too small"),
        ["deploy: too little room"] = (
            world => Deploy(world, (ulong)LoaderWorld.Elf.Length - 1),
            InstructionErrorKind.AccountDataTooSmall, "Max data length is too small to hold Buffer data"),
        ["deploy: too much room"] = (
            world => Deploy(world, (10 * 1024 * 1024) - 44), InstructionErrorKind.InvalidArgument, "Max data length is too large"),
        ["deploy: most room there could be"] = (
            world => Deploy(world, ulong.MaxValue), InstructionErrorKind.InvalidArgument, "Max data length is too large"),
        ["deploy: other address"] = (
            world => Replace(Deploy(world), 1, world.ProgramData.Address),
            InstructionErrorKind.InvalidArgument, "ProgramData address is not derived"),
        ["deploy: buffer pays"] = (
            world => Replace(Deploy(world), 0, world.Buffer.Address), InstructionErrorKind.AccountBorrowFailed, null),
        ["deploy: not an ELF"] = (
            world => Change(world.Buffer, account => account.Data.Write(38, 1)[0] = 0, Deploy(world)),
            InstructionErrorKind.InvalidAccountData, "Failed to parse ELF file: invalid file header"),
        ["deploy: short ELF"] = (
            world => Change(world.Buffer, account => account.Data.Resize(60), Deploy(world)),
            InstructionErrorKind.InvalidAccountData, "Offset or value is out of bounds"),
        ["deploy: code that does not verify"] = (
            world => Change(world.Buffer, account => account.Data.Write(37 + 120, 1)[0] = 0x37, Deploy(world)),
            InstructionErrorKind.InvalidAccountData, null),

        ["upgrade: 2 accounts"] = (world => Cut(Upgrade(world), 2), InstructionErrorKind.MissingAccount, null),
        ["upgrade: not rent"] = (
            world => Replace(Upgrade(world), 4, SysvarIds.Clock), InstructionErrorKind.InvalidArgument, null),
        ["upgrade: not clock"] = (
            world => Replace(Upgrade(world), 5, SysvarIds.Rent), InstructionErrorKind.InvalidArgument, null),
        ["upgrade: no authority"] = (world => Cut(Upgrade(world), 6), InstructionErrorKind.MissingAccount, null),
        ["upgrade: program read-only"] = (
            world => Readonly(Upgrade(world), 1), InstructionErrorKind.InvalidArgument, "Program account not writeable"),
        ["upgrade: program's owner"] = (
            world => Change(world.Program, account => account.Owner = default, Upgrade(world)),
            InstructionErrorKind.IncorrectProgramId, "Program account not owned by loader"),
        ["upgrade: no program"] = (
            world => Replace(Upgrade(world), 1, world.Buffer.Address),
            InstructionErrorKind.InvalidAccountData, "Invalid Program account"),
        ["upgrade: other program data"] = (
            world => Replace(Upgrade(world), 0, world.NewProgramData.Address),
            InstructionErrorKind.InvalidArgument, "Program and ProgramData account mismatch"),
        ["upgrade: buffer read-only"] = (
            world => Readonly(Upgrade(world), 2), InstructionErrorKind.InvalidArgument, "Buffer account not writeable"),
        ["upgrade: no buffer"] = (
            world => Replace(Upgrade(world), 2, world.Program.Address),
            InstructionErrorKind.InvalidArgument, "Invalid Buffer account"),
        ["upgrade: buffer's authority"] = (
            world => Replace(Upgrade(world), 6, world.Other.Address),
            InstructionErrorKind.IncorrectAuthority, "Buffer and upgrade authority don't match"),
        ["upgrade: signature"] = (
            world => Unsigned(Upgrade(world), 6), InstructionErrorKind.MissingRequiredSignature, "Upgrade authority did not sign"),
        ["upgrade: too little room"] = (
            world => Change(world.Buffer, account => account.Data.Resize(37 + LoaderWorld.Capacity + 1), Upgrade(world)),
            InstructionErrorKind.AccountDataTooSmall, "ProgramData account not large enough"),
        ["upgrade: too poor"] = (
            world =>
            {
                world.Buffer.Lamports = 1;
                return Change(world.ProgramData, account => account.Lamports = 1, Upgrade(world));
            },
            InstructionErrorKind.InsufficientFunds, "Buffer account balance too low to fund upgrade"),
        ["upgrade: twice in a slot"] = (
            world => Change(
                world.ProgramData,
                account => LoaderWorld.SetState(account, LoaderState.OfProgramData(1, world.Authority.Address)), Upgrade(world)),
            InstructionErrorKind.InvalidArgument, "Program was deployed in this block already"),
        ["upgrade: immutable"] = (
            world => Change(
                world.ProgramData, account => LoaderWorld.SetState(account, LoaderState.OfProgramData(0, null)), Upgrade(world)),
            InstructionErrorKind.Immutable, "Program not upgradeable"),
        ["upgrade: program's authority"] = (
            world => Change(
                world.ProgramData,
                account => LoaderWorld.SetState(account, LoaderState.OfProgramData(0, world.Other.Address)), Upgrade(world)),
            InstructionErrorKind.IncorrectAuthority, "Incorrect upgrade authority provided"),
        ["upgrade: no program data"] = (
            world => Change(world.ProgramData, account => account.Data.Write(0, 1)[0] = 0, Upgrade(world)),
            InstructionErrorKind.InvalidAccountData, "Invalid ProgramData account"),
        ["upgrade: not an ELF"] = (
            world => Change(world.Buffer, account => account.Data.Write(38, 1)[0] = 0, Upgrade(world)),
            InstructionErrorKind.InvalidAccountData, "Failed to parse ELF file: invalid file header"),
        ["upgrade: buffer is the spill"] = (
            world => Replace(Upgrade(world), 3, world.Buffer.Address), InstructionErrorKind.AccountBorrowFailed, null),

        ["authority: accounts"] = (world => Cut(Hand(world, world.Buffer.Address), 1), InstructionErrorKind.MissingAccount, null),
        ["authority: of a program account"] = (
            world => Hand(world, world.Program.Address),
            InstructionErrorKind.InvalidArgument, "Account does not support authorities"),
        ["authority: buffer without one"] = (
            world => Cut(Hand(world, world.Buffer.Address), 2),
            InstructionErrorKind.IncorrectAuthority, "Buffer authority is not optional"),
        ["authority: wrong for the buffer"] = (
            world => LoaderInstructions.SetBufferAuthority(world.Buffer.Address, world.Other.Address, world.Other.Address),
            InstructionErrorKind.IncorrectAuthority, "Incorrect buffer authority provided"),
        ["authority: wrong for the program"] = (
            world => LoaderInstructions.SetUpgradeAuthority(world.Program.Address, world.Other.Address, null),
            InstructionErrorKind.IncorrectAuthority, "Incorrect upgrade authority provided"),
        ["authority: signature"] = (
            world => Unsigned(Hand(world, world.ProgramData.Address), 1),
            InstructionErrorKind.MissingRequiredSignature, "Upgrade authority did not sign"),
        ["checked: accounts"] = (
            world => Cut(
                LoaderInstructions.SetBufferAuthorityChecked(world.Buffer.Address, world.Authority.Address, world.Other.Address), 2),
            InstructionErrorKind.MissingAccount, null),
        ["checked: the new one's signature"] = (
            world => Unsigned(
                LoaderInstructions.SetUpgradeAuthorityChecked(world.Program.Address, world.Authority.Address, world.Other.Address), 2),
            InstructionErrorKind.MissingRequiredSignature, "New authority did not sign"),

        ["close: into itself"] = (
            world => LoaderInstructions.CloseBuffer(world.Buffer.Address, world.Buffer.Address, world.Authority.Address),
            InstructionErrorKind.InvalidArgument, "Recipient is the same as the account being closed"),
        ["close: a program account"] = (
            world => LoaderInstructions.CloseUninitialized(world.Program.Address, world.Other.Address),
            InstructionErrorKind.InvalidArgument, "Account does not support closing"),
        ["close: buffer without authority"] = (
            world => LoaderInstructions.CloseUninitialized(world.Buffer.Address, world.Other.Address),
            InstructionErrorKind.MissingAccount, null),
        ["close: wrong authority"] = (
            world => LoaderInstructions.CloseBuffer(world.Buffer.Address, world.Other.Address, world.Other.Address),
            InstructionErrorKind.IncorrectAuthority, "Incorrect authority provided"),
        ["close: signature"] = (
            world => Unsigned(
                LoaderInstructions.CloseBuffer(world.Buffer.Address, world.Other.Address, world.Authority.Address), 2),
            InstructionErrorKind.MissingRequiredSignature, "Authority did not sign"),
        ["close: immutable program"] = (
            world => Change(
                world.ProgramData, account => LoaderWorld.SetState(account, LoaderState.OfProgramData(0, null)), Close(world)),
            InstructionErrorKind.Immutable, "Account is immutable"),
        ["close: no program"] = (world => Cut(Close(world), 3), InstructionErrorKind.MissingAccount, null),
        ["close: program read-only"] = (
            world => Readonly(Close(world), 3), InstructionErrorKind.InvalidArgument, "Program account is not writable"),
        ["close: program's owner"] = (
            world => Replace(Close(world), 3, world.Payer.Address),
            InstructionErrorKind.IncorrectProgramId, "Program account not owned by loader"),
        ["close: in the slot of its deployment"] = (
            world => Change(
                world.ProgramData,
                account => LoaderWorld.SetState(account, LoaderState.OfProgramData(1, world.Authority.Address)), Close(world)),
            InstructionErrorKind.InvalidArgument, "Program was deployed in this block already"),
        ["close: not a program"] = (
            world => Replace(Close(world), 3, world.Buffer.Address),
            InstructionErrorKind.InvalidArgument, "Invalid Program account"),
        ["close: another program"] = (
            world => Change(
                world.Program, account => LoaderWorld.SetState(account, LoaderState.OfProgram(world.Other.Address)), Close(world)),
            InstructionErrorKind.InvalidArgument, "ProgramData account does not match ProgramData account"),

        ["extend: by nothing"] = (
            world => LoaderInstructions.ExtendProgram(world.Program.Address, 0),
            InstructionErrorKind.InvalidInstructionData, "Additional bytes must be greater than 0"),
        ["extend: no accounts"] = (world => Cut(Extend(world), 0), InstructionErrorKind.MissingAccount, null),
        ["extend: owner"] = (
            world => Replace(Extend(world), 0, world.Payer.Address),
            InstructionErrorKind.InvalidAccountOwner, "ProgramData owner is invalid"),
        ["extend: read-only"] = (
            world => Readonly(Extend(world), 0), InstructionErrorKind.InvalidArgument, "ProgramData is not writable"),
        ["extend: no program"] = (world => Cut(Extend(world), 1), InstructionErrorKind.MissingAccount, null),
        ["extend: itself"] = (
            world => Replace(Extend(world), 1, world.ProgramData.Address), InstructionErrorKind.AccountBorrowFailed, null),
        ["extend: program read-only"] = (
            world => Readonly(Extend(world), 1), InstructionErrorKind.InvalidArgument, "Program account is not writable"),
        ["extend: program's owner"] = (
            world => Replace(Extend(world), 1, world.Payer.Address),
            InstructionErrorKind.InvalidAccountOwner, "Program account not owned by loader"),
        ["extend: not a program"] = (
            world => Replace(Extend(world), 1, world.Buffer.Address),
            InstructionErrorKind.InvalidAccountData, "Invalid Program account"),
        ["extend: another program's"] = (
            world => Replace(Extend(world), 0, world.Buffer.Address),
            InstructionErrorKind.InvalidArgument, "Program account does not match ProgramData account"),
        ["extend: too far"] = (
            world => LoaderInstructions.ExtendProgram(world.Program.Address, uint.MaxValue, world.Payer.Address),
            InstructionErrorKind.InvalidRealloc,
            $"Extended ProgramData length of {(long)uint.MaxValue + 45 + LoaderWorld.Capacity} bytes exceeds max account data length "
                + "of 10485760 bytes"),
        ["extend: twice in a slot"] = (
            world => Change(
                world.ProgramData,
                account => LoaderWorld.SetState(account, LoaderState.OfProgramData(1, world.Authority.Address)), Extend(world)),
            InstructionErrorKind.InvalidArgument, "Program was extended in this block already"),
        ["extend: immutable"] = (
            world => Change(
                world.ProgramData, account => LoaderWorld.SetState(account, LoaderState.OfProgramData(0, null)), Extend(world)),
            InstructionErrorKind.Immutable, "Cannot extend ProgramData accounts that are not upgradeable"),
        ["extend: nobody pays"] = (
            world => Change(world.ProgramData, account => account.Lamports = 1, Cut(Extend(world), 2)),
            InstructionErrorKind.MissingAccount, null),

        ["loader v2"] = (
            _ => new Instruction(ProgramIds.BpfLoader, default, default),
            InstructionErrorKind.UnsupportedProgramId, "BPF loader management instructions are no longer supported"),
        ["loader v1"] = (
            _ => new Instruction(ProgramIds.BpfLoaderDeprecated, default, default),
            InstructionErrorKind.UnsupportedProgramId, "Deprecated loader is no longer supported"),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_refusal_has_its_error_and_line(string name)
    {
        var world = new LoaderWorld();
        (Spoil spoil, InstructionErrorKind error, string? line) = Cases[name];
        Instruction instruction = spoil(world);
        InstructionError actual = world.Run(instruction);
        Assert.True(actual == error, $"{actual}\n{string.Join('\n', world.Log)}");
        if (line is not null)
            Assert.Equal(line, world.Log[^2]);
    }

    [Fact]
    public void Small_extensions_are_refused_once_the_feature_is_on()
    {
        FeatureSet features = FeatureSet.Mainnet.With(Feature.Named("loader_v3_minimum_extend_program_size").Id);
        var world = new LoaderWorld();
        Instruction small = LoaderInstructions.ExtendProgram(world.Program.Address, 10_239, world.Payer.Address);
        Assert.Equal(InstructionErrorKind.InvalidArgument, world.Run(small, features).Kind);
        Assert.Equal(
            "ExtendProgram requires a minimum of 10240 additional bytes or to extend to maximum size, but only 10239 were requested",
            world.Log[^2]);
        Assert.False(world.Run(LoaderInstructions.ExtendProgram(world.Program.Address, 10_240), features).IsError);
    }

    [Fact]
    public void The_last_bytes_may_be_an_extension_of_their_own()
    {
        FeatureSet features = FeatureSet.Mainnet.With(Feature.Named("loader_v3_minimum_extend_program_size").Id);
        var world = new LoaderWorld();
        world.ProgramData.Data.Resize(AccountHandle.MaxDataLength - 5);
        world.ProgramData.Lamports = 100 * LoaderWorld.Sol;
        Assert.True(world.Run(LoaderInstructions.ExtendProgram(world.Program.Address, 4), features).IsError);
        Assert.False(world.Run(LoaderInstructions.ExtendProgram(world.Program.Address, 5), features).IsError);
        Assert.Equal(AccountHandle.MaxDataLength, world.ProgramData.Data.Length);
    }

    [Fact]
    public void SetAuthorityChecked_needs_its_feature()
    {
        FeatureSet features = FeatureSet.Mainnet.Without(Feature.Named("enable_bpf_loader_set_authority_checked_ix").Id);
        var world = new LoaderWorld();
        Instruction handing = LoaderInstructions.SetBufferAuthorityChecked(
            world.Buffer.Address, world.Authority.Address, world.Other.Address);
        Assert.Equal(InstructionErrorKind.InvalidInstructionData, world.Run(handing, features).Kind);
        Assert.False(world.Run(handing).IsError);
    }

    private static Instruction Initialize(LoaderWorld world) =>
        LoaderInstructions.InitializeBuffer(world.Uninitialized.Address, world.Authority.Address);

    private static Instruction Write(LoaderWorld world) =>
        LoaderInstructions.Write(world.Buffer.Address, world.Authority.Address, 0, [1, 2]);

    private static Instruction Deploy(LoaderWorld world, ulong? maxDataLength = null) => LoaderInstructions.DeployWithMaxDataLen(
        world.Payer.Address, world.NewProgram.Address, world.Buffer.Address, world.Authority.Address,
        maxDataLength ?? (ulong)LoaderWorld.Capacity);

    private static Instruction Upgrade(LoaderWorld world) => LoaderInstructions.Upgrade(
        world.Program.Address, world.Buffer.Address, world.Authority.Address, world.Other.Address);

    private static Instruction Hand(LoaderWorld world, Address account) =>
        LoaderInstructions.SetBufferAuthority(account, world.Authority.Address, world.Other.Address);

    private static Instruction Close(LoaderWorld world) =>
        LoaderInstructions.CloseProgram(world.Program.Address, world.Other.Address, world.Authority.Address);

    private static Instruction Extend(LoaderWorld world) =>
        LoaderInstructions.ExtendProgram(world.Program.Address, 20_000, world.Payer.Address);

    private static Instruction Change(State.Account account, Action<State.Account> change, Instruction instruction)
    {
        change(account);
        return instruction;
    }

    private static Instruction Cut(Instruction instruction, int count) =>
        new(instruction.ProgramId, instruction.Accounts[..count], instruction.Data);

    private static Instruction Replace(Instruction instruction, int index, Address address) =>
        With(instruction, index, meta => meta with { Address = address });

    private static Instruction Readonly(Instruction instruction, int index) =>
        With(instruction, index, meta => meta with { IsWritable = false });

    private static Instruction Unsigned(Instruction instruction, int index) =>
        With(instruction, index, meta => meta with { IsSigner = false });

    private static Instruction With(Instruction instruction, int index, Func<AccountMeta, AccountMeta> change)
    {
        AccountMeta[] accounts = instruction.Accounts.ToArray();
        accounts[index] = change(accounts[index]);
        return new Instruction(instruction.ProgramId, accounts, instruction.Data);
    }
}
