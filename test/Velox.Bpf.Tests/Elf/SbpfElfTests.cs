namespace Velox.Bpf.Tests;

/// <summary>Files that are written are read back as what they were made of.</summary>
public sealed class SbpfElfTests
{
    private static readonly ElfOptions Options = new() { Kind = ElfKind.Sbpf, RejectsBroken = true };

    [Fact]
    public void A_written_file_is_loaded_as_what_it_was_written_from()
    {
        for (int seed = 0; seed < 50; seed++)
        {
            var random = new Random(seed);
            byte[] text = new byte[8 * random.Next(1, 40)];
            byte[] data = new byte[random.Next(0, 30)];
            random.NextBytes(text);
            random.NextBytes(data);
            int entry = random.Next(text.Length / 8);

            byte[] file = SbpfElf.Write(text, data, entry);

            ElfError? error = ElfLoader.TryLoad(file, Options, new HostFunctionTable(), out ProgramImage? image);
            Assert.True(error is null, $"seed {seed}: {error?.Message}");
            Assert.Same(Dialect.SbpfV3, image!.Dialect);
            Assert.Equal(text, image.Text.ToArray());
            Assert.Equal(entry, image.EntryIndex);
            Assert.Equal(0ul, image.ReadOnlyAddress);
            Assert.Equal(data, image.ReadOnlyData.ToArray()[..data.Length]);
            Assert.True(image.ReadOnlyData.Length - data.Length < 8, $"seed {seed}");
            Assert.All(image.ReadOnlyData.ToArray()[data.Length..], padding => Assert.Equal(0, padding));
        }
    }

    [Fact]
    public void An_assembled_file_runs_and_finds_its_data()
    {
        byte[] file = SbpfElf.Assemble(
            """
            helper:
                ldxb r0, [r1+1]
                exit
            entrypoint:
                lddw r1, words
                call helper
                exit
            .rodata
                .quad 1
            words:
                .byte 5, 42
            """);
        ElfError? error = ElfLoader.TryLoad(file, Options, new HostFunctionTable(), out ProgramImage? image);
        Assert.True(error is null, error?.Message);
        using var machine = new VirtualMachine();
        machine.Load(BpfProgram.Create(image!));
        Assert.Equal(42ul, machine.Run(units: 100, 0, 0).Value);
    }

    [Fact]
    public void What_is_out_of_bounds_is_named()
    {
        Assert.Contains("The text is 0 bytes: 1 to 1310720 slots", Refusal(() => SbpfElf.Write([])), StringComparison.Ordinal);
        Assert.Contains("The text is 9 bytes", Refusal(() => SbpfElf.Write(new byte[9])), StringComparison.Ordinal);
        Assert.Contains(
            "The read-only data is 10485761 bytes: at most 10485760",
            Refusal(() => SbpfElf.Write(new byte[8], new byte[(10 * 1024 * 1024) + 1])), StringComparison.Ordinal);
        Assert.Contains("entryIndex is 0 to 1", Refusal(() => SbpfElf.Write(new byte[16], default, 2)), StringComparison.Ordinal);
        Assert.Contains("entryIndex is 0 to 1", Refusal(() => SbpfElf.Write(new byte[16], default, -1)), StringComparison.Ordinal);
        Assert.Throws<AssemblyException>(() => SbpfElf.Assemble("nonsense"));
    }

    private static string Refusal(Func<byte[]> write) => Assert.ThrowsAny<ArgumentException>(write).Message;
}
