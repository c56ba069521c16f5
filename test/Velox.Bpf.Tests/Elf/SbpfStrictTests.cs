namespace Velox.Bpf.Tests;

/// <summary>The rules of sBPF V3 files, one broken at a time.</summary>
public sealed class SbpfStrictTests
{
    private const ulong TextAddress = 1UL << 32;

    private static readonly Dictionary<string, (ElfRule Rule, Action<byte[]> Break)> BrokenFiles = new()
    {
        ["magic"] = (ElfRule.NotElf, file => file[1] = 0),
        ["ABI"] = (ElfRule.WrongAbi, file => file[7] = 1),
        ["ABI version"] = (ElfRule.WrongAbi, file => file[8] = 1),
        ["padding"] = (ElfRule.WrongAbi, file => file[15] = 1),
        ["machine SBPF"] = (ElfRule.WrongMachine, file => (file[18], file[19]) = (7, 1)),
        ["program header offset"] = (ElfRule.WrongHeaderSize, file => file[32] = 72),
        ["program header size"] = (ElfRule.WrongHeaderSize, file => file[54] = 64),
        ["no program headers"] = (ElfRule.TextSectionCount, file => file[56] = 0),
        ["data only"] = (ElfRule.TextSectionCount, file => file[56] = 1),
        ["too many program headers"] = (ElfRule.TableOutsideFile, file => file[57] = 255),
        ["data: type"] = (ElfRule.ProgramHeader, file => file[64] = 2),
        ["data: offset"] = (ElfRule.ProgramHeader, file => file[64 + 8] += 8),
        ["data: address"] = (ElfRule.ProgramHeader, file => file[64 + 16] = 8),
        ["data: physical address"] = (ElfRule.ProgramHeader, file => file[64 + 24] = 8),
        ["data: bytes in memory"] = (ElfRule.ProgramHeader, file => file[64 + 40] += 8),
        ["data: no multiple of 8"] = (ElfRule.ProgramHeader, file => (file[64 + 32], file[64 + 40]) = (15, 15)),
        ["text: flags"] = (ElfRule.ProgramHeader, file => file[120 + 4] = 5),
        ["text: past the end"] = (ElfRule.ProgramHeader, file => (file[120 + 34], file[120 + 42]) = (1, 1)),
        ["entry before text"] = (ElfRule.EntryOutsideText, file => file[28] = 0),
        ["entry behind text"] = (ElfRule.EntryOutsideText, file => file[24] = 48),
        ["entry between instructions"] = (ElfRule.EntryMisaligned, file => file[24] += 4),
    };

    public static TheoryData<string> Broken => [.. BrokenFiles.Keys];

    [Theory]
    [MemberData(nameof(Broken))]
    public void A_broken_rule_is_named(string name)
    {
        byte[] file = Write(hasData: true);
        BrokenFiles[name].Break(file);
        ElfError? error = ElfLoader.TryLoad(file, ElfOptions.Default, HostFunctionTable.Empty, out ProgramImage? image);
        Assert.Equal(BrokenFiles[name].Rule, error?.Rule);
        Assert.Null(image);
    }

    [Fact]
    public void The_sample_reads_its_data_at_0()
    {
        Assert.Null(ElfLoader.TryLoad(Write(hasData: true), ElfOptions.Default, HostFunctionTable.Empty, out ProgramImage? image));
        Assert.Same(Dialect.SbpfV3, image!.Dialect);
        Assert.Equal(1, image.EntryIndex);
        Assert.Equal(0UL, image.ReadOnlyAddress);
        Assert.Equal(0x1234UL, Run(image).Value);
    }

    [Fact]
    public void Data_is_optional()
    {
        Assert.Null(ElfLoader.TryLoad(Write(hasData: false), ElfOptions.Default, HostFunctionTable.Empty, out ProgramImage? image));
        Assert.Equal(VmError.AccessViolation, Run(image!).Error);
    }

    [Fact]
    public void Text_is_not_readable()
    {
        Assert.Null(ElfLoader.TryLoad(Write(hasData: true), ElfOptions.Default, HostFunctionTable.Empty, out ProgramImage? image));
        using var machine = new VirtualMachine();
        machine.Load(BpfProgram.Create(image!));
        Assert.Equal("unallocated", machine.RegionNameAt(TextAddress));
    }

    [Fact]
    public void Any_file_type_is_taken_and_names_are_optional()
    {
        byte[] file = Write(hasData: true);
        file[16] = 1;
        Assert.Null(ElfLoader.TryLoad(file, ElfOptions.Default, HostFunctionTable.Empty, out ProgramImage? image));
        Assert.Equal([new FunctionSymbol("start", 1), new FunctionSymbol("load", 4)], image!.Symbols);

        // A broken section table costs the names, nothing else.
        file[40] = 1;
        Assert.Null(ElfLoader.TryLoad(file, ElfOptions.Default, HostFunctionTable.Empty, out image));
        Assert.Empty(image!.Symbols);
    }

    private static ExecutionResult Run(ProgramImage image)
    {
        using var machine = new VirtualMachine();
        machine.Load(BpfProgram.Create(image));
        return machine.Run(100);
    }

    internal static byte[] Write(bool hasData)
    {
        var writer = new ElfWriter(hasData ? 2 : 1) { Flags = 3, Entry = TextAddress + 8 };
        if (hasData)
        {
            WrittenSection data = writer.Add(".rodata", 1, 2, ElfWriter.Words(0, 0x1234));
            writer.Segments.Add(new WrittenSegment(1, 4, data.Offset, 0, 0, data.Size, data.Size));
        }

        WrittenSection text = writer.Add(".text", 1, 6, ElfWriter.Text(
            new InstructionWord(0x95, 0, 0, 0, 0),
            new InstructionWord(0xb7, 1, 0, 0, 8),      // 1: mov64 r1, 8
            new InstructionWord(0x85, 0, 1, 0, 1),      // 2: call 4
            new InstructionWord(0x95, 0, 0, 0, 0),
            new InstructionWord(0x79, 0, 1, 0, 0),      // 4: ldxdw r0, [r1]
            new InstructionWord(0x95, 0, 0, 0, 0)));
        writer.Segments.Add(new WrittenSegment(1, 1, text.Offset, TextAddress, TextAddress, text.Size, text.Size));
        WrittenSection names = writer.Add(".strtab", 3, 0, ElfWriter.Strings("start", "load"));
        WrittenSection symbols = writer.Add(
            ".symtab", 2, 0, ElfWriter.Symbols((7, 0x12, (ushort)text.Index, TextAddress + 32), (1, 0x12, (ushort)text.Index, TextAddress + 8)));
        symbols.Link = (uint)names.Index;
        return writer.Build();
    }
}
