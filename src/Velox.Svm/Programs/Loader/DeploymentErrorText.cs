using Velox.Bpf;

namespace Velox.Svm;

/// <summary>
/// Why an ELF was refused, in the words of Solana's logs; in this engine's own where theirs name values that are not at hand.
/// </summary>
/// <remarks>Source: anza-xyz/sbpf, src/elf.rs, src/elf_parser/mod.rs, src/verifier.rs.</remarks>
internal static class DeploymentErrorText
{
    /// <param name="error">What is wrong.</param>
    /// <param name="isStrict">Whether the file says that it is sBPF V3: then there are two texts only.</param>
    internal static string Of(ElfError error, bool isStrict) => error.Rule switch
    {
        ElfRule.UnsupportedSbpfVersion => "Detected sbpf_version required by the executable which are not enabled",
        ElfRule.ProgramHeader => "Invalid ELF program header",
        _ when isStrict => Unparsed("invalid file header"),
        ElfRule.NotElf or ElfRule.WrongClass or ElfRule.WrongByteOrder or ElfRule.WrongElfVersion
            or ElfRule.WrongHeaderSize => Unparsed("invalid file header"),
        ElfRule.NoNullSection or ElfRule.DuplicateSection or ElfRule.NotAStringTable or ElfRule.NotASymbolTable =>
            Unparsed("invalid section header"),
        ElfRule.RangesOverlap => Unparsed("values overlap"),
        ElfRule.SectionsNotAscending => Unparsed("sections not in ascending order"),
        ElfRule.NoSectionNames => Unparsed("no section name string table found"),
        ElfRule.DynamicTable => Unparsed("invalid dynamic section table"),
        ElfRule.TableMisaligned => Unparsed("invalid alignment"),
        ElfRule.TableCutOff => Unparsed("invalid size"),
        ElfRule.SegmentsNotAscending => "Invalid ELF program header",
        ElfRule.FileTooShort or ElfRule.TableOutsideFile or ElfRule.SegmentOutsideFile or ElfRule.SectionOutsideFile
            or ElfRule.NameOutsideFile or ElfRule.TextAddress or ElfRule.ReadOnlyAddress or ElfRule.AddressIsNotOffset
            or ElfRule.ReadOnlyOverlap or ElfRule.ReadOnlyImageTooLarge or ElfRule.RelocationOutsideSection
            or ElfRule.SymbolOutsideText => "Offset or value is out of bounds",
        ElfRule.WrongMachine => "Incompatible ELF: wrong machine",
        ElfRule.WrongAbi => "Incompatible ELF: wrong ABI",
        ElfRule.WrongFileType => "Incompatible ELF: wrong type",
        ElfRule.TextSectionCount =>
            "Multiple or no text sections, consider removing llc option: -function-sections",
        ElfRule.EntryOutsideText => "Entrypoint out of bounds",
        ElfRule.EntryMisaligned => "Invalid entrypoint",
        _ => error.Message,
    };

    internal static string Of(VerifierError error) => "Verifier error: " + ReasonOf(error);

    private static string ReasonOf(VerifierError error) => error.Rule switch
    {
        VerifierRule.EmptyProgram => "no program set, call prog_set() to load one",
        VerifierRule.LengthNotMultipleOf8 => "program length must be a multiple of 8 octets",
        VerifierRule.DivisionByZero => $"division by 0 (insn #{error.Index})",
        VerifierRule.WideLoadCutOff => "LD_DW instruction cannot be last in program",
        VerifierRule.WideLoadIncomplete => $"incomplete LD_DW instruction (insn #{error.Index})",
        VerifierRule.SourceRegister => $"invalid source register (insn #{error.Index})",
        VerifierRule.DestinationRegister => $"invalid destination register (insn #{error.Index})",
        VerifierRule.FramePointerReadOnly => $"cannot write into register r10 (insn #{error.Index})",
        VerifierRule.FrameStepNotAligned => $"Unaligned immediate (insn #{error.Index})",
        VerifierRule.CallRegister => $"Invalid register specified at instruction {error.Index}",
        _ => error.Message,
    };

    private static string Unparsed(string reason) => $"Failed to parse ELF file: {reason}";
}
