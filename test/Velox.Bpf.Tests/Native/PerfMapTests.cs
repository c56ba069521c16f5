using System.Globalization;

namespace Velox.Bpf.Tests;

public sealed class PerfMapTests
{
    [Fact]
    public void Every_function_has_a_line_and_the_lines_cover_the_code_without_gaps()
    {
        const string source = """
            mov64 r1, 3
            call twice
            exit
            twice:
            mov64 r0, r1
            add64 r0, r0
            exit
            """;
        Assert.Null(Assembler.TryAssemble(source, Dialect.Ebpf, out ProgramImage? image));
        BpfProgram program = BpfProgram.Create(image!);
        Tier.Native.Prepare(program);
        NativeProgram native = program.Native!;

        string text = PerfMap.Describe(program, native, number: 5);
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        string[][] lines = [.. text.TrimEnd('\n').Split('\n').Select(line => line.Split(' '))];
        Assert.Equal(["bpf5::enter_and_leave", "bpf5::function_0", "bpf5::twice"], lines.Select(line => line[2]));
        ulong next = native.AddressOfEntry;
        foreach (string[] line in lines)
        {
            Assert.Equal(next, ulong.Parse(line[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
            next += ulong.Parse(line[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        }

        Assert.Equal(native.AddressOfEntry + (ulong)native.CodeBytes, next);
        Assert.Equal(lines[2][0], native.AddressOf(3).ToString("x", CultureInfo.InvariantCulture));
    }
}
