using System.Text;

namespace Velox.Bpf.Tests;

/// <summary>Assembly holds read-only data, programs read it at its labels, and the disassembler writes it back.</summary>
public sealed class ReadOnlyDataTests : IDisposable
{
    private const string Table = """
            lddw r2, table
            lddw r3, text
            ldxdw r0, [r2+8]
            ldxb r4, [r3+1]
            add64 r0, r4
            exit
        .rodata
        text:
            .ascii "a;\"b\\#\x7f\0\n\té"
            .byte 1, -128, 255
        table: .quad 5, 0xffffffffffffff00
        .text
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("velox-data");

    public static TheoryData<string> Dialects => [.. Dialect.All.Where(dialect => dialect.SbpfVersion != 2).Select(dialect => dialect.Name)];

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [MemberData(nameof(Dialects))]
    public void A_program_reads_data_at_its_labels_in_both_tiers(string dialect)
    {
        ProgramImage image = Assembler.Assemble(Table, Dialect.Find(dialect)!);
        byte[] text = [.. Encoding.UTF8.GetBytes("a;\"b\\#\u007f\0\n\té"), 1, 128, 255];
        Assert.Equal(text, image.ReadOnlyData[..text.Length].ToArray());
        Assert.Equal(text.Length + 16, image.ReadOnlyData.Length);
        foreach (Tier tier in (Tier[])[Tier.Interpreter, Tier.Native])
        {
            var program = BpfProgram.Create(image);
            tier.Prepare(program);
            using var machine = new VirtualMachine();
            machine.Load(program);
            Assert.Equal(0xffff_ffff_ffff_ff00 + ';', machine.Run(100).Value);
        }
    }

    [Fact]
    public void It_cannot_be_written()
    {
        using var machine = new VirtualMachine();
        machine.Load(BpfProgram.Create(Assembler.Assemble("lddw r1, x\nstb [r1+0], 1\nexit\n.rodata\nx: .byte 1", Dialect.Ebpf)));
        ExecutionResult result = machine.Run(10);
        Assert.Equal((VmError.AccessViolation, MemoryMap.ProgramAddress, true), (result.Error, result.FaultAddress, result.IsStore));
    }

    [Theory]
    [InlineData("x: exit\nlddw r1, x", 2, 10, "only data has an address here")]
    [InlineData("ja x\n.rodata\nx: .byte 1", 1, 4, "this label is data, not an instruction")]
    [InlineData(".rodata\nentrypoint: .byte 1\n.text\ncall entrypoint", 4, 6, "this label is data, not an instruction")]
    [InlineData("lddw r1, absent\nexit", 1, 10, "no line has this label")]
    [InlineData("x: exit\n.rodata\nx: .byte 1", 3, 1, "line 1 has this label already")]
    [InlineData(".rodata\nexit", 2, 1, "write .text before them")]
    [InlineData(".rodata\n.raw 5", 2, 6, "write .text before them")]
    [InlineData("  .byte 1", 1, 9, "write .rodata before it")]
    [InlineData("  .ascii \"a\"", 1, 3, "write .rodata before it")]
    [InlineData(".rodata\n.byte 1, 256", 2, 10, "a number has 8 bits here")]
    [InlineData(".rodata\n.byte", 2, 6, "write numbers with commas between them")]
    [InlineData(".rodata\n.quad 0x10000000000000000", 2, 7, "this is no number of 64 bits")]
    [InlineData(".rodata\n.ascii abc", 2, 8, "write a text in double quotes")]
    [InlineData(".rodata\n.ascii \"abc", 2, 8, "the text has no end")]
    [InlineData(".rodata\n.ascii \"abc\\", 2, 12, "write a text in double quotes")]
    [InlineData(".rodata\n.ascii \"\\x1g\"", 2, 9, "write a text in double quotes")]
    [InlineData(".rodata\n.ascii \"a\" 5", 2, 12, "the line is complete before this")]
    [InlineData(".rodata 5", 1, 9, "the line is complete before this")]
    public void What_is_wrong_is_named_by_line_and_column(string text, int line, int column, string detail)
    {
        AssemblyError? error = Assembler.TryAssemble(text, Dialect.SbpfV3, out _);
        Assert.Equal((line, column), (error?.Line, error?.Column));
        Assert.Contains(detail, error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_written_as_text_or_bytes_with_labels()
    {
        string text = Disassembler.ToText(Assembler.Assemble(Table, Dialect.Ebpf));
        Assert.Contains("    lddw r2, data_15\n    lddw r3, data_0\n", text, StringComparison.Ordinal);
        Assert.EndsWith(
            ".rodata\ndata_0:\n    .byte 0x61, 0x3b, 0x22, 0x62, 0x5c, 0x23, 0x7f, 0x00, 0x0a, 0x09, 0xc3, 0xa9, 0x01, 0x80, 0xff\n"
            + "data_15:\n    .byte 0x05, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff\n",
            text, StringComparison.Ordinal);
        Assert.EndsWith(
            ".rodata\n    .ascii \"say \\\"hi\\\" \\\\ to\\n\\0\\0\"\n",
            Disassembler.ToText(Assembler.Assemble("exit\n.rodata\n.ascii \"say \\\"hi\\\" \\\\ to\\n\\0\\0\"", Dialect.Ebpf)), StringComparison.Ordinal);
    }

    [Fact]
    public void Random_data_and_addresses_come_back_to_the_same_image()
    {
        int seed = Random.Shared.Next();
        var random = new Random(seed);
        int labels = 0;
        for (int i = 0; i < 2_000; i++)
        {
            Dialect dialect = Dialect.All[random.Next(Dialect.All.Count)];
            byte[] data = new byte[random.Next(1, 200)];
            random.NextBytes(data);
            if (random.Next(2) == 0)
                data.AsSpan().Replace((byte)0, (byte)'a');
            for (int at = random.Next(data.Length); at < data.Length && random.Next(3) > 0; at++)
                data[at] = (byte)random.Next(0x0a, 0x7f);
            List<InstructionWord> words = [];
            while (words.Count < 12)
            {
                ulong address = MemoryMap.ProgramAddress + (ulong)random.Next(-3, data.Length + 3);
                words.Add(new InstructionWord(0x18, (byte)random.Next(10), 0, 0, (int)address));
                words.Add(new InstructionWord(0, 0, 0, 0, (int)(address >> 32)));
            }

            // A function may have the name that a label of data would get.
            var functions = new Dictionary<uint, FunctionSymbol> { [FunctionKey.OfIndex(0)] = new FunctionSymbol($"data_{random.Next(9)}", 0) };
            var image = new ProgramImage { Dialect = dialect, Text = TextOf(words), ReadOnlyData = data, Functions = functions };
            string assembly = Disassembler.ToText(image);
            labels += assembly.Contains(", data_", StringComparison.Ordinal) ? 1 : 0;
            AssertSame(image, assembly, $"seed {seed}, case {i}");
        }

        Assert.True(labels > 500, $"seed {seed}: only {labels} texts have labels");
    }

    [Fact]
    public void An_object_of_clang_comes_back_and_ends_alike()
    {
        byte[] file = ClangObject.Compile("data.c", _folder.FullName, "-O2");
        Assert.Null(ElfLoader.TryLoad(file, ElfOptions.Default, HostFunctionTable.Empty, out ProgramImage? image));
        string assembly = Disassembler.ToText(image!);
        Assert.Contains("lddw", assembly, StringComparison.Ordinal);
        ProgramImage again = AssertSame(image!, assembly, "data.c");
        Assert.Equal(Run(image!), Run(again));
    }

    [Fact]
    public void Data_at_another_address_than_the_assemblers_stays_out_of_the_text()
    {
        var image = new ProgramImage
        {
            Dialect = Dialect.SbpfV3,
            Text = new byte[] { 0x95, 0, 0, 0, 0, 0, 0, 0 },
            ReadOnlyData = new byte[8],
            ReadOnlyAddress = 0,
        };
        Assert.DoesNotContain(".rodata", Disassembler.ToText(image), StringComparison.Ordinal);
    }

    private static ProgramImage AssertSame(ProgramImage image, string assembly, string what)
    {
        ProgramImage again = Assembler.Assemble(assembly, image.Dialect);
        Assert.True(image.Text.Span.SequenceEqual(again.Text.Span), $"{what}: {assembly}");
        Assert.True(image.ReadOnlyData.Span.SequenceEqual(again.ReadOnlyData.Span), $"{what}: {assembly}");
        return again;
    }

    private static ExecutionResult Run(ProgramImage image)
    {
        using var machine = new VirtualMachine();
        machine.Load(BpfProgram.Create(image));
        machine.Memory.Map(MemoryMap.InputAddress, new byte[] { 1, 2, 3, 4, 5, 6, 7, 8, 9 });
        ExecutionResult result = machine.Run(100_000, MemoryMap.InputAddress, 9);
        Assert.True(result.IsSuccess, result.ToString());
        return result;
    }

    private static byte[] TextOf(List<InstructionWord> words)
    {
        byte[] text = new byte[words.Count * InstructionWord.Bytes];
        for (int i = 0; i < words.Count; i++)
            words[i].Write(text.AsSpan(i * InstructionWord.Bytes));
        return text;
    }
}
