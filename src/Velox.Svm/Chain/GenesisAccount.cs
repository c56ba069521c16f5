using System.Security.Cryptography;
using Velox.Primitives;
using Velox.State;

namespace Velox.Svm;

/// <summary>An account that a chain has from its genesis on.</summary>
/// <param name="Address">Where; it takes the place of what else the genesis has there, such as a native token program.</param>
/// <param name="Lamports">At least 1: an account without lamports does not exist.</param>
/// <param name="Owner">Its program; for a program its loader.</param>
/// <param name="Executable">Whether it says that it is a program.</param>
/// <param name="Data">At most 10 MiB (<see cref="AccountHandle.MaxDataLength"/>).</param>
public sealed record GenesisAccount(
    Address Address, ulong Lamports, Address Owner, bool Executable, ReadOnlyMemory<byte> Data)
{
    /// <summary>A program of loader v2, which nobody can change.</summary>
    /// <param name="id">Its address.</param>
    /// <param name="elf">Its code, at most 10 MiB.</param>
    public static GenesisAccount Program(Address id, ReadOnlyMemory<byte> elf) =>
        new(id, Rent.MinimumBalance(elf.Length), ProgramIds.BpfLoader, true, elf);

    /// <summary>A program of loader v3: its account, and the one with its code, deployed in slot 0.</summary>
    /// <param name="id">Its address.</param>
    /// <param name="elf">Its code, at most 10 MiB less the head of <see cref="LoaderState.ProgramDataHeadSize"/> bytes.</param>
    /// <param name="authority">Who may upgrade it; null for nobody.</param>
    public static GenesisAccount[] UpgradeableProgram(Address id, ReadOnlyMemory<byte> elf, Address? authority)
    {
        Address codeAddress = LoaderState.ProgramDataAddress(id);
        byte[] program = new byte[LoaderState.ProgramSize];
        LoaderState.OfProgram(codeAddress).Write(program);
        byte[] code = new byte[LoaderState.ProgramDataHeadSize + elf.Length];
        LoaderState.OfProgramData(0, authority).Write(code);
        elf.Span.CopyTo(code.AsSpan(LoaderState.ProgramDataHeadSize));
        return
        [
            new(id, Rent.MinimumBalance(program.Length), ProgramIds.BpfLoaderUpgradeable, true, program),
            new(codeAddress, Rent.MinimumBalance(code.Length), ProgramIds.BpfLoaderUpgradeable, false, code),
        ];
    }

    /// <summary>Says why an ELF would not run as a program; null when it would.</summary>
    /// <param name="elf">The file.</param>
    /// <param name="features">What the chain has.</param>
    public static string? FindFault(ReadOnlyMemory<byte> elf, FeatureSet features) =>
        features.Environment.TryLoad(elf, out _, out string fault) ? null : fault;

    public bool Equals(GenesisAccount? other) => other is not null && Address == other.Address && Lamports == other.Lamports
        && Owner == other.Owner && Executable == other.Executable && Data.Span.SequenceEqual(other.Data.Span);

    public override int GetHashCode() => HashCode.Combine(Address, Lamports, Owner, Data.Length);

    /// <summary>What tells it from another account of the same address, in words.</summary>
    public override string ToString() =>
        $"{Lamports} lamports, owner {Owner}{(Executable ? ", executable" : "")}, {Data.Length} bytes with SHA-256 {Convert.ToHexStringLower(SHA256.HashData(Data.Span).AsSpan(0, 8))}...";

    internal void Create(AccountStore store)
    {
        Account account = store.GetOrCreate(Address);
        account.Lamports = Lamports;
        account.Owner = Owner;
        account.Executable = Executable;
        account.Data.Resize(0);
        account.Data.Resize(Data.Length);
        Data.Span.CopyTo(account.Data.Write(0, Data.Length));
        store.MarkChanged(account);
    }
}
