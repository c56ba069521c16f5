using Velox.Cryptography;
using Velox.Primitives;

namespace Velox.Svm.Differential;

/// <summary>How a script program is there: its file, its loader, and how that loader lays out the input.</summary>
/// <param name="Loader">V1 lays accounts out without padding, v2 and v3 aligned.</param>
/// <param name="HasNewSyscalls">Whether the file has the syscalls that mainnet does not have.</param>
public sealed record ScriptAbi(Address Loader, bool HasNewSyscalls)
{
    /// <summary>Program of each loader, with mainnet's syscalls.</summary>
    public static IReadOnlyList<ScriptAbi> Mainnet { get; } =
    [
        new(ProgramIds.BpfLoader, false), new(ProgramIds.BpfLoader, false), new(ProgramIds.BpfLoaderUpgradeable, false),
        new(ProgramIds.BpfLoaderDeprecated, false),
    ];

    /// <summary>As <see cref="Mainnet"/>, with all syscalls.</summary>
    public static IReadOnlyList<ScriptAbi> Newest { get; } = [.. Mainnet.Select(abi => abi with { HasNewSyscalls = true })];

    public bool IsAligned => Loader != ProgramIds.BpfLoaderDeprecated;

    /// <summary>Where the first account's data lies.</summary>
    public ulong ScriptAddress => IsAligned ? 0x4_0000_0060u : 0x4_0000_003bu;

    public byte[] File => ScriptProgram.FileOf(this);

    /// <summary>Puts the program at an address.</summary>
    public void Deploy(World world, Address program)
    {
        byte[] file = File;
        if (Loader != ProgramIds.BpfLoaderUpgradeable)
        {
            world.Set(program, new AccountState(Rent.MinimumBalance(file.Length), Loader, true, file));
            return;
        }

        Address data = ProgramDerivedAddress.Find([program.Span.ToArray()], Loader, out _);
        byte[] code = new Bytes().UInt32(3).UInt64(1).Byte(0).Blob(new byte[32]).Blob(file).ToArray();
        world.Set(data, new AccountState(Rent.MinimumBalance(code.Length), Loader, false, code));
        world.Set(program, new AccountState(Rent.MinimumBalance(36), Loader, true, new Bytes().UInt32(2).Key(data).ToArray()));
    }
}
