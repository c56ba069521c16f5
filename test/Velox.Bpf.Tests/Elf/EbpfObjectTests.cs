namespace Velox.Bpf.Tests;

/// <summary>The rules of relocatable eBPF objects, one broken at a time.</summary>
public sealed class EbpfObjectTests
{
    private static readonly Dictionary<string, (ElfRule Rule, Action<ObjectSample> Break)> BrokenSamples = new()
    {
        ["no executable section"] = (ElfRule.TextSectionCount, s => (s.Program.Flags, s.Text.Flags) = (2, 2)),
        ["half an instruction"] = (ElfRule.TextLength, s => s.Text.Size -= 4),
        ["section past the end"] = (ElfRule.SectionOutsideFile, s => s.Text.Size = 1 << 20),
        ["alignment of 3"] = (ElfRule.ReadOnlyAddress, s => s.ReadOnly.Alignment = 11),
        ["alignment of 1 MiB"] = (ElfRule.ReadOnlyAddress, s => s.ReadOnly.Alignment = 1 << 20),
        ["half a symbol"] = (ElfRule.TableCutOff, s => s.Symbols.Size -= 8),
        ["symbol names nowhere"] = (ElfRule.NotAStringTable, s => s.Symbols.Link = 100),
        ["half a relocation"] = (ElfRule.TableCutOff, s => s.CodeRelocations.Size -= 8),
        ["relocations with addends"] = (ElfRule.UnknownRelocation, s => s.CodeRelocations.Type = 4),
        ["unknown relocation"] = (ElfRule.UnknownRelocation, s => s.SetCodeRelocation(0, 0, 77, 3)),
        ["32-bit pointer in data"] = (ElfRule.AddressTooWide, s => ElfWriter.Relocations((8, 3, 2)).CopyTo(s.DataRelocations.Data, 0)),
        ["pointer past the section"] = (ElfRule.RelocationOutsideSection, s => ElfWriter.Relocations((12, 2, 2)).CopyTo(s.DataRelocations.Data, 0)),
        ["relocation past the section"] = (ElfRule.RelocationOutsideSection, s => s.SetCodeRelocation(0, 64, 1, 3)),
        ["relocation at 2^64"] = (ElfRule.RelocationOutsideSection, s => s.SetCodeRelocation(0, ulong.MaxValue - 7, 1, 3)),
        ["address into a load"] = (ElfRule.RelocationTarget, s => s.SetCodeRelocation(0, 16, 1, 3)),
        ["address between instructions"] = (ElfRule.RelocationTarget, s => s.SetCodeRelocation(0, 4, 1, 3)),
        ["call that is none"] = (ElfRule.RelocationTarget, s => s.SetCodeRelocation(1, 40, 10, 5)),
        ["no such symbol"] = (ElfRule.UnknownSymbol, s => s.SetCodeRelocation(0, 0, 1, 100)),
        ["writable data"] = (ElfRule.WritableSection, s => s.SetCodeRelocation(0, 0, 1, 4)),
        ["map"] = (ElfRule.MapsNotSupported, s => ReferTo(s, ".maps", flags: 3)),
        ["address of a function"] = (ElfRule.FunctionAddress, s => s.SetCodeRelocation(0, 0, 1, 5)),
        ["address of an undefined symbol"] = (ElfRule.UnresolvedSymbol, s => s.SetCodeRelocation(0, 0, 1, 7)),
        ["section that is not loaded"] = (ElfRule.SectionNotLoaded, s => ReferTo(s, ".comment", flags: 0)),
        ["call of data"] = (ElfRule.CallOutsideText, s => s.SetCodeRelocation(1, 32, 10, 2)),
        ["call past the section"] = (ElfRule.CallOutsideText, s => BitConverter.TryWriteBytes(s.Program.Data.AsSpan(36), 1)),
        ["unknown host function"] = (ElfRule.UnresolvedSymbol, s => s.Names.Data[7] = (byte)'g'),
    };

    public static TheoryData<string> Broken => [.. BrokenSamples.Keys];

    [Theory]
    [MemberData(nameof(Broken))]
    public void A_broken_rule_is_named(string name)
    {
        var sample = new ObjectSample();
        BrokenSamples[name].Break(sample);
        ElfError? error = Load(sample.Writer.Build(), ElfOptions.Default, out ProgramImage? image);
        Assert.Equal(BrokenSamples[name].Rule, error?.Rule);
        Assert.Null(image);
    }

    [Fact]
    public void The_sample_loads_and_runs()
    {
        Assert.Null(Load(new ObjectSample().Writer.Build(), ElfOptions.Default, out ProgramImage? image));
        Assert.Same(Dialect.Ebpf, image!.Dialect);
        // .text comes first, whatever the order in the file.
        Assert.Equal([new FunctionSymbol("zero", 0), new FunctionSymbol("seven", 2), new FunctionSymbol("run", 4)], image.Symbols);
        Assert.Equal(ObjectSample.Result, Run(image));
    }

    [Fact]
    public void The_entry_is_main_or_the_first_global_function_or_the_one_that_is_asked_for()
    {
        byte[] file = new ObjectSample().Writer.Build();
        Assert.Null(Load(file, ElfOptions.Default, out ProgramImage? image));
        Assert.Equal(4, image!.EntryIndex);

        Assert.Null(Load(file, new ElfOptions { EntrySymbol = "seven" }, out image));
        Assert.Equal(7UL, Run(image!));

        Assert.Equal(ElfRule.EntrySymbolNotFound, Load(file, new ElfOptions { EntrySymbol = "eight" }, out _)?.Rule);

        var sample = new ObjectSample();
        "main"u8.CopyTo(sample.Names.Data.AsSpan(20));
        Assert.Null(Load(sample.Writer.Build(), ElfOptions.Default, out image));
        Assert.Equal(0, image!.EntryIndex);
    }

    [Fact]
    public void A_call_relative_to_a_section_counts_from_its_start()
    {
        var sample = new ObjectSample();
        // As clang writes calls of static functions: symbol .text, immediate = index - 1.
        sample.SetCodeRelocation(1, 32, 10, 1);
        BitConverter.TryWriteBytes(sample.Program.Data.AsSpan(36), 1);
        Assert.Null(Load(sample.Writer.Build(), ElfOptions.Default, out ProgramImage? image));
        Assert.Equal(ObjectSample.Result, Run(image!));
    }

    [Fact]
    public void The_kind_can_be_forced()
    {
        byte[] file = new ObjectSample().Writer.Build();
        Assert.Equal(ElfRule.WrongFileType, Load(file, new ElfOptions { Kind = ElfKind.Sbpf }, out _)?.Rule);
        byte[] program = new LenientSample().Writer.Build();
        Assert.Equal(ElfRule.WrongFileType, Load(program, new ElfOptions { Kind = ElfKind.Ebpf }, out _)?.Rule);
    }

    private static void ReferTo(ObjectSample sample, string section, ulong flags)
    {
        (sample.Writable.Name, sample.Writable.Flags) = (section, flags);
        sample.SetCodeRelocation(0, 0, 1, 4);
    }

    private static ElfError? Load(byte[] file, ElfOptions options, out ProgramImage? image) =>
        ElfLoader.TryLoad(file, options, ObjectSample.Host, out image);

    private static ulong Run(ProgramImage image)
    {
        using var machine = new VirtualMachine();
        machine.Load(BpfProgram.Create(image, ObjectSample.Host));
        ExecutionResult result = machine.Run(100);
        Assert.Equal(VmError.None, result.Error);
        return result.Value;
    }
}
