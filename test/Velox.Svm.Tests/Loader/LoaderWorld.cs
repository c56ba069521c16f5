using Velox.Primitives;
using Velox.State;

namespace Velox.Svm.Tests;

/// <summary>One of each account that loader v3 works on, each valid; a test spoils one and runs one instruction.</summary>
internal sealed class LoaderWorld
{
    internal const ulong Sol = 1_000_000_000;

    internal static readonly byte[] Elf = TestElf.Returning(0);

    /// <summary>Room for code in the program data, beyond the ELF there.</summary>
    internal static readonly int Capacity = Elf.Length + 100;

    private readonly Account[] _accounts;
    private readonly SingleInstruction _runner;

    internal LoaderWorld()
    {
        Address loader = ProgramIds.BpfLoaderUpgradeable;
        Payer = Create(1, default, 100 * Sol);
        Authority = Create(2, default, Sol);
        Other = Create(3, default, Sol);
        Uninitialized = Create(4, loader, Sol, new byte[LoaderState.BufferHeadSize + Elf.Length]);
        Buffer = Create(5, loader, Sol, State(LoaderState.OfBuffer(Authority.Address), LoaderState.BufferHeadSize, Elf));
        NewProgram = Create(6, loader, Sol, new byte[LoaderState.ProgramSize]);
        NewProgramData = new Account(LoaderState.ProgramDataAddress(NewProgram.Address));
        Program = Create(7, loader, Sol, new byte[LoaderState.ProgramSize]);
        byte[] code = [.. Elf, .. new byte[Capacity - Elf.Length]];
        ProgramData = SingleInstruction.CreateAccount(
            LoaderState.ProgramDataAddress(Program.Address), loader, Sol,
            State(LoaderState.OfProgramData(0, Authority.Address), LoaderState.ProgramDataHeadSize, code));
        SetState(Program, LoaderState.OfProgram(ProgramData.Address));
        Program.Executable = true;
        _accounts =
        [
            Payer, Authority, Other, Uninitialized, Buffer, NewProgram, NewProgramData, Program, ProgramData,
            new Account(SysvarIds.Rent), new Account(SysvarIds.Clock), new Account(ProgramIds.System) { Owner = ProgramIds.NativeLoader }, new Account(loader),
            new Account(ProgramIds.BpfLoader), new Account(ProgramIds.BpfLoaderDeprecated),
        ];
        _runner = new SingleInstruction(_accounts);
    }

    internal Account Payer { get; }

    internal Account Authority { get; }

    /// <summary>Somebody else.</summary>
    internal Account Other { get; }

    /// <summary>The loader's, of a buffer's size.</summary>
    internal Account Uninitialized { get; }

    internal Account Buffer { get; }

    /// <summary>An account to deploy into.</summary>
    internal Account NewProgram { get; }

    /// <summary>Does not exist yet.</summary>
    internal Account NewProgramData { get; }

    internal Account Program { get; }

    /// <summary>Deployed in slot 0; instructions run in slot 1.</summary>
    internal Account ProgramData { get; }

    internal IReadOnlyList<string> Log => _runner.Log;

    internal InstructionError Run(Instruction instruction, FeatureSet? features = null) => _runner.Run(
        instruction.ProgramId,
        [.. instruction.Accounts.ToArray().Select(meta => new InstructionAccount(
            Array.FindIndex(_accounts, account => account.Address == meta.Address), meta.IsSigner, meta.IsWritable))],
        instruction.Data.ToArray(),
        features);

    internal static void SetState(Account account, LoaderState state) =>
        state.Write(account.Data.Write(0, state.SerializedSize));

    internal static LoaderState StateOf(Account account)
    {
        Xunit.Assert.True(LoaderState.TryRead(account.Data.Bytes, out LoaderState state));
        return state;
    }

    private static byte[] State(LoaderState state, int headSize, byte[] elf)
    {
        byte[] data = new byte[headSize + elf.Length];
        state.Write(data);
        elf.CopyTo(data, headSize);
        return data;
    }

    private static Account Create(int number, Address owner, ulong lamports, byte[]? data = null) =>
        SingleInstruction.CreateAccount(TestKeys.Stranger(number), owner, lamports, data ?? []);
}
