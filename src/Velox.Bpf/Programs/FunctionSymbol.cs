namespace Velox.Bpf;

/// <summary>A function of a program.</summary>
/// <param name="GivenName">From the symbol table, or null.</param>
/// <param name="Index">Its first instruction.</param>
public readonly record struct FunctionSymbol(string? GivenName, int Index)
{
    /// <summary>Its name, or <c>function_</c> and its index.</summary>
    public string Name => GivenName ?? $"function_{Index}";
}
