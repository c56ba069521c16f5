namespace Velox.Bpf;

/// <summary>Why a file was refused.</summary>
public enum ElfRule
{
    None,

    // The file as such.
    FileTooLarge,
    FileTooShort,
    NotElf,
    WrongClass,
    WrongByteOrder,
    WrongElfVersion,
    WrongHeaderSize,
    WrongMachine,
    WrongAbi,
    WrongFileType,
    UnsupportedSbpfVersion,

    // Tables, segments and sections.
    TableOutsideFile,
    TableMisaligned,
    TableCutOff,
    RangesOverlap,
    NoNullSection,
    NoSectionNames,
    SectionNamesIndex,
    DuplicateSection,
    NotAStringTable,
    NameOutsideFile,
    NameTooLong,
    SegmentsNotAscending,
    SegmentOutsideFile,
    SectionsNotAscending,
    SectionOutsideFile,
    ProgramHeader,
    DynamicTable,
    NotASymbolTable,
    TooManySections,
    TooManySymbols,
    TooManyRelocations,

    // Text and data.
    TextSectionCount,
    TextLength,
    TextAddress,
    EntryOutsideText,
    EntryMisaligned,
    EntrySymbolNotFound,
    WritableSection,
    MapsNotSupported,
    ReadOnlyAddress,
    AddressIsNotOffset,
    ReadOnlyOverlap,
    ReadOnlyImageTooLarge,

    // Calls and relocations.
    CallOutsideText,
    FunctionKeyCollision,
    RelocationOutsideSection,
    RelocationTarget,
    UnknownRelocation,
    UnknownSymbol,
    UnknownSymbolName,
    UnresolvedSymbol,
    SymbolOutsideText,
    NullAddress,
    FunctionAddress,
    SectionNotLoaded,
    AddressTooWide,
}
