using System.Buffers.Binary;

namespace Velox.Bpf.Tests;

/// <summary>The rules of sBPF V0 to V2 files, one broken at a time.</summary>
public sealed class SbpfLenientTests
{
    private static readonly Dictionary<string, (ElfRule Rule, Action<LenientSample> Break)> BrokenSamples = new()
    {
        ["type EXEC"] = (ElfRule.WrongFileType, s => s.Writer.Type = 2),
        ["machine x86-64"] = (ElfRule.WrongMachine, s => s.Writer.Machine = 62),
        ["version 4"] = (ElfRule.UnsupportedSbpfVersion, s => s.Writer.Flags = 4),
        ["no .text"] = (ElfRule.TextSectionCount, s => s.Text.Name = ".code"),
        ["two .text"] = (ElfRule.TextSectionCount, s => s.ReadOnly.Name = ".text"),
        ["two .dynstr"] = (ElfRule.DuplicateSection, s => s.ReadOnly.Name = ".dynstr"),
        ["name of 16"] = (ElfRule.NameTooLong, s => s.ReadOnly.Name = ".rodata_abcdefgh"),
        [".bss"] = (ElfRule.WritableSection, s => s.ReadOnly.Name = ".bss.x"),
        ["writable .data"] = (ElfRule.WritableSection, s => s.DataRelocated.Name = ".data"),
        ["section past the end"] = (ElfRule.SectionOutsideFile, s => s.DynamicTable.Offset = 1 << 20),
        ["section of 2^64"] = (ElfRule.SectionOutsideFile, s => s.DynamicTable.Size = ulong.MaxValue),
        ["NOBITS past the end"] = (ElfRule.SectionOutsideFile, s => (s.ReadOnly.Type, s.ReadOnly.Size) = (8, 1 << 20)),
        ["sections out of order"] = (ElfRule.SectionsNotAscending, s => s.ReadOnly.Offset = s.Text.Offset),
        ["section over the section table"] = (ElfRule.RangesOverlap, s => s.DynamicTable.Size = 1 << 20),
        ["section over the header"] = (ElfRule.RangesOverlap, s => s.Text.Offset = 8),
        ["segments not ascending"] = (ElfRule.SegmentsNotAscending, s => Segment(s, 0, segment => segment with { Address = 1 << 20 })),
        ["segment past the end"] = (ElfRule.SegmentOutsideFile, s => Segment(s, 1, segment => segment with { FileBytes = 1 << 20 })),
        ["segment over 2^64"] = (ElfRule.SegmentOutsideFile, s => Segment(s, 1, segment => segment with { MemoryBytes = ulong.MaxValue })),
        ["entry outside .text"] = (ElfRule.EntryOutsideText, s => s.Writer.Entry = s.ReadOnly.Address),
        ["entry between instructions"] = (ElfRule.EntryMisaligned, s => s.Writer.Entry += 4),
        ["text above 4 GiB"] = (ElfRule.TextAddress, s => MoveText(s, 1UL << 32)),
        ["rodata above 4 GiB"] = (ElfRule.ReadOnlyAddress, s => s.ReadOnly.Address = (1UL << 32) + 8),
        ["image longer than the file"] = (ElfRule.ReadOnlyImageTooLarge, s => s.DataRelocated.Address = 1 << 16),
        ["relocations of 24 bytes"] = (ElfRule.DynamicTable, s => s.SetDynamic(5, 24)),
        ["no relocations"] = (ElfRule.DynamicTable, s => s.SetDynamic(3, 0)),
        ["half a relocation"] = (ElfRule.DynamicTable, s => s.SetDynamic(3, 24)),
        ["relocations nowhere"] = (ElfRule.DynamicTable, s => s.SetDynamic(1, 1 << 30)),
        ["relocations past the end"] = (ElfRule.DynamicTable, s => s.SetDynamic(3, 1 << 20)),
        ["symbols nowhere"] = (ElfRule.DynamicTable, s => s.SetDynamic(7, 3)),
        ["symbols in a string table"] = (ElfRule.NotASymbolTable, s => s.SetDynamic(7, s.Names.Address)),
        ["call before .text"] = (ElfRule.CallOutsideText, s => s.SetImmediate(3, -5)),
        ["call behind .text"] = (ElfRule.CallOutsideText, s => s.SetImmediate(3, 9)),
        ["unknown relocation"] = (ElfRule.UnknownRelocation, s => s.SetRelocation(0, s.Text.Address, 2, 0)),
        ["relocation NONE"] = (ElfRule.UnknownRelocation, s => s.SetRelocation(0, s.Text.Address, 0, 0)),
        ["relocation past the end"] = (ElfRule.RelocationOutsideSection, s => s.SetRelocation(0, 1 << 20, 8, 0)),
        ["relocation at 2^64"] = (ElfRule.RelocationOutsideSection, s => s.SetRelocation(0, ulong.MaxValue, 1, 3)),
        ["load of address 0"] = (ElfRule.NullAddress, s => s.SetImmediate(0, 0)),
        ["no such symbol"] = (ElfRule.UnknownSymbol, s => s.SetRelocation(1, s.Text.Address + 16, 10, 4)),
        ["function outside .text"] = (ElfRule.SymbolOutsideText, s => SymbolValue(s, 2, 1 << 20)),
        ["no .dynstr"] = (ElfRule.UnknownSymbolName, s => s.Names.Name = ".names"),
        ["symbol name of 64"] = (ElfRule.UnknownSymbolName, s => s.Names.Data.AsSpan().Fill((byte)'x')),
    };

