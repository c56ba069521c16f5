using System.Text;

namespace Velox.Bpf;

/// <summary>Collects the names of functions in text, for people: what is wrong with a symbol costs its name, nothing else.</summary>
internal sealed class ElfFunctionNames(ElfBytes bytes, ElfRange text)
{
    private readonly Dictionary<int, FunctionSymbol> _byIndex = [];
    private int _seen;

    /// <summary>
    /// Adds the functions of a symbol table; the first name for an index stays. At most <see cref="ElfLoader.MaxSymbols"/>
    /// symbols are looked at.
    /// </summary>
    internal void Add(ReadOnlySpan<byte> table, in ElfSection names)
    {
        for (uint i = 0; _seen < ElfLoader.MaxSymbols && ElfSymbol.TryRead(table, i, out ElfSymbol symbol); i++)
        {
            _seen++;
            if (!symbol.IsFunction || !text.Contains(symbol.Value))
                continue;
            int index = (int)((symbol.Value - text.Start) / InstructionWord.Bytes);
            if (_byIndex.ContainsKey(index)
                || bytes.FindString("", in names, symbol.Name, ElfLoader.MaxNameBytes, out ReadOnlyMemory<byte> name) is not null)
            {
                continue;
            }

            if (!name.IsEmpty)
                _byIndex.Add(index, new FunctionSymbol(Encoding.UTF8.GetString(name.Span), index));
        }
    }

    /// <summary>All functions, in the order of their indexes.</summary>
    internal IReadOnlyList<FunctionSymbol> ToList() => [.. _byIndex.Values.OrderBy(symbol => symbol.Index)];
}
