namespace Velox.Bpf.Tests;

/// <summary>What texts become, by hand: bytes, spellings, errors.</summary>
public sealed class AssemblerTests
{
    [Theory]
    // RFC 9669.
    [InlineData("ebpf", "mov64 r1, 5", "b701000005000000")]
    [InlineData("ebpf", "ldxdw r2, [r1+8]", "7912080000000000")]
    [InlineData("ebpf", "stxw [r10-4], r3", "633afcff00000000")]
    [InlineData("ebpf", "stb [r1+0], 7", "7201000007000000")]
    [InlineData("ebpf", "jne32 r1, r2, +3", "5e21030000000000")]
    [InlineData("ebpf", "ja32 -1", "06000000ffffffff")]
    [InlineData("ebpf", "call 5", "8500000005000000")]
    [InlineData("ebpf", "call +2", "8510000002000000")]
    [InlineData("ebpf", "syscall sol_log_", "85000000bd597520")]
    [InlineData("ebpf", "callx r2", "8d02000000000000")]
    [InlineData("ebpf", "lddw r1, 0x1122334455667788", "18010000887766550000000044332211")]
    [InlineData("ebpf", "lddw r1, -2", "18010000feffffff00000000ffffffff")]
    [InlineData("ebpf", "aadd64 [r1+0], r2", "db21000000000000")]
    [InlineData("ebpf", "acmpxchg32 [r1+4], r2", "c3210400f1000000")]
    [InlineData("ebpf", "movsx8to64 r1, r2", "bf21080000000000")]
    [InlineData("ebpf", "sdiv32 r1, -2", "34010100feffffff")]
    [InlineData("ebpf", "be16 r3", "dc03000010000000")]
    [InlineData("ebpf", "exit", "9500000000000000")]
    [InlineData("ebpf", ".raw 0x0807060504030201", "0102030405060708")]
    // sBPF: fields without meaning are kept, and keys name functions.
    [InlineData("sbpf-v0", "add64 r1, 2 {off=3, src=2}", "0721030002000000")]
    [InlineData("sbpf-v0", "lddw r1, 1 {src=1, off2=-1}", "18110000010000000000ffff00000000")]
    [InlineData("sbpf-v0", "callx r3", "8d00000003000000")]
    [InlineData("sbpf-v0", "f: call f", "8510000090b6f1cc")]
    [InlineData("sbpf-v0", "f: call f {src=0}", "8500000090b6f1cc")]
    [InlineData("sbpf-v0", "entrypoint: call entrypoint", "8510000081cfe371")]
    [InlineData("sbpf-v1", "add64 r10, -64", "070a0000c0ffffff")]
    [InlineData("sbpf-v2", "hor64 r1, 0x80000000", "f701000000000080")]
    [InlineData("sbpf-v2", "ldxw r1, [r2+0]", "8c21000000000000")]
    [InlineData("sbpf-v2", "udiv64 r1, r2", "5e21000000000000")]
    [InlineData("sbpf-v2", "callx r3", "8d30000000000000")]
    [InlineData("sbpf-v3", "syscall 0x207559bd", "85000000bd597520")]
    [InlineData("sbpf-v3", "call -1", "85100000ffffffff")]
    [InlineData("sbpf-v3", "call +1 {src=2}", "8520000001000000")]
    [InlineData("sbpf-v3", "jsle32 r1, -1, +0", "d6010000ffffffff")]
    public void An_instruction_becomes_its_bytes(string dialect, string text, string expected)
    {
        string actual = Convert.ToHexStringLower(Assembler.Assemble(text, Dialect.Find(dialect)!).Text.Span);
        // The key of slot 0 comes from the hash alone, so that this test does not repeat it.
        expected = expected.Replace("90b6f1cc", KeyHex(FunctionKey.OfIndex(0)), StringComparison.Ordinal);
        Assert.Equal(expected, actual);
    }

