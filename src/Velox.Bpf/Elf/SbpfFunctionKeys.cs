namespace Velox.Bpf;

/// <summary>The local functions of an sBPF V0 to V2 program by key.</summary>
/// <remarks>Source: anza-xyz/sbpf src/program.rs, register_function_hashed_legacy.</remarks>
internal sealed class SbpfFunctionKeys(HostFunctionTable host)
{
    private const string EntryName = "entrypoint";

    private readonly Dictionary<uint, FunctionSymbol> _functions = [];

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
        _functions.Remove(FunctionKey.EntryPoint);
        return Add(FunctionKey.EntryPoint, index);
    }

    /// <summary>All functions, with names where there are any.</summary>
    internal IReadOnlyDictionary<uint, FunctionSymbol> ToNamed(IReadOnlyList<FunctionSymbol> symbols)
    {
        foreach (FunctionSymbol symbol in symbols)
        {
            uint key = FunctionKey.OfIndex(symbol.Index);
            if (_functions.TryGetValue(key, out FunctionSymbol function) && function.Index == symbol.Index)
                _functions[key] = symbol;
        }

        return _functions;
    }

    private ElfError? Add(uint key, int index)
    {
        if (host.IndexOf(key) is >= 0 and int function)
        {
            return new ElfError(
                ElfRule.FunctionKeyCollision, $"function at instruction {index}",
                $"its key 0x{key:x8} is that of the host function '{host.Entries[function].Name}'.")
            {
                Value = key,
            };
        }

        var added = new FunctionSymbol(key == FunctionKey.EntryPoint ? EntryName : null, index);
        return _functions.TryAdd(key, added) || _functions[key].Index == index
            ? null
            : new ElfError(
                ElfRule.FunctionKeyCollision, $"function at instruction {index}",
                $"its key 0x{key:x8} is that of the function at instruction {_functions[key].Index}.")
            {
                Value = key,
            };
    }
}
