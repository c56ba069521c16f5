namespace Velox.Bpf.Tests;

/// <summary>Who compiled a program reads where it breaks a rule in terms of its source, where the object tells the lines.</summary>
public sealed class SourceLineTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("velox-lines");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("-DWRITES_FRAME_POINTER", VerifierRule.FramePointerReadOnly, "asm volatile")]
    [InlineData("-UWRITES_FRAME_POINTER", VerifierRule.UnknownHostFunction, "return absent(length)")]
    public void A_refusal_names_the_line_of_the_instruction(string option, VerifierRule rule, string statement)
    {
        VerifierError error = Refuse("-g", option);
        Assert.Equal(rule, error.Rule);
        string[] source = File.ReadAllLines(Path.Combine(ClangObject.SourceFolder, "refused.c"));
        int line = Array.FindIndex(source, text => text.Contains(statement, StringComparison.Ordinal)) + 1;
        Assert.Equal(line, error.Source?.Line);
        Assert.Matches($@"^instruction \d \({error.Mnemonic}\) at \S*refused\.c:{line}: {rule}: ", error.Message);
    }

    [Theory]
    [InlineData("-DWRITES_FRAME_POINTER", VerifierRule.FramePointerReadOnly)]
    [InlineData("-UWRITES_FRAME_POINTER", VerifierRule.UnknownHostFunction)]
    public void Without_debug_information_the_instruction_alone_is_named(string option, VerifierRule rule)
    {
        VerifierError error = Refuse("-g0", option);
        Assert.Equal(rule, error.Rule);
        Assert.Null(error.Source);
        Assert.Matches($@"^instruction \d \({error.Mnemonic}\): {rule}: ", error.Message);
    }

    [Fact]
    public void A_program_refused_as_a_whole_has_no_line()
    {
        var lines = new LineTable([new LineTable.Row(0, "a.c", 1)]);
        byte[] exit = [0x95, 0, 0, 0, 0, 0, 0, 0];
        var image = new ProgramImage { Dialect = Dialect.Ebpf, Text = exit, EntryIndex = 7, Lines = lines };
        VerifierError? error = BpfProgram.TryCreate(image, HostFunctionTable.Empty, out _);
        Assert.Equal(VerifierRule.EntryOutsideProgram, error?.Rule);
        Assert.Null(error?.Source);
    }

    private VerifierError Refuse(params string[] options)
    {
        byte[] file = ClangObject.Compile("refused.c", _folder.FullName, ["-O2", .. options]);
        Assert.Null(ElfLoader.TryLoad(file, ElfOptions.Default, HostFunctionTable.Empty, out ProgramImage? image));
        VerifierError? error = BpfProgram.TryCreate(image!, HostFunctionTable.Empty, out BpfProgram? program);
        Assert.Null(program);
        return error!;
    }
}
