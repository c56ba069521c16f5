using Velox.Testing;
using Xunit;

namespace Velox.Cli.Tests;

public sealed class BpfTests : IDisposable
{
    private const string Sum = """
        ; adds the bytes of the memory
            mov64 r0, 0
        next:
            jeq r2, 0, done
            ldxb r3, [r1+0]
            add64 r0, r3
            add64 r1, 1
            add64 r2, -1
            ja next
        done:
            exit
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Assembly_becomes_bytes_or_hex_and_disassembles_to_itself()
    {
        string source = Write("sum.s", Sum);
        string bytes = _folder.File("sum.bin");
        string hex = _folder.File("sum.hex");
        Assert.Equal(new ToolResult(0, "", ""), await Tool.RunAsync("bpf", "asm", source, "-o", bytes));
        Assert.Equal(new ToolResult(0, "", ""), await Tool.RunAsync("bpf", "asm", source, "--output", hex));
        ToolResult printed = await Tool.RunAsync("bpf", "asm", source);

        Assert.Equal(8 * 8, File.ReadAllBytes(bytes).Length);
        Assert.Equal(Convert.ToHexStringLower(File.ReadAllBytes(bytes)) + "\n", File.ReadAllText(hex));
        Assert.Equal(File.ReadAllText(hex).Trim(), printed.Output.Trim());

        ToolResult text = await Tool.RunAsync("bpf", "disasm", bytes);
        Assert.Equal((0, ""), (text.ExitCode, text.Error));
        Assert.Contains("    jeq r2, 0, label_7\n", text.Output, StringComparison.Ordinal);
        string again = Write("again.s", text.Output);
        Assert.Equal(printed.Output, (await Tool.RunAsync("bpf", "asm", again)).Output);
    }

    [Fact]
    public async Task Programs_of_the_book_are_assembled_disassembled_and_verified()
    {
        const string dialect = "ebpf-book";
        string source = Write("book.s", "mov64 r1, 0\nplaceorder r0\nbestaskof r6, r2\nbookresult r7, 5\nexit\n");
        string bytes = _folder.File("book.bin");
        Assert.Equal(new ToolResult(0, "", ""), await Tool.RunAsync("bpf", "asm", source, "-o", bytes, "--dialect", dialect));
        ToolResult text = await Tool.RunAsync("bpf", "disasm", bytes, "--dialect", dialect);
        Assert.Contains("    placeorder r0\n    bestaskof r6, r2\n    bookresult r7, 5\n", text.Output, StringComparison.Ordinal);
        string again = _folder.File("again.bin");
        await Tool.RunAsync("bpf", "asm", Write("again.s", text.Output), "-o", again, "--dialect", dialect);
        Assert.Equal(File.ReadAllBytes(bytes), File.ReadAllBytes(again));
        ToolResult verified = await Tool.RunAsync("bpf", "verify", bytes, "--dialect", dialect);
        Assert.Equal((0, $"{bytes}: ebpf-book program of 5 slots: every rule is kept\n"), (verified.ExitCode, verified.Output));

        // Plain eBPF does not know them, and the book has no result 6.
        ToolResult unknown = await Tool.RunAsync("bpf", "asm", source);
        Assert.Equal(1, unknown.ExitCode);
        Assert.Contains("placeorder", unknown.Error, StringComparison.Ordinal);
        Assert.Equal(1, (await Tool.RunAsync("bpf", "verify", bytes)).ExitCode);
        ToolResult refused = await Tool.RunAsync("bpf", "verify", Write("bad.s", "bookresult r0, 6\nexit\n"), "--dialect", dialect);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("result field 6; there are the fields 0 to 5", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_runs_from_every_kind_of_file_with_memory_from_the_line_or_a_file()
    {
        string source = Write("sum.s", Sum);
        string hex = _folder.File("sum.hex");
        await Tool.RunAsync("bpf", "asm", source, "-o", hex);
        string memory = _folder.File("memory");
        File.WriteAllBytes(memory, [1, 2, 3]);

        const string expected = "r0     0x6 (6)\nunits  21\n";
        Assert.Equal(new ToolResult(0, expected, ""), await Tool.RunAsync("bpf", "run", source, "--memory", "01 02 03"));
        Assert.Equal(new ToolResult(0, expected, ""), await Tool.RunAsync("bpf", "run", hex, "--memory", "@" + memory));
        Assert.Equal(
            new ToolResult(0, expected, ""), await Tool.RunAsync("bpf", "run", source, "--dialect", "sbpf-v3", "--memory", "010203"));
        Assert.Equal(
            new ToolResult(1, "", $"velox: {source}: BudgetExceeded at instruction 7 after 20 units: exit (--units gives more)\n"),
            await Tool.RunAsync("bpf", "run", source, "--memory", "010203", "--units", "20"));
    }

    [Fact]
    public async Task Read_only_data_runs_from_assembly_and_is_missed_in_bytecode()
    {
        string source = Write("data.s", "lddw r1, text\nmov64 r2, 5\nsyscall sol_log_\nexit\n.rodata\ntext: .ascii \"hello\"");
        ToolResult run = await Tool.RunAsync("bpf", "run", source, "--dialect", "sbpf-v0");
        Assert.Equal(new ToolResult(0, "Program log: hello\nr0     0x0 (0)\nunits  104\n", ""), run);
        ToolResult bytes = await Tool.RunAsync("bpf", "asm", source, "--dialect", "sbpf-v0");
        Assert.Equal((0, $"velox: {source}: note: bytecode has no read-only data, this program has 5 bytes: run the assembly itself.\n"), (bytes.ExitCode, bytes.Error));
    }

    [Fact]
    public async Task A_trace_has_a_line_for_each_instruction_up_to_its_limit()
    {
        string source = Write("sum.s", Sum);
        ToolResult whole = await Tool.RunAsync("bpf", "trace", source, "--memory", "07");
        Assert.Equal((0, ""), (whole.ExitCode, whole.Error));
        string[] lines = whole.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(9 + 2, lines.Length);
        Assert.StartsWith("    0 [0000000000000000, 0000000400000000, 0000000000000001,", lines[0], StringComparison.Ordinal);
        Assert.EndsWith("]     0: mov64 r0, 0", lines[0], StringComparison.Ordinal);
        Assert.EndsWith("]     7: exit", lines[8], StringComparison.Ordinal);

        ToolResult cut = await Tool.RunAsync("bpf", "trace", source, "--memory", "07", "--lines", "2");
        Assert.Equal(2 + 2, cut.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("7 more instructions", cut.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_profile_names_coverage_functions_blocks_and_counts()
    {
        ToolResult profile = await Tool.RunAsync("bpf", "profile", Write("sum.s", Sum), "--memory", "010203", "--listing");
        Assert.Equal((0, ""), (profile.ExitCode, profile.Error));
        Assert.All(
            (string[])["executed  21 instructions", "covered   8 of 8 instructions (100.0 %)", "entry ", "label_1", "100.0", "               3       2: ldxb r3, [r1+0]"],
            text => Assert.Contains(text, profile.Output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Verify_says_which_instruction_breaks_which_rule()
    {
        ToolResult good = await Tool.RunAsync("bpf", "verify", Write("good.s", Sum));
        Assert.Equal((0, ""), (good.ExitCode, good.Error));
        Assert.Contains("ebpf program of 8 slots: every rule is kept", good.Output, StringComparison.Ordinal);

        ToolResult bad = await Tool.RunAsync("bpf", "verify", Write("bad.s", "exit\nmov64 r10, 5"));
        Assert.Equal((1, ""), (bad.ExitCode, bad.Output));
        Assert.Contains("instruction 1 (mov64): FramePointerReadOnly", bad.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("absent.s", null, "absent.s")]
    [InlineData("bad.s", "exit\nfrob r1", "bad.s: line 2, column 1: 'frob': not an instruction of ebpf")]
    [InlineData("bad.hex", "zz", "bad.hex: this is no hex text")]
    [InlineData("bad.bin", "1234567", "LengthNotMultipleOf8")]
    [InlineData("elf.o", "\u007fELF", "elf.o: file: FileTooShort")]
    [InlineData("host.s", "call 1\nexit", "there is no host function 1")]
    public async Task A_file_that_cannot_run_is_named_with_the_reason(string name, string? text, string expected)
    {
        string file = text is null ? _folder.File(name) : Write(name, text);
        ToolResult result = await Tool.RunAsync("bpf", "run", file);
        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.StartsWith("velox: ", result.Error, StringComparison.Ordinal);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_conformance_plugin_speaks_its_protocol()
    {
        // The suite writes two blanks behind each byte and leaves the memory out when there is none.
        const string loadFirstByte = "71  10  00  00  00  00  00  00  95  00  00  00  00  00  00  00  ";
        ToolResult loaded = await Tool.RunInShellAsync($"echo '{loadFirstByte}' | velox bpf conformance-plugin 'aa  bb  '");
        Assert.Equal(new ToolResult(0, "aa\n", ""), loaded);

        const string length = "bf20000000000000 9500000000000000";
        Assert.Equal(new ToolResult(0, "0\n", ""), await Tool.RunInShellAsync($"echo '{length}' | velox bpf conformance-plugin"));
        Assert.Equal(new ToolResult(0, "2\n", ""), await Tool.RunInShellAsync($"echo '{length}' | velox bpf conformance-plugin 'aa  bb  '"));

        Assert.Equal(new ToolResult(0, "2\n", ""), await Tool.RunInShellAsync($"echo '{length}' | velox bpf conformance-plugin 'aa  bb  ' --jit"));

        // Function 5 ends the program when its argument is 0.
        const string unwind = "b701000000000000 8500000005000000 b700000007000000 9500000000000000";
        Assert.Equal(new ToolResult(0, "0\n", ""), await Tool.RunInShellAsync($"echo '{unwind}' | velox bpf conformance-plugin"));
    }

    [Theory]
    [InlineData("ff00000000000000", "", "UnknownOpcode")]
    [InlineData("7110000000000000 9500000000000000", "", "AccessViolation")]
    [InlineData("xx", "", "standard input: this is no hex text")]
    [InlineData("9500000000000000", "--elf", "FileTooShort")]
    public async Task The_conformance_plugin_fails_with_the_reason_on_standard_error(string program, string options, string expected)
    {
        ToolResult result = await Tool.RunInShellAsync($"echo '{program}' | velox bpf conformance-plugin {options}");
        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Perf_is_told_the_names_of_native_code_where_the_environment_asks_for_it()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Perf maps are for perf, which is Linux's.");
        // The shell becomes the tool, so that its process id is known.
        ToolResult result = await Tool.RunInShellAsync(
            $"VELOX_BPF_PERF_MAP=1 bash -c 'echo $$; exec \"$@\"' - '{Tool.Dotnet}' '{Tool.Path}' bpf run '{Write("sum.s", Sum)}' --memory 0102 --jit");
        Assert.SkipWhen(result.Error.Contains("--jit", StringComparison.Ordinal), "This machine does not run native code.");
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        string map = $"/tmp/perf-{result.Output.Split('\n')[0]}.map";
        try
        {
            string[] lines = await File.ReadAllLinesAsync(map, TestContext.Current.CancellationToken);
            Assert.Equal(2, lines.Length);
            Assert.Matches("^[0-9a-f]+ [0-9a-f]+ bpf1::enter_and_leave$", lines[0]);
            Assert.Matches("^[0-9a-f]+ [0-9a-f]+ bpf1::", lines[1]);
        }
        finally
        {
            File.Delete(map);
        }
    }

    private string Write(string name, string text)
    {
        string file = _folder.File(name);
        File.WriteAllText(file, text);
        return file;
    }
}
