using System.Buffers.Binary;
using System.Text;
using Velox.Bpf;
using Velox.Cryptography;
using Velox.Primitives;

namespace Velox.Svm.Differential;

/// <summary>Loader v3: deployments of old and new files in which some fields have other values: which error comes first, in which words.</summary>
/// <param name="name">As the command line calls it.</param>
/// <param name="peer">Features.</param>
public sealed class BrokenFileFamily(string name, PeerOptions peer) : IFamily
{
    private static readonly Address Loader = ProgramIds.BpfLoaderUpgradeable;

    private static readonly byte[] NewFile =
        SbpfFile.Write(Assembler.Assemble("mov64 r1, 3\nsyscall sol_log_64_\nmov64 r0, 0\nexit", Dialect.SbpfV3).Text.Span);

    private static readonly string[] OtherNames = [".bss", ".data", ".data.rel", ".text", ".symtab", ".dynstr", "", "helper", "\u00e4\u00f6"];

    public string Name => name;

    public PeerOptions Peer => peer;

    public Comparison Comparison => Comparison.Exact;

    public void Fill(World world)
    {
        Address payer = world.NewWallet(1_000 * World.Sol);
        world.SetClock(new ClockState(1_000, 0, 0, 1, 1_700_000_000));
        for (int count = 30; count > 0; count--)
            Deploy(world, payer, Break(world.Random, [.. world.Random.Next(5) == 0 ? NewFile : OldFile.Bytes]));
    }

    private static void Deploy(World world, Address payer, byte[] file)
    {
        Address program = world.NewKey();
        Address buffer = world.NewKey();
        byte[] data = new Bytes().UInt32(1).Byte(1).Key(payer).Blob(file).ToArray();
        world.Set(program, new AccountState(Rent.MinimumBalance(36), Loader, false, new byte[36]));
        world.Set(buffer, new AccountState(Rent.MinimumBalance(data.Length), Loader, false, data));
        Address code = ProgramDerivedAddress.Find([program.Span.ToArray()], Loader, out _);
        world.Send(payer, new Bytes().UInt32(2).UInt64((ulong)file.Length).Build(
            Loader, AccountMeta.WritableSigner(payer), AccountMeta.Writable(code), AccountMeta.Writable(program),
            AccountMeta.Writable(buffer), AccountMeta.Readonly(SysvarIds.Rent), AccountMeta.Readonly(SysvarIds.Clock),
            AccountMeta.Readonly(ProgramIds.System), AccountMeta.ReadonlySigner(payer)));
    }

    private static byte[] Break(Random random, byte[] file)
    {
        for (int changes = random.Next(3) == 0 ? random.Next(2, 4) : 1; changes > 0; changes--)
        {
            if (random.Next(12) == 0)
                Rename(random, file);
            else
                ChangeField(random, file);
        }

        return random.Next(20) == 0 ? file[..random.Next(file.Length)] : file;
    }

    /// <summary>One number in the headers, the tables or the text.</summary>
    private static void ChangeField(Random random, byte[] file)
    {
        int width = 1 << random.Next(4);
        int end = random.Next(3) switch { 0 => 64, 1 => Math.Min(file.Length, 240), _ => file.Length };
        int at = random.Next(end / width) * width;
        Span<byte> field = file.AsSpan(at, width);
        Span<byte> whole = stackalloc byte[8];
        whole.Clear();
        field.CopyTo(whole);
        ulong value = BinaryPrimitives.ReadUInt64LittleEndian(whole);
        value = random.Next(12) switch
        {
            0 => 0,
            1 => value + 1,
            2 => value - 1,
            3 => value + 8,
            4 => value - 8,
            5 => (ulong)random.Next(file.Length + 100),
            6 => (ulong)random.Next(16),
            7 => (ulong)file.Length - (ulong)random.Next(20),
            8 => ulong.MaxValue - (ulong)random.Next(20),
            9 => value ^ (1UL << random.Next(64)),
            10 => 0x1_0000_0000UL + (ulong)random.Next(-8, 400),
            _ => (ulong)random.NextInt64(),
        };
        BinaryPrimitives.WriteUInt64LittleEndian(whole, value);
        whole[..width].CopyTo(field);
    }

    /// <summary>Writes another name over one in the string tables, with or without its end.</summary>
    private static void Rename(Random random, byte[] file)
    {
        byte[] name = Encoding.Latin1.GetBytes(OtherNames[random.Next(OtherNames.Length)] + (random.Next(2) == 0 ? "\0" : ""));
        int at = random.Next(file.Length / 2, file.Length - name.Length);
        while (at + name.Length < file.Length && file[at - 1] != 0)
            at++;
        if (at + name.Length < file.Length)
            name.CopyTo(file, at);
    }
}
