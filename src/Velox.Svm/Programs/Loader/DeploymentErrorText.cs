using System.Buffers.Binary;
using Velox.Bpf;

namespace Velox.Svm;

/// <summary>
/// Why an ELF was refused, in the words of Solana's logs.
/// </summary>
/// <remarks>Source: anza-xyz/sbpf, src/elf.rs, src/elf_parser/mod.rs, src/verifier.rs.</remarks>
internal static class DeploymentErrorText
{
    /// <summary>The version is looked at before all else.</summary>
    internal const string UnsupportedVersion = "Detected sbpf_version required by the executable which are not enabled";

    internal const string OutOfBounds = "Offset or value is out of bounds";

    private const int InstructionBytes = 8;
    private const byte LittleEndianSwap = 0xd4;
    private const byte BigEndianSwap = 0xdc;
    private const byte WideLoad = 0x18;
    private const byte ClassMask = 7;
    private const byte Class64 = 7;

    /// <param name="error">What is wrong.</param>
    /// <param name="isStrict">Whether the file says that it is sBPF V3: then there are two texts only.</param>
    internal static string Of(ElfError error, bool isStrict) => error.Rule switch
    {
        ElfRule.UnsupportedSbpfVersion => UnsupportedVersion,
        ElfRule.FileTooShort => OutOfBounds,
        ElfRule.ProgramHeader => "Invalid ELF program header",
        _ when isStrict => Unparsed("invalid file header"),
        ElfRule.NotElf or ElfRule.WrongClass or ElfRule.WrongByteOrder or ElfRule.WrongElfVersion
            or ElfRule.WrongHeaderSize or ElfRule.SectionNamesIndex => Unparsed("invalid file header"),
        ElfRule.NoNullSection or ElfRule.DuplicateSection or ElfRule.NotAStringTable or ElfRule.NotASymbolTable =>
            Unparsed("invalid section header"),
        ElfRule.RangesOverlap => Unparsed("values overlap"),
        ElfRule.SectionsNotAscending => Unparsed("sections not in ascending order"),
        ElfRule.NoSectionNames => Unparsed("no section name string table found"),
        ElfRule.DynamicTable => Unparsed("invalid dynamic section table"),
        ElfRule.TableMisaligned => Unparsed("invalid alignment"),
        ElfRule.TableCutOff => Unparsed("invalid size"),
        ElfRule.SegmentsNotAscending => "Invalid ELF program header",
        ElfRule.TableOutsideFile or ElfRule.SegmentOutsideFile or ElfRule.SectionOutsideFile
            or ElfRule.NameOutsideFile or ElfRule.TextAddress or ElfRule.ReadOnlyAddress or ElfRule.AddressIsNotOffset
            or ElfRule.ReadOnlyOverlap or ElfRule.ReadOnlyImageTooLarge or ElfRule.RelocationOutsideSection
            or ElfRule.SymbolOutsideText => OutOfBounds,
        ElfRule.NameTooLong => Unparsed($"Section or symbol name `{error.Name}` is longer than `{error.Value}` bytes"),
        ElfRule.WritableSection => $"Found writable section ({error.Name}) in ELF, read-write data not supported",
        ElfRule.WrongMachine => "Incompatible ELF: wrong machine",
        ElfRule.WrongAbi => "Incompatible ELF: wrong ABI",
        ElfRule.WrongFileType => "Incompatible ELF: wrong type",
        ElfRule.TextSectionCount =>
            "Multiple or no text sections, consider removing llc option: -function-sections",
        ElfRule.EntryOutsideText => "Entrypoint out of bounds",
        ElfRule.EntryMisaligned => "Invalid entrypoint",
        ElfRule.UnknownRelocation => $"Relocation failed, unknown type {error.Value}",
        ElfRule.NullAddress => "Relocation failed, invalid referenced virtual address 0x0",
        ElfRule.UnknownSymbol or ElfRule.UnknownSymbolName => $"Unknown symbol with index {error.Value}",
        ElfRule.UnresolvedSymbol =>
            $"Unresolved symbol ({error.Name}) at instruction #{error.Value / InstructionBytes} (ELF file offset 0x{error.Value:x})",
        ElfRule.FunctionKeyCollision => $"Symbol hash collision 0x{error.Value:x}",
        ElfRule.CallOutsideText => $"Relative jump out of bounds at instruction #{error.Value}",
        _ => error.Message,
    };

    /// <param name="error">What is wrong.</param>
    /// <param name="text">The instructions, whose values the words name.</param>
    internal static string Of(VerifierError error, ReadOnlySpan<byte> text) =>
        "Verifier error: " + (error.Index < 0 ? ReasonOf(error) : ReasonAt(error, text[(error.Index * InstructionBytes)..]));

    /// <summary>The reasons that name what stands in the instruction.</summary>
    private static string ReasonAt(VerifierError error, ReadOnlySpan<byte> instruction)
    {
        byte opcode = instruction[0];
        long target = error.Index + 1L + BinaryPrimitives.ReadInt16LittleEndian(instruction[2..]);
        int immediate = BinaryPrimitives.ReadInt32LittleEndian(instruction[4..]);
        return error.Rule switch
        {
            VerifierRule.UnknownVariant when opcode is LittleEndianSwap or BigEndianSwap =>
                $"unsupported argument for LE/BE (insn #{error.Index})",
            VerifierRule.UnknownOpcode or VerifierRule.UnknownVariant => $"unknown eBPF opcode 0x{opcode:x} (insn #{error.Index})",
            VerifierRule.JumpOutsideProgram => $"jump out of code to #{(ulong)target} (insn #{error.Index})",
            VerifierRule.JumpIntoWideLoad => $"jump to middle of LD_DW at #{target} (insn #{error.Index})",
            VerifierRule.ShiftTooLarge =>
                // Width and distance stand in each other's place there.
                $"Shift with overflow of {(ulong)immediate}-bit value by {((opcode & ClassMask) == Class64 ? 64 : 32)} (insn #{error.Index})",
            VerifierRule.UnknownHostFunction => $"Invalid syscall code {(uint)immediate}",
            // The registers of a wide load are looked at when its second half has been passed.
            VerifierRule.SourceRegister or VerifierRule.DestinationRegister or VerifierRule.FramePointerReadOnly when opcode is WideLoad =>
                ReasonOf(error with { Index = error.Index + 1 }),
            _ => ReasonOf(error),
        };
    }

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