    public static TheoryData<string> Broken => [.. BrokenSamples.Keys];

    [Theory]
    [MemberData(nameof(Broken))]
    public void A_broken_rule_is_named(string name)
    {
        var sample = new LenientSample();
        (ElfRule rule, Action<LenientSample> breakIt) = BrokenSamples[name];
        breakIt(sample);
        ElfError? error = Load(sample.Writer.Build(), out ProgramImage? image);
        Assert.Equal(rule, error?.Rule);
        Assert.Null(image);
    }

    [Theory]
    [InlineData(0u, 247)]
    [InlineData(0u, 263)]
    [InlineData(1u, 247)]
    public void The_sample_loads_and_runs(uint version, int machine)
    {
        var sample = new LenientSample();
        sample.Writer.Flags = version;
        sample.Writer.Machine = (ushort)machine;
        Assert.Null(Load(sample.Writer.Build(), out ProgramImage? image));
        Assert.Equal((int)version, image!.Dialect.SbpfVersion);
        Assert.Equal(LenientSample.Result, Run(image).Value);
        Assert.Equal(MemoryMap.ProgramAddress + sample.Text.Address, image.TextAddress);
        ulong pointer = BinaryPrimitives.ReadUInt64LittleEndian(image.ReadOnlyData.Span[(int)sample.DataRelocated.Address..]);
        Assert.Equal(MemoryMap.ProgramAddress + sample.ReadOnly.Address, pointer);
    }

    [Fact]
    public void Functions_have_names()
    {
        Assert.Null(Load(new LenientSample().Writer.Build(), out ProgramImage? image));
        Assert.Equal("entrypoint", image!.Functions[FunctionKey.EntryPoint].Name);
        Assert.Equal("named", image.Functions[FunctionKey.OfIndex(11)].Name);
        Assert.Equal("function_9", image.Functions[FunctionKey.OfIndex(9)].Name);
        Assert.Equal(new FunctionSymbol("named", 11), Assert.Single(image.Symbols));
    }

    [Fact]
    public void A_wide_load_by_symbol_adds_its_immediate()
    {
        var sample = new LenientSample();
        sample.SetImmediate(0, 0);
        sample.SetRelocation(0, sample.Text.Address, 1, 3);
        Assert.Null(Load(sample.Writer.Build(), out ProgramImage? image));
        Assert.Equal(LenientSample.Result, Run(image!).Value);
    }

    [Fact]
    public void Without_a_dynamic_segment_the_dynamic_section_counts()
    {
        var sample = new LenientSample();
        Segment(sample, 2, segment => segment with { Type = 4 });
        Assert.Null(Load(sample.Writer.Build(), out ProgramImage? image));
        Assert.Equal(LenientSample.Result, Run(image!).Value);
    }

    [Fact]
    public void A_relocation_table_outside_all_segments_is_found_by_its_section()
    {
        var sample = new LenientSample();
        Segment(sample, 1, segment => segment with { MemoryBytes = 8 });
        Assert.Null(Load(sample.Writer.Build(), out ProgramImage? image));
        Assert.Equal(LenientSample.Result, Run(image!).Value);
    }

    [Fact]
    public void A_function_with_the_key_of_a_host_function_is_refused()
    {
        HostFunctionTable host = new HostFunctionTable().Add("log", _ => 0).Add(FunctionKey.OfIndex(9), "taken", _ => 0);
        ElfError? error = ElfLoader.TryLoad(new LenientSample().Writer.Build(), ElfOptions.Default, host, out _);
        Assert.Equal(ElfRule.FunctionKeyCollision, error?.Rule);
    }

    [Fact]
    public void A_host_function_named_as_the_entry_point_is_refused()
    {
        HostFunctionTable host = new HostFunctionTable().Add("log", _ => 0).Add("entrypoint", _ => 0);
        ElfError? error = ElfLoader.TryLoad(new LenientSample().Writer.Build(), ElfOptions.Default, host, out _);
        Assert.Equal(ElfRule.FunctionKeyCollision, error?.Rule);
    }

