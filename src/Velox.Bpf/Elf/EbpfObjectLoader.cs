namespace Velox.Bpf;

/// <summary>Loads relocatable objects of <c>clang -target bpfel -c</c>.</summary>
/// <remarks>
/// <para>Text is all executable sections, <c>.text</c> first. Data is all read-only sections, at 0x1_0000_0000; text is
/// not readable. A writable section (<c>.data</c>, <c>.bss</c>) is refused where something refers to it, and
/// otherwise left out, as are <c>license</c> and debug information. Maps are refused in the same way.</para>
/// <para>Undefined functions are host functions, found by name; calls by number are left as they are.</para>
/// </remarks>
internal static class EbpfObjectLoader
{
    private const string DefaultEntry = "main";

    internal static ElfError? TryLoad(
        ReadOnlyMemory<byte> memory, in ElfHeader header, ElfOptions options, HostFunctionTable host, out ProgramImage? image)
    {
        image = null;
        ElfError? error = EbpfObject.TryParse(memory, in header, out EbpfObject? file);
        if (error is not null)
            return error;
        error = EbpfLayout.TryCreate(file!, out EbpfLayout? layout);
        error ??= new EbpfRelocator(file!, layout!, host).Run();
        if (error is not null)
            return error;
        List<Function> functions = ReadFunctions(file!, layout!);
        error = FindEntry(functions, options, out int entry);
        if (error is not null)
            return error;
        image = new ProgramImage
        {
            Dialect = Dialect.Ebpf,
            Text = layout!.Text,
            EntryIndex = entry,
            ReadOnlyData = layout.Data,
            Symbols = options.ReadsDebugInformation
                ? [.. functions.Select(function => function.Symbol).DistinctBy(symbol => symbol.Index)]
                : [],
            Lines = options.ReadsDebugInformation ? EbpfLines.Read(file!, layout) : null,
        };
        return null;
    }

    private static ElfError? FindEntry(List<Function> functions, ElfOptions options, out int index)
    {
        string name = options.EntrySymbol ?? DefaultEntry;
        int found = functions.FindIndex(function => function.Symbol.Name == name);
        if (found < 0 && options.EntrySymbol is null)
            found = functions.FindIndex(function => !function.IsLocal);
        index = found < 0 ? 0 : functions[found].Symbol.Index;
        return found >= 0 || options.EntrySymbol is null
            ? null
            : new ElfError(
                ElfRule.EntrySymbolNotFound, "symbol table", $"there is no function '{name}' among {functions.Count} functions.");
    }

    /// <summary>The functions with readable names, in the order of their indexes.</summary>
    private static List<Function> ReadFunctions(EbpfObject file, EbpfLayout layout)
    {
        List<Function> functions = [];
        for (uint i = 0; ElfSymbol.TryRead(file.Symbols.Span, i, out ElfSymbol symbol); i++)
        {
            bool isHere = symbol.IsFunction && symbol.Section < file.Sections.Length && layout.TextOffset[symbol.Section] >= 0
                && symbol.Value < file.Sections[symbol.Section].Size && symbol.Value % InstructionWord.Bytes == 0;
            if (!isHere || file.ReadSymbolName(in symbol, out string name) is not null || name.Length == 0)
                continue;
            int index = (layout.TextOffset[symbol.Section] + (int)symbol.Value) / InstructionWord.Bytes;
            functions.Add(new Function(new FunctionSymbol(name, index), symbol.IsLocal));
        }

        return [.. functions.OrderBy(function => function.Symbol.Index)];
    }

    private readonly record struct Function(FunctionSymbol Symbol, bool IsLocal);
}
