namespace Velox.Bpf;

/// <summary>A function of a program.</summary>
/// <param name="Name">From the symbol table, or made from its index.</param>
/// <param name="Index">Its first instruction.</param>
public readonly record struct FunctionSymbol(string Name, int Index);
