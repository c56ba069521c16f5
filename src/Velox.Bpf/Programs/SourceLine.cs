namespace Velox.Bpf;

/// <summary>A line of source code.</summary>
/// <param name="File">As the compiler wrote it; relative to the folder it ran in where it is not absolute.</param>
/// <param name="Line">From 1; 0 where the compiler names none.</param>
public readonly record struct SourceLine(string File, int Line)
{
    public override string ToString() => $"{File}:{Line}";
}