    [Theory]
    [InlineData("ebpf", "mov %r0, 1", "mov64 r0, 1")]
    [InlineData("ebpf", "ldxb %r0, [%r1+2]", "ldxb r0, [r1+2]")]
    [InlineData("ebpf", "stxdw [ %r10 - 0x10 ] , %r1", "stxdw [r10-16], r1")]
    [InlineData("ebpf", "ldxw r1, [r2]", "ldxw r1, [r2+0]")]
    [InlineData("ebpf", "neg r1", "neg64 r1")]
    [InlineData("ebpf", "lsh r1, 3", "lsh64 r1, 3")]
    [InlineData("ebpf", "swap32 r1", "bswap32 r1")]
    [InlineData("ebpf", "movsx832 r1, r2", "movsx8to32 r1, r2")]
    [InlineData("ebpf", "jeq64 r1, 2, +1", "jeq r1, 2, +1")]
    [InlineData("ebpf", "ja 1", "ja +1")]
    [InlineData("ebpf", "lock add [r1+8], r2", "aadd64 [r1+8], r2")]
    [InlineData("ebpf", "lock fetch xor32 [r1+8], r2", "afxor32 [r1+8], r2")]
    [InlineData("ebpf", "lock fetch_or [r1+8], r2", "afor64 [r1+8], r2")]
    [InlineData("ebpf", "lock cmpxchg [r1+8], r2", "acmpxchg64 [r1+8], r2")]
    [InlineData("ebpf", "call local l\nl: exit", "call l\nl: exit")]
    [InlineData("ebpf", "call local +0\nexit", "call +0\nexit")]
    [InlineData("ebpf", "call helper 5", "call 5")]
    [InlineData("ebpf", "call helper %r3", "callx r3")]
    [InlineData("sbpf-v2", "lmul r1, 3", "lmul64 r1, 3")]
    [InlineData("sbpf-v2", "hor r1, 3", "hor64 r1, 3")]
    [InlineData("sbpf-v3", "call f\nf: exit", "call +0\nexit")]
    [InlineData("sbpf-v0", "call +0\nf: exit", "call f\nf: exit")]
    [InlineData("ebpf", "jeq r1, 0, exit\nneg64 r1\nexit\nexit", "jeq r1, 0, l\nneg64 r1\nl: exit\nexit")]
    [InlineData("ebpf", "ja exit\nexit\nexit: exit", "ja +1\nexit\nexit")]
    [InlineData("ebpf", "exit ; a comment", "exit # a comment")]
    [InlineData("ebpf", "exit ; \u2028 \f exit", "exit")]
    [InlineData("ebpf", "a: b: exit // a comment", "\t exit\r\n\r\n")]
    public void Other_spellings_mean_the_same(string dialect, string spelling, string canonical) => Assert.Equal(
        Convert.ToHexString(Assembler.Assemble(canonical, Dialect.Find(dialect)!).Text.Span),
        Convert.ToHexString(Assembler.Assemble(spelling, Dialect.Find(dialect)!).Text.Span));

