namespace Velox.Bpf;

/// <summary>The local functions of an sBPF V0 to V2 program by key.</summary>
/// <remarks>Source: anza-xyz/sbpf src/program.rs, register_function_hashed_legacy.</remarks>
internal sealed class SbpfFunctionKeys(HostFunctionTable host)
{
    private readonly Dictionary<uint, int> _indexes = [];

    internal HostFunctionTable Host => host;

    /// <summary>Adds a function under the hash of its index; again is fine.</summary>
    internal ElfError? Add(int index, out uint key)
    {
        key = FunctionKey.OfIndex(index);
        return Add(key, index);
    }

    /// <summary>Adds the function that a relocation calls by the entry point's name, which has a key of its own.</summary>
    internal ElfError? AddEntryName(int index) => Add(FunctionKey.EntryPoint, index);

    /// <summary>Adds the entry point, whatever had its key before.</summary>
    internal ElfError? SetEntry(int index)
    {
        _indexes.Remove(FunctionKey.EntryPoint);
        return Add(FunctionKey.EntryPoint, index);
    }

    /// <summary>All functions, with names where there are any.</summary>
    internal Dictionary<uint, FunctionSymbol> Name(IReadOnlyList<FunctionSymbol> symbols, string entryName)
    {
        Dictionary<int, string> names = [];
        foreach (FunctionSymbol symbol in symbols)
            names[symbol.Index] = symbol.Name;
        Dictionary<uint, FunctionSymbol> functions = new(_indexes.Count);
        foreach ((uint key, int index) in _indexes)
            functions.Add(key, new FunctionSymbol(key == FunctionKey.EntryPoint ? entryName : names.GetValueOrDefault(index), index));
        return functions;
    }

    private ElfError? Add(uint key, int index)
    {
        if (host.IndexOf(key) is >= 0 and int function)
        {
            return new ElfError(
                ElfRule.FunctionKeyCollision, $"function at instruction {index}",
                $"its key 0x{key:x8} is that of the host function '{host.Entries[function].Name}'.");
        }

        return _indexes.TryAdd(key, index) || _indexes[key] == index
            ? null
            : new ElfError(
                ElfRule.FunctionKeyCollision, $"function at instruction {index}",
                $"its key 0x{key:x8} is that of the function at instruction {_indexes[key]}.");
    }
}
