namespace Velox.Bpf.Tests;

/// <summary>What bytes look like as a text.</summary>
public sealed class DisassemblerTests
{
    [Fact]
    public void An_ebpf_program_reads_well()
    {
        const string text = """
            ; ebpf, 12 slots
                mov64 r1, 10
                lddw r2, 0x1122334455667788
                jne r1, -3, label_5
                call function_8
            label_5:
                ldxdw r3, [r10-8]
                call 5
                exit
            function_8:
                stb [r1+0], 7
                afadd64 [r1+8], r2
                mov32 r4, 0x12345678
                ja label_5

            """;
        Assert.Equal(text, Again(text, Dialect.Ebpf));
    }

    [Fact]
    public void An_sbpf_program_keeps_names_and_fields_without_meaning()
    {
        const string text = """
            ; sbpf-v0, 5 slots
            helper:
                add64 r1, 2 {src=2, off=3}
                exit {imm=1}
            entrypoint:
                call helper
                syscall sol_log_
                callx r3 {dst=1}

            """;
        Assert.Equal(text, Again(text, Dialect.SbpfV0));
    }

    [Fact]
    public void Static_calls_and_moved_encodings()
    {
        const string third = """
            ; sbpf-v3, 5 slots
                .entry function_3
                jslt32 r1, r2, label_1
            label_1:
                call function_3
                call -5 {src=7}
            function_3:
                syscall sol_log_
                exit

            """;
        Assert.Equal(third, Again(third, Dialect.SbpfV3));

        const string second = """
            ; sbpf-v2, 5 slots
                add64 r10, -128
                hor64 r1, 0x10000
                ldxw r1, [r2+4]
                shmul64 r3, r4
                callx r5

            """;
        Assert.Equal(second, Again(second, Dialect.SbpfV2));
    }

    [Fact]
    public void What_is_no_instruction_is_raw_and_a_rest_is_told()
    {
        byte[] text = Convert.FromHexString("ff00000000000000" + "1801000001000000" + "1801000001000000" + "0102");
        string assembly = Disassembler.ToText(new ProgramImage { Dialect = Dialect.Ebpf, Text = text });
        Assert.Equal(
            "; ebpf, 3 slots\n    .raw 0x00000000000000ff\n    .raw 0x0000000100000118\n    .raw 0x0000000100000118\n"
            + "; 2 bytes behind the last slot: 0102\n",
            assembly);
    }

    [Fact]
    public void Names_that_cannot_be_written_or_are_taken_are_replaced()
    {
        var image = new ProgramImage
        {
            Dialect = Dialect.SbpfV0,
            Text = Assembler.Assemble("exit\nexit\nexit\nexit", Dialect.SbpfV0).Text,
            Functions = new Dictionary<uint, FunctionSymbol>
            {
                [FunctionKey.OfIndex(3)] = new("core::fmt", 3),
                [FunctionKey.OfIndex(1)] = new("twice", 1),
                [FunctionKey.OfIndex(2)] = new("twice", 2),
                [FunctionKey.OfIndex(0)] = new("function_2", 0),
            },
        };
        var disassembler = new Disassembler(image);
        Assert.Equal(["function_2", "twice", "function_2_", "function_3"], Enumerable.Range(0, 4).Select(disassembler.NameAt));
    }

    /// <summary>The disassembly of the program of a text.</summary>
    private static string Again(string text, Dialect dialect)
    {
        HostFunctionTable host = new HostFunctionTable().Add("sol_log_", _ => 0);
        return Disassembler.ToText(Assembler.Assemble(text, dialect), host);
    }
}
