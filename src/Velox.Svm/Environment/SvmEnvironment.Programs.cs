using Velox.Bpf;
using Velox.Primitives;
using Velox.State;

namespace Velox.Svm;

/// <summary>A loader of BPF programs.</summary>
public enum ProgramLoader
{
    /// <summary>Loader v3: the program's account names another one that holds its code, and that an authority may replace.</summary>
    Upgradeable,

    /// <summary>Loader v2: the program's account holds the code, for good.</summary>
    Final,

    /// <summary>Loader v1: as v2, with the old form of input.</summary>
    Deprecated,
}

/// <summary>Programs of the environment.</summary>
public sealed partial class SvmEnvironment
{
    /// <summary>Puts a program in, or another one in its place. It can be called at once, in this slot.</summary>
    /// <remarks>
    /// Under loader v3 its code account (<see cref="LoaderState.ProgramDataAddress"/>) is made too, with deployment slot 0 and room
    /// for just this code; both get their rent-exempt minimum. Upgrading by instructions works as on a network: the new code can be
    /// called one slot later.
    /// </remarks>
    /// <param name="programId">Its address; native programs, SPL Token for example, can be replaced too.</param>
    /// <param name="elf">The file; copied. At most 10 MiB with the loader's head.</param>
    /// <param name="loader">Which loader runs it.</param>
    /// <param name="authority">For loader v3: who may upgrade and close it; nobody unless said.</param>
    /// <exception cref="ArgumentException">The file is no program that this environment's features accept; the text says why.</exception>
    /// <example>
    /// <code>
    /// byte[] elf = SbpfElf.Assemble("mov64 r0, 0\nexit");
    /// environment.AddProgram(programId, elf, authority: owner.PublicKey);
    /// </code>
    /// </example>
    public void AddProgram(
        Address programId, ReadOnlySpan<byte> elf, ProgramLoader loader = ProgramLoader.Upgradeable, Address? authority = null)
    {
        if (SvmSysvars.IsSysvar(programId))
            throw new ArgumentException($"{programId} is a sysvar.", nameof(programId));
        CheckDataLength(elf.Length + LoaderState.ProgramDataHeadSize, nameof(elf));
        byte[] code = elf.ToArray();
        ProgramEnvironment environment = _block.Features.Environment;
        if (!environment.TryLoad(code, out BpfProgram? program, out string error))
            throw new ArgumentException($"The ELF of {programId} is refused: {error}", nameof(elf));

        Account holder = loader switch
        {
            ProgramLoader.Upgradeable => WriteUpgradeable(programId, code, authority),
            ProgramLoader.Final => WriteExecutable(programId, ProgramIds.BpfLoader, code),
            ProgramLoader.Deprecated => WriteExecutable(programId, ProgramIds.BpfLoaderDeprecated, code),
            _ => throw new ArgumentOutOfRangeException(nameof(loader), loader, "loader is Upgradeable, Final or Deprecated."),
        };
        holder.Attachment = new LoadedProgram(program, 0, environment);
    }

    /// <summary>Puts in the program of a file (.so) at an address made from the file's name, and returns that.</summary>
    /// <param name="path">The file.</param>
    /// <param name="programId">Its address; unless said one that depends on the file's name alone.</param>
    /// <param name="loader">As for <see cref="AddProgram"/>.</param>
    /// <param name="authority">As for <see cref="AddProgram"/>.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="ArgumentException">As for <see cref="AddProgram"/>.</exception>
    public Address AddProgramFromFile(
        string path, Address? programId = null, ProgramLoader loader = ProgramLoader.Upgradeable, Address? authority = null)
    {
        Address id = programId ?? NameAddress(Path.GetFileNameWithoutExtension(path));
        AddProgram(id, File.ReadAllBytes(path), loader, authority);
        return id;
    }

    /// <summary>Puts in a program written in C#, or another one in its place. It can be called at once.</summary>
    /// <remarks>It costs a new set of workers, so add native programs first.</remarks>
    public void AddNativeProgram(INativeProgram program)
    {
        ArgumentNullException.ThrowIfNull(program);
        if (SvmSysvars.IsSysvar(program.Id))
            throw new ArgumentException($"{program.Id} is a sysvar.", nameof(program));
        _runtime = new SvmRuntime(_runtime.Programs.With(program), Options.LogBytes);
        Write(program.Id, new SvmAccount(1, ProgramIds.NativeLoader, IsExecutable: true));
    }

    private static Address NameAddress(string name) =>
        new(System.Security.Cryptography.SHA256.HashData([.. "velox-svm-program"u8, .. System.Text.Encoding.UTF8.GetBytes(name)]));

    private Account WriteUpgradeable(Address programId, byte[] code, Address? authority)
    {
        Address codeAddress = LoaderState.ProgramDataAddress(programId);
        byte[] program = new byte[LoaderState.ProgramSize];
        LoaderState.OfProgram(codeAddress).Write(program);
        WriteExecutable(programId, ProgramIds.BpfLoaderUpgradeable, program);

        byte[] data = new byte[LoaderState.ProgramDataHeadSize + code.Length];
        LoaderState.OfProgramData(0, authority).Write(data);
        code.CopyTo(data, LoaderState.ProgramDataHeadSize);
        return Write(codeAddress, new SvmAccount(Rent.MinimumBalance(data.Length), ProgramIds.BpfLoaderUpgradeable, data));
    }

    private Account WriteExecutable(Address address, Address owner, byte[] data) =>
        Write(address, new SvmAccount(Rent.MinimumBalance(data.Length), owner, data, IsExecutable: true));
}
