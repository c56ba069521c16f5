using System.CommandLine.Parsing;

namespace Velox.Cli;

/// <summary>Memory for a program: bytes from the command line, or a file to be read.</summary>
internal sealed record ProgramMemory(byte[] Bytes, string? Path)
{
    internal static ProgramMemory None { get; } = new([], null);

    /// <summary>The bytes, which the program may change.</summary>
    /// <exception cref="ProgramFileException">The file is too large.</exception>
    internal byte[] Read() => Path is null ? Bytes : ProgramFile.ReadBytes(Path);

    /// <summary>A parser of <c>HEX</c> and <c>@FILE</c>.</summary>
    internal static ProgramMemory Parse(ArgumentResult result)
    {
        string text = result.Tokens.Single().Value;
        if (text.Length > 1 && text[0] == '@')
            return new ProgramMemory([], text[1..]);
        if (ProgramFile.TryParseHex(text, out byte[] bytes))
            return new ProgramMemory(bytes, null);
        result.AddError($"the memory is '{text}': it must be hex, two digits a byte, or @ and the path of a file.");
        return None;
    }

    /// <summary>As help shows it.</summary>
    public override string ToString() => Path is not null ? $"@{Path}" : Bytes.Length == 0 ? "none" : Convert.ToHexStringLower(Bytes);
}