    [Fact]
    public void Deployment_refuses_what_running_takes()
    {
        var deployment = new ElfOptions { RejectsBroken = true };
        byte[] good = new LenientSample().Writer.Build();
        Assert.Null(ElfLoader.TryLoad(good, deployment, LenientSample.Host, out _));

        Assert.Equal(ElfRule.UnresolvedSymbol, ElfLoader.TryLoad(good, deployment, HostFunctionTable.Empty, out _)?.Rule);
        Assert.Null(ElfLoader.TryLoad(good, ElfOptions.Default, HostFunctionTable.Empty, out _));

        var moved = new LenientSample();
        moved.ReadOnly.Address += 8;
        Assert.Equal(ElfRule.AddressIsNotOffset, ElfLoader.TryLoad(moved.Writer.Build(), deployment, LenientSample.Host, out _)?.Rule);
        Assert.Null(Load(moved.Writer.Build(), out _));
    }

    [Fact]
    public void Where_sections_overlap_the_later_one_runs()
    {
        var sample = new LenientSample();
        // The constant of 8 bytes lands on instruction 9: 0x1234 is opcode 0x34, which V0 has (div32 r2, 0).
        sample.ReadOnly.Address = sample.Text.Address + (9 * 8);
        Assert.Null(Load(sample.Writer.Build(), out ProgramImage? image));
        Assert.Equal(0x34, image!.Text.Span[9 * 8]);
    }

    [Fact]
    public void Versions_can_be_limited()
    {
        var options = new ElfOptions { MinSbpfVersion = 3 };
        ElfError? error = ElfLoader.TryLoad(new LenientSample().Writer.Build(), options, LenientSample.Host, out _);
        Assert.Equal(ElfRule.UnsupportedSbpfVersion, error?.Rule);
    }

    [Theory]
    [InlineData(0, 0, ElfRule.NotElf)]
    [InlineData(4, 1, ElfRule.WrongClass)]
    [InlineData(5, 2, ElfRule.WrongByteOrder)]
    [InlineData(6, 2, ElfRule.WrongElfVersion)]
    [InlineData(7, 1, ElfRule.WrongAbi)]
    [InlineData(20, 2, ElfRule.WrongElfVersion)]
    [InlineData(32, 8, ElfRule.RangesOverlap)]
    [InlineData(33, 255, ElfRule.TableOutsideFile)]
    [InlineData(39, 255, ElfRule.TableOutsideFile)]
    [InlineData(41, 0, ElfRule.RangesOverlap)]
    [InlineData(42, 255, ElfRule.TableOutsideFile)]
    [InlineData(52, 63, ElfRule.WrongHeaderSize)]
    [InlineData(54, 55, ElfRule.WrongHeaderSize)]
    [InlineData(58, 63, ElfRule.WrongHeaderSize)]
    [InlineData(62, 0, ElfRule.NoSectionNames)]
    [InlineData(62, 1, ElfRule.NotAStringTable)]
    [InlineData(62, 200, ElfRule.SectionNamesIndex)]
    public void A_wrong_header_byte_is_named(int offset, byte value, ElfRule rule)
    {
        byte[] file = new LenientSample().Writer.Build();
        file[offset] = value;
        Assert.Equal(rule, Load(file, out _)?.Rule);
    }

    [Fact]
    public void The_first_section_must_be_null()
    {
        var sample = new LenientSample();
        byte[] file = sample.Writer.Build();
        file[sample.Writer.SectionTable + 4] = 1;
        Assert.Equal(ElfRule.NoNullSection, Load(file, out _)?.Rule);
    }

    [Fact]
    public void Files_have_a_shortest_and_a_longest_length()
    {
        Assert.Equal(ElfRule.FileTooShort, Load(new byte[63], out _)?.Rule);
        Assert.Equal(ElfRule.FileTooLarge, Load(new byte[ElfLoader.MaxFileBytes + 1], out _)?.Rule);
    }

    [Fact]
    public void An_error_says_where_what_and_how_to_help()
    {
        var sample = new LenientSample();
        sample.SetImmediate(3, 9);
        string message = Load(sample.Writer.Build(), out _)!.Message;
        Assert.Equal(
            "instruction 3: CallOutsideText: calls instruction 13; .text has 0 to 12. Build it again with a current toolchain for this target.",
            message);
    }

    private static ElfError? Load(byte[] file, out ProgramImage? image) =>
        ElfLoader.TryLoad(file, ElfOptions.Default, LenientSample.Host, out image);

    private static ExecutionResult Run(ProgramImage image)
    {
        using var machine = new VirtualMachine();
        machine.Load(BpfProgram.Create(image, LenientSample.Host));
        return machine.Run(100);
    }

    private static void Segment(LenientSample sample, int index, Func<WrittenSegment, WrittenSegment> change) =>
        sample.Writer.Segments[index] = change(sample.Writer.Segments[index]);

    private static void SymbolValue(LenientSample sample, int symbol, ulong value) =>
        BinaryPrimitives.WriteUInt64LittleEndian(sample.Symbols.Data.AsSpan((symbol * 24) + 8), value);

    private static void MoveText(LenientSample sample, ulong address)
    {
        sample.Text.Address = address;
        sample.Writer.Entry = address;
    }
}
