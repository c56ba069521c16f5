namespace Velox.Bpf;

/// <summary>Numbers of the ELF specification and of the BPF supplement (LLVM, docs; kernel, bpf/llvm_reloc.rst).</summary>
internal static class ElfFormat
{
    internal const int FlagsOffset = 48;

    internal const ushort TypeRelocatable = 1;
    internal const ushort TypeDynamic = 3;
    internal const ushort MachineBpf = 247;
    internal const ushort MachineSbpf = 263;

    internal const uint SegmentLoad = 1;
    internal const uint SegmentDynamic = 2;
    internal const uint SegmentExecutable = 1;
    internal const uint SegmentReadable = 4;

    internal const uint SectionNull = 0;
    internal const uint SectionProgramBits = 1;
    internal const uint SectionSymbols = 2;
    internal const uint SectionStrings = 3;
    internal const uint SectionRelocationsWithAddend = 4;
    internal const uint SectionDynamic = 6;
    internal const uint SectionNoBits = 8;
    internal const uint SectionRelocations = 9;
    internal const uint SectionDynamicSymbols = 11;

    internal const ulong FlagWrite = 1;
    internal const ulong FlagAllocate = 2;
    internal const ulong FlagExecute = 4;

    internal const ushort IndexUndefined = 0;
    internal const ushort IndexAbsolute = 0xfff1;
    internal const ushort IndexCommon = 0xfff2;

    internal const byte SymbolFunction = 2;
    internal const byte BindingLocal = 0;

    internal const int DynamicSymbolTable = 6;
    internal const int DynamicRelocations = 17;
    internal const int DynamicRelocationsSize = 18;
    internal const int DynamicRelocationSize = 19;

    /// <summary>Tags at or above it are of no interest.</summary>
    internal const int DynamicTags = 35;

    internal const uint RelocationNone = 0;
    internal const uint Relocation64 = 1;
    internal const uint RelocationAbsolute64 = 2;
    internal const uint RelocationAbsolute32 = 3;
    internal const uint RelocationNoDynamicLoad32 = 4;
    internal const uint RelocationRelative = 8;
    internal const uint RelocationCall = 10;

    internal const byte OpcodeWideLoad = 0x18;
    internal const byte OpcodeCall = 0x85;
}
