using System.Buffers.Binary;
using Velox.Cryptography;
using Velox.Primitives;
using Velox.Svm;
using SbpfElf = Velox.Bpf.SbpfElf;

namespace Velox.Samples.SvmTesting;

/// <summary>The program under test and its client: what a user's own code would be.</summary>
internal static class CounterProgram
{
    internal const uint TooEarly = 1;
    internal const uint BadCall = 2;
    internal const long SecondsPerDay = 86_400;

    internal static Address Id { get; } = Address.Parse("Counter111111111111111111111111111111111111");

    /// <summary>The ELF: assembled here; that of a program in Rust or C would be read from its .so file.</summary>
    internal static byte[] Elf { get; } = SbpfElf.Assemble(ReadSource());

    internal static Address AddressOf(Address wallet, out byte bump) =>
        ProgramDerivedAddress.Find(["counter"u8.ToArray(), wallet.Span.ToArray()], Id, out bump);

    internal static Address AddressOf(Address wallet) => AddressOf(wallet, out _);

    internal static Instruction Create(Address wallet)
    {
        Address counter = AddressOf(wallet, out byte bump);
        return Build(wallet, counter, [0, bump]);
    }

    internal static Instruction Count(Address wallet) => Build(wallet, AddressOf(wallet), [1]);

    internal static Instruction Donate(Address wallet, ulong lamports)
    {
        byte[] data = new byte[9];
        data[0] = 2;
        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(1), lamports);
        return Build(wallet, AddressOf(wallet), data);
    }

    internal static Instruction Build(Address wallet, Address counter, byte[] data) => new(
        Id,
        new[] { AccountMeta.WritableSigner(wallet), AccountMeta.Writable(counter), AccountMeta.Readonly(ProgramIds.System) },
        data);

    internal static ulong ReadCount(SvmAccount counter) => BinaryPrimitives.ReadUInt64LittleEndian(counter.Data.Span);

    private static string ReadSource()
    {
        using Stream stream = typeof(CounterProgram).Assembly.GetManifestResourceStream("counter.asm")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
