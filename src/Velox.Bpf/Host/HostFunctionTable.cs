namespace Velox.Bpf;

/// <summary>The host functions that programs of one kind may call. Filled once, then shared by any number of programs.</summary>
public sealed class HostFunctionTable
{
    /// <summary>Most functions of one table.</summary>
    public const int MaxFunctions = 1024;

    private readonly List<HostFunctionEntry> _entries = [];
    private readonly Dictionary<uint, int> _indexes = [];
    private bool _isInUse;

    /// <summary>A table without functions.</summary>
    public static HostFunctionTable Empty { get; } = new();

    /// <summary>All functions; their positions are the indexes in decoded instructions.</summary>
    public IReadOnlyList<HostFunctionEntry> Entries => _entries;

    /// <summary>Whether native code may do any of them itself.</summary>
    internal bool HasInlineForms { get; private set; }

    /// <summary>Adds a function under the hash of its name, as sBPF calls it.</summary>
    /// <exception cref="ArgumentException">The key is taken, the table is full, or a program was made with it.</exception>
    public HostFunctionTable Add(string name, HostFunction function, ulong priceUnits = 0, InlineForm inline = InlineForm.None) =>
        Add(FunctionKey.OfName(name), name, function, priceUnits, inline);

    /// <summary>Adds a function under a number, as eBPF calls it.</summary>
    /// <exception cref="ArgumentException">The key is taken, the table is full, or a program was made with it.</exception>
    public HostFunctionTable Add(
        uint key, string name, HostFunction function, ulong priceUnits = 0, InlineForm inline = InlineForm.None)
    {
        if (ReferenceEquals(this, Empty))
            throw new ArgumentException("The empty table is shared: make one of your own.", nameof(name));
        if (_isInUse)
            throw new ArgumentException("A program has been made with the table, and runs may be reading it: make another one.", nameof(name));
        if (_entries.Count == MaxFunctions)
            throw new ArgumentException($"A table holds at most {MaxFunctions} functions.", nameof(name));
        if (!_indexes.TryAdd(key, _entries.Count))
            throw new ArgumentException($"'{name}' has the key 0x{key:x8} of '{_entries[_indexes[key]].Name}'.", nameof(name));
        HasInlineForms |= inline != InlineForm.None;
        _entries.Add(new HostFunctionEntry(key, name, function, priceUnits, inline));
        return this;
    }

    /// <summary>Ends the filling: from here on any thread may read it.</summary>
    internal HostFunctionEntry[] Use()
    {
        _isInUse = true;
        return [.. _entries];
    }

    /// <summary>The function's index, or -1.</summary>
    public int IndexOf(uint key) => _indexes.TryGetValue(key, out int index) ? index : -1;
}
