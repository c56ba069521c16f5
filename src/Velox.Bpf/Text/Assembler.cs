namespace Velox.Bpf;

/// <summary>Turns assembly into programs, for every dialect. The language: <c>docs/bpf-assembly.md</c>.</summary>
/// <remarks>
/// Whatever <see cref="Disassembler"/> writes becomes the same bytes again. A text is not verified:
/// <see cref="BpfProgram.Create(ProgramImage, HostFunctionTable?)"/> does that.
/// </remarks>
/// <example>
/// <code>
/// ProgramImage image = Assembler.Assemble("mov64 r0, 42\nexit", Dialect.Ebpf);
/// BpfProgram program = BpfProgram.Create(image);
/// </code>
/// </example>
public static class Assembler
{
    /// <summary>Most lines of a text.</summary>
    public const int MaxLines = 4 * Verifier.MaxInstructions;

    /// <summary>Most characters of a line.</summary>
    public const int MaxLineLength = 4096;

    /// <summary>Most bytes of read-only data.</summary>
    public const int MaxDataBytes = 10 * 1024 * 1024;

    /// <summary>Most characters of a label.</summary>
    public const int MaxLabelLength = LabelName.MaxLength;

    /// <summary>Assembles a text.</summary>
    /// <param name="text">The program.</param>
    /// <param name="dialect">Its instruction set.</param>
    /// <param name="dataAddress">Where the program sees its read-only data.</param>
    /// <returns>
    /// The text as bytes, the entry, the functions that are called or started at, by key, and read-only data at
    /// <paramref name="dataAddress"/>.
    /// </returns>
    /// <exception cref="AssemblyException">The text is no program.</exception>
    public static ProgramImage Assemble(ReadOnlySpan<char> text, Dialect dialect, ulong dataAddress = MemoryMap.ProgramAddress)
    {
        var program = new ProgramBuilder(dialect, dataAddress);
        for (int line = 1; ; line++)
        {
            // Only \n breaks lines, as in editors: others would let a comment go on as an instruction.
            int end = text.IndexOf('\n');
            AssembleLine(program, end < 0 ? text : text[..end], line);
            if (end < 0)
                return program.Build();
            text = text[(end + 1)..];
        }
    }

    /// <summary>As <see cref="Assemble"/>; what is wrong with the text, or null.</summary>
    public static AssemblyError? TryAssemble(ReadOnlySpan<char> text, Dialect dialect, out ProgramImage? image)
    {
        try
        {
            image = Assemble(text, dialect);
            return null;
        }
        catch (AssemblyException exception)
        {
            image = null;
            return exception.Error;
        }
    }

    private static void AssembleLine(ProgramBuilder program, ReadOnlySpan<char> content, int line)
    {
        if (line > MaxLines)
            throw new AssemblyException(new AssemblyError(line, 1, "", $"a text has at most {MaxLines} lines: split the program."));
        if (content.Length > MaxLineLength)
        {
            throw new AssemblyException(new AssemblyError(
                line, MaxLineLength + 1, "", $"a line has at most {MaxLineLength} characters: break it."));
        }

        StatementAssembler.AssembleLine(program, new LineReader(content.TrimEnd('\r'), line));
    }
}
