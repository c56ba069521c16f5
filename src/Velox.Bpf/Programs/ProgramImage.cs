namespace Velox.Bpf;

/// <summary>A program before it is checked: what loaders produce.</summary>
public sealed class ProgramImage
{
    /// <summary>The instruction set.</summary>
    public required Dialect Dialect { get; init; }

    /// <summary>The encoded instructions.</summary>
    public required ReadOnlyMemory<byte> Text { get; init; }

    /// <summary>Where the program sees its first instruction; callx counts from here.</summary>
    public ulong TextAddress { get; init; } = MemoryMap.ProgramAddress;

    /// <summary>The instruction to start at.</summary>
    public int EntryIndex { get; init; }

    /// <summary>Local functions by key; what <c>call</c> looks up in sBPF V0 to V2.</summary>
    public IReadOnlyDictionary<uint, FunctionSymbol> Functions { get; init; } = new Dictionary<uint, FunctionSymbol>();

    /// <summary>Read-only memory, text included where the program may read it.</summary>
    public ReadOnlyMemory<byte> ReadOnlyData { get; init; }

    /// <summary>Where the program sees it.</summary>
    public ulong ReadOnlyAddress { get; init; } = MemoryMap.ProgramAddress;

    /// <summary>Functions with names, in the order of their indexes, for people: calls do not look here.</summary>
    public IReadOnlyList<FunctionSymbol> Symbols { get; init; } = [];

    /// <summary>Source lines, where the file tells them.</summary>
    public LineTable? Lines { get; init; }

    /// <summary>The source line of an instruction; null where none is known, or the compiler made it up.</summary>
    public SourceLine? SourceAt(int index) =>
        Lines?.TryFind(index, out SourceLine line) == true && line.Line > 0 ? line : null;
}
