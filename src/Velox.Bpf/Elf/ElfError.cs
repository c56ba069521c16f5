namespace Velox.Bpf;

/// <summary>A refused file: which rule is broken where, and what to do.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Where">The part of the file: a header field, a section, a relocation, an instruction.</param>
/// <param name="Detail">What is wrong, with the value and its bound.</param>
public sealed record ElfError(ElfRule Rule, string Where, string Detail)
{
    /// <summary>The number that the error is about: an instruction, a symbol, a relocation's type, a key, an offset in the file; else 0.</summary>
    public ulong Value { get; init; }

    /// <summary>The name that the error is about, of a section or a symbol, bytes that are no UTF-8 replaced; else empty.</summary>
    public string Name { get; init; } = "";

    /// <summary>What helps.</summary>
    public string Remedy => Rule switch
    {
        ElfRule.FileTooLarge => "Strip it, or split the program.",
        ElfRule.NotElf or ElfRule.WrongClass or ElfRule.WrongByteOrder or ElfRule.WrongElfVersion or ElfRule.WrongMachine
            or ElfRule.WrongAbi or ElfRule.WrongFileType =>
            "Give an sBPF program (cargo build-sbf) or an eBPF object (clang -target bpfel -c).",
        ElfRule.UnsupportedSbpfVersion => "Build for a version that is enabled, or enable it in the options.",
        ElfRule.TextSectionCount => "Link all functions into one .text: build without -ffunction-sections.",
        ElfRule.WritableSection => "Make the data const, or keep it on the stack, the heap or in the input.",
        ElfRule.MapsNotSupported => "Pass the data in the input, or offer it by a host function.",
        ElfRule.EntrySymbolNotFound => "Name a function of the file as the entry symbol.",
        ElfRule.FunctionKeyCollision => "Change the program so that the function lies at another index.",
        ElfRule.UnresolvedSymbol => "Define the function, or add a host function of that name to the table.",
        ElfRule.FunctionAddress => "Call the function directly: eBPF calls only host functions through registers.",
        ElfRule.CallOutsideText or ElfRule.UnknownRelocation or ElfRule.RelocationTarget or ElfRule.AddressTooWide
            or ElfRule.SectionNotLoaded or ElfRule.NullAddress =>
            "Build it again with a current toolchain for this target.",
        ElfRule.AddressIsNotOffset or ElfRule.ReadOnlyOverlap => "Link it again with the toolchain's own linker script.",
        _ => "The file is damaged or made by hand: copy or build it again.",
    };

    /// <summary>For people.</summary>
    public string Message => $"{Where}: {Rule}: {Detail} {Remedy}";

    public override string ToString() => Message;
}
