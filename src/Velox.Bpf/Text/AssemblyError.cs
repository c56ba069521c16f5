namespace Velox.Bpf;

/// <summary>Why a text is no program.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1.</param>
/// <param name="Token">What stands there; empty at the end of a line.</param>
/// <param name="Detail">What is wrong, and the remedy.</param>
public sealed record AssemblyError(int Line, int Column, string Token, string Detail)
{
    private const int MaxShownToken = 40;

    /// <summary>One sentence for people; without control characters, whatever the text holds.</summary>
    public string Message => $"line {Line}, column {Column}: {(Token.Length == 0 ? "end of line" : $"'{Shown}'")}: {Detail}";

    private string Shown
    {
        get
        {
            string cut = Token.Length > MaxShownToken ? Token[..MaxShownToken] + "..." : Token;
            return string.Concat(cut.Select(c => char.IsControl(c) ? '?' : c));
        }
    }

    public override string ToString() => Message;
}

/// <summary>A text was refused.</summary>
public sealed class AssemblyException(AssemblyError error) : Exception(error.Message)
{
    public AssemblyError Error { get; } = error;
}