    [Theory]
    [InlineData("ebpf", "mul r1, 2\n frob r1", "line 2, column 2: 'frob': not an instruction of ebpf; no dialect has it")]
    [InlineData("sbpf-v2", "mul64 r1, 2", "line 1, column 1: 'mul64': not an instruction of sbpf-v2; ebpf, sbpf-v0, sbpf-v1, sbpf-v3 have it")]
    [InlineData("ebpf", "mov64 r1", "'mov64': it takes register, number or register, register.")]
    [InlineData("ebpf", "exit 5", "'exit': it takes no operand.")]
    [InlineData("ebpf", "mov64 r1 5", "column 10: '5': a comma stands between operands")]
    [InlineData("ebpf", "mov64 r11, 5", "column 7: 'r11': this is no register: they are r0 to r10.")]
    [InlineData("ebpf", "mov64 %x, 5", "column 7: '%x': this is no register: they are r0 to r10.")]
    [InlineData("ebpf", "mov64 r1,", "column 10: end of line: an operand is missing here")]
    [InlineData("ebpf", "mov64 r1, 0x100000000", "column 11: '0x100000000': a number has 32 bits here")]
    [InlineData("ebpf", "mov64 r1, -0x80000001", "column 11: '-0x80000001': a number has 32 bits here")]
    [InlineData("ebpf", "mov64 r1, 12ab", "'12ab': this is no number of 64 bits")]
    [InlineData("ebpf", "lddw r1, 0x10000000000000000", "this is no number of 64 bits")]
    [InlineData("ebpf", "ldxw r1, [r2+32768]", "column 10: '[r2+32768]': an offset is -32768 to 32767")]
    [InlineData("ebpf", "ldxw r1, [r2+8", "end of line: close the address with ].")]
    [InlineData("ebpf", "ja nowhere", "column 4: 'nowhere': no line has this label")]
    [InlineData("ebpf", "call nowhere", "call a host function with 'syscall name'")]
    [InlineData("ebpf", "a: exit\na: exit", "line 2, column 1: 'a': line 1 has this label already")]
    [InlineData("ebpf", "r1: exit", "'r1': a label begins with a letter")]
    [InlineData("ebpf", "ja +32768", "'+32768': 32768 instructions away; a jump reaches -32768 to 32767: jump over a 'ja32'")]
    [InlineData("sbpf-v0", "ja +32768", "jump to a nearer 'ja'")]
    [InlineData("sbpf-v0", "call +1", "'+1': the function would be at slot 2; the program has 1")]
    [InlineData("sbpf-v0", "add64 r1, 2 {imm=3}", "'imm': add64 of sbpf-v0 gives this field by name or operand")]
    [InlineData("sbpf-v0", "add64 r1, 2 {src=16}", "'src': the number does not fit")]
    [InlineData("sbpf-v0", "add64 r1, 2 {foo=1}", "'foo': in braces stand fields without meaning: dst, src, off, imm, dst2, src2, off2.")]
    [InlineData("sbpf-v0", "add64 r1, 2 {off=1", "end of line: close the fields with }.")]
    [InlineData("sbpf-v3", "call +1 {src=0}", "'call': with these fields this is another instruction")]
    [InlineData("ebpf", ".data 5", "'.data': the directives are")]
    [InlineData("ebpf", ".entry 1\nexit", "'1': the program has 1 slots, counted from 0.")]
    [InlineData("ebpf", ".entry a\n.entry b", "line 2, column 8: 'b': line 1 says .entry already")]
    [InlineData("ebpf", "\u001b[2J", "'?': a line is 'label:', an instruction")]
    [InlineData("sbpf-v0", ".function f\nexit", "line 1, column 1: 'f': no line has this label")]
    [InlineData("sbpf-v0", "f: exit\n.function f, g", "'g': a key is a number of 32 bits without sign.")]
    [InlineData("sbpf-v0", "f: exit\n.function f, 7\ng: exit\n.function g, 7", "'g': its key 0x00000007 is that of 'f' too")]
    [InlineData("ebpf", "call", "'call': it takes function.")]
    [InlineData("ebpf", "call local r1", "'call': it takes function.")]
    public void An_error_names_place_token_and_remedy(string dialect, string text, string expected)
    {
        AssemblyError? error = Assembler.TryAssemble(text, Dialect.Find(dialect)!, out ProgramImage? image);
        Assert.Null(image);
        Assert.Contains(expected, error!.Message, StringComparison.Ordinal);
        Assert.StartsWith($"line {error.Line}, column {error.Column}: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Functions_that_are_called_or_started_at_are_registered()
    {
        ProgramImage image = Assembler.Assemble(".entry main\nhelper: exit\nmain: call helper\nexit", Dialect.SbpfV0);
        Assert.Equal(1, image.EntryIndex);
        Assert.Equal(new FunctionSymbol("helper", 0), image.Functions[FunctionKey.OfIndex(0)]);
        Assert.Equal(new FunctionSymbol("main", 1), image.Functions[FunctionKey.OfIndex(1)]);

        ProgramImage solana = Assembler.Assemble("exit\nentrypoint: exit", Dialect.SbpfV0);
        Assert.Equal(1, solana.EntryIndex);
        Assert.Equal(new FunctionSymbol("entrypoint", 1), solana.Functions[FunctionKey.EntryPoint]);
    }

    [Fact]
    public void A_function_may_have_keys_of_its_own_and_calls_use_the_first()
    {
        ProgramImage image = Assembler.Assemble(".function f, 7\n.function f, 8\ncall f\nexit\nf: exit", Dialect.SbpfV0);
        Assert.Equal(7, InstructionWord.Read(image.Text.Span, 0).Immediate);
        Assert.Equal(new Dictionary<uint, FunctionSymbol> { [7] = new("f", 2), [8] = new("f", 2) }, image.Functions);
        Assert.True(BpfProgram.Create(image).Count == 3);
    }

    [Fact]
    public void An_assembled_program_runs()
    {
        const string text = """
            ; the sum of 1 to 10, by a function that calls itself
                mov64 r1, 10
                call sum
                exit
            sum:
                mov64 r0, 0
                jeq r1, 0, done
                mov64 r6, r1
                sub64 r1, 1
                call sum
                add64 r0, r6
            done:
                exit
            """;
        foreach (Dialect dialect in Dialect.All)
        {
            // In V2 an immediate minus a register.
            string own = dialect == Dialect.SbpfV2 ? text.Replace("sub64 r1, 1", "add64 r1, -1", StringComparison.Ordinal) : text;
            using var machine = new VirtualMachine();
            machine.Load(BpfProgram.Create(Assembler.Assemble(own, dialect)));
            Assert.Equal((VmError.None, 55ul), (machine.Run(1_000).Error, machine.Run(1_000).Value));
        }
    }

    [Fact]
    public void Limits_are_the_stated_ones()
    {
        string longest = new('a', Assembler.MaxLabelLength);
        Assert.Null(Assembler.TryAssemble($"ja {longest}\n{longest}: exit", Dialect.Ebpf, out _));
        Assert.NotNull(Assembler.TryAssemble($"{longest}a: exit", Dialect.Ebpf, out _));

        Assert.Null(Assembler.TryAssemble("exit;" + new string('x', Assembler.MaxLineLength - 5), Dialect.Ebpf, out _));
        Assert.NotNull(Assembler.TryAssemble("exit;" + new string('x', Assembler.MaxLineLength - 4), Dialect.Ebpf, out _));

        string full = string.Concat(Enumerable.Repeat("exit\n", Verifier.MaxInstructions));
        Assert.Null(Assembler.TryAssemble(full, Dialect.Ebpf, out ProgramImage? image));
        Assert.Null(Verifier.Check(Dialect.Ebpf, image!.Text.Span));
        Assert.Equal(Verifier.MaxInstructions + 1, Assembler.TryAssemble(full + "exit", Dialect.Ebpf, out _)!.Line);
        Assert.Equal(Assembler.MaxLines + 1, Assembler.TryAssemble(new string('\n', Assembler.MaxLines), Dialect.Ebpf, out _)!.Line);
    }

    [Fact]
    public void Random_texts_end_with_a_program_or_an_error()
    {
        string[] pieces =
        [
            .. Dialect.All.SelectMany(dialect => dialect.Entries).Select(entry => entry.Mnemonic).Distinct(),
            "r1", "r10", "%r3", "r99", "[", "]", "{", "}", "=", ",", ":", "+", "-", "0x", "0xffffffffffffffff", "5", "-3", "a", "b", ".entry", ".raw",
            "lock", "fetch", "local", "helper", "syscall", "off", "src2", ";", "#", "//", "\t", "\r", "\0", "\u2028", "é", "\ud83d", "entrypoint",
        ];
        int seed = Random.Shared.Next();
        var random = new Random(seed);
        for (int i = 0; i < 20_000; i++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(1, 25)).Select(_ =>
                (random.Next(8) == 0 ? ((char)random.Next(0x10000)).ToString() : pieces[random.Next(pieces.Length)])
                + (random.Next(6) == 0 ? "\n" : random.Next(4) == 0 ? "" : " ")));
            Dialect dialect = Dialect.All[random.Next(Dialect.All.Count)];
            try
            {
                AssemblyError? error = Assembler.TryAssemble(text, dialect, out ProgramImage? image);
                Assert.Equal(error is null, image is not null);
            }
            catch (Exception exception) when (exception is not Xunit.Sdk.IAssertionException)
            {
                Assert.Fail($"seed {seed}: {exception}\n{text}");
            }
        }
    }

    private static string KeyHex(uint key) => Convert.ToHexStringLower(BitConverter.GetBytes(key));
}
