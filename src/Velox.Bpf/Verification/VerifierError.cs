namespace Velox.Bpf;

/// <summary>A refused program: which instruction breaks which rule, and what to do.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Index">The instruction's slot, or -1 when the program as a whole is meant.</param>
/// <param name="Mnemonic">The instruction's name or opcode.</param>
/// <param name="Detail">What is wrong, with the value and its bound, and the remedy.</param>
public sealed record VerifierError(VerifierRule Rule, int Index, string Mnemonic, string Detail)
{
    /// <summary>The source line that the instruction comes from, where the file tells it.</summary>
    public SourceLine? Source { get; init; }

    /// <summary>One sentence for people.</summary>
    public string Message => Index < 0
        ? $"{Rule}: {Detail}"
        : $"instruction {Index} ({Mnemonic}){(Source is { } line ? $" at {line}" : "")}: {Rule}: {Detail}";

    public override string ToString() => Message;
}
