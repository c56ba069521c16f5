using System.Buffers.Binary;

namespace Velox.Bpf;

/// <summary>Decides whether a program may run: every rule that the VM relies on, and no more than its dialect demands.</summary>
/// <remarks>
/// For sBPF the accept set is consensus: anza-xyz/sbpf verifier.rs, RequisiteVerifier. Neither form proves
/// termination; the instruction budget does that. Linear in the length, no allocation but for an error.
/// </remarks>
public static class Verifier
{
    /// <summary>Most slots: what fits into the largest account, 10 MiB.</summary>
    public const int MaxInstructions = 10 * 1024 * 1024 / InstructionWord.Bytes;

    private const int FramePointer = 10;
    private const int FrameStepAlignment = 64;

    /// <summary>Checks a program; null when it may run.</summary>
    /// <param name="dialect">Whose rules.</param>
    /// <param name="text">The encoded instructions.</param>
    public static VerifierError? Check(Dialect dialect, ReadOnlySpan<byte> text)
    {
        if (CheckLength(text.Length) is { } lengthError)
            return lengthError;
        int count = text.Length / InstructionWord.Bytes;
        QuickRule[] quickRules = dialect.QuickRules;
        for (int index = 0; index < count; index++)
        {
            ulong bits = BinaryPrimitives.ReadUInt64LittleEndian(text[(index * InstructionWord.Bytes)..]);
            if (quickRules[(byte)bits].LetsThrough(bits, index, text))
                continue;
            if (CheckThoroughly(dialect, text, index, out bool isWide) is { } error)
                return error;
            if (isWide)
                index++;
        }

        return null;
    }

    /// <summary>Holds one instruction against every rule; <see cref="QuickRule"/> spares most of them this.</summary>
    /// <param name="dialect">Whose rules.</param>
    /// <param name="text">All instructions.</param>
    /// <param name="index">Which one.</param>
    /// <param name="isWide">Whether it takes the next slot too.</param>
    internal static VerifierError? CheckThoroughly(Dialect dialect, ReadOnlySpan<byte> text, int index, out bool isWide)
    {
        var word = InstructionWord.Read(text, index);
        OpcodeEntry? entry = dialect.Find(in word);
        isWide = entry?.Form == OperandForm.Wide;
        return entry is null
            ? Unknown(dialect, in word, index)
            : CheckInstruction(new Site(dialect, entry, word, index), text);
    }

    private static VerifierError? CheckLength(int bytes)
    {
        if (bytes == 0)
            return Whole(VerifierRule.EmptyProgram, "a program needs at least one instruction.");
        if (bytes % InstructionWord.Bytes != 0)
            return Whole(VerifierRule.LengthNotMultipleOf8, $"{bytes} bytes; every instruction takes 8: the text is cut or misaligned.");
        if (bytes / InstructionWord.Bytes > MaxInstructions)
        {
            return Whole(
                VerifierRule.TooManyInstructions, $"{bytes / InstructionWord.Bytes} instructions; at most {MaxInstructions} are allowed.");
        }

        return null;
    }

    private static VerifierError Whole(VerifierRule rule, string detail) => new(rule, -1, "", detail);

    private static VerifierError Unknown(Dialect dialect, in InstructionWord word, int index)
    {
        string name = $"opcode 0x{word.Opcode:x2}";
        return dialect.Knows(word.Opcode)
            ? new VerifierError(
                VerifierRule.UnknownVariant, index, name,
                $"{dialect} has no form with source {word.Source}, offset {word.Offset}, immediate {word.Immediate}.")
            : new VerifierError(
                VerifierRule.UnknownOpcode, index, name, $"not an instruction of {dialect}: was the program built for another target?");
    }

    private static VerifierError? CheckInstruction(in Site site, ReadOnlySpan<byte> text) =>
        CheckImmediate(in site)
        ?? CheckForm(in site, text)
        ?? (site.Dialect.RejectsUnusedFields ? CheckUnusedFields(in site, text) : null)
        ?? CheckRegisters(in site)
        ?? CheckAdded(in site);

    private static VerifierError? CheckImmediate(in Site site)
    {
        int immediate = site.Word.Immediate;
        int limit = site.Entry.Rule == ImmediateRule.Shift32 ? 32 : 64;
        return site.Entry.Rule switch
        {
            ImmediateRule.NotZero when immediate == 0 =>
                site.Error(VerifierRule.DivisionByZero, "the immediate divisor is 0."),
            ImmediateRule.Shift32 or ImmediateRule.Shift64 when (uint)immediate >= limit =>
                site.Error(VerifierRule.ShiftTooLarge, $"shift by {immediate}; it must be 0 to {limit - 1}."),
            _ => null,
        };
    }

    private static VerifierError? CheckForm(in Site site, ReadOnlySpan<byte> text)
    {
        long next = site.Index + 1L;
        return site.Entry.Form switch
        {
            OperandForm.Wide => CheckWide(in site, text),
            OperandForm.Jump or OperandForm.JumpImmediate or OperandForm.JumpRegister =>
                CheckTarget(in site, text, next + site.Word.Offset, VerifierRule.JumpOutsideProgram),
            OperandForm.JumpFar => CheckTarget(in site, text, next + site.Word.Immediate, VerifierRule.JumpOutsideProgram),
            OperandForm.Call when site.Entry.Operation == Operation.CallLocal && site.Dialect.Calls == CallConvention.Ebpf =>
                CheckTarget(in site, text, next + site.Word.Immediate, VerifierRule.CallOutsideProgram),
            OperandForm.CallRegister => CheckCallRegister(in site),
            _ => null,
        };
    }

    private static VerifierError? CheckWide(in Site site, ReadOnlySpan<byte> text)
    {
        if ((site.Index + 1) * InstructionWord.Bytes >= text.Length)
            return site.Error(VerifierRule.WideLoadCutOff, "its second slot is missing: the text ends here.");
        byte second = InstructionWord.Read(text, site.Index + 1).Opcode;
        return second == 0
            ? null
            : site.Error(VerifierRule.WideLoadIncomplete, $"its second slot has opcode 0x{second:x2}; it must be 0.");
    }

    private static VerifierError? CheckTarget(in Site site, ReadOnlySpan<byte> text, long target, VerifierRule outside)
    {
        int count = text.Length / InstructionWord.Bytes;
        if (target < 0 || target >= count)
            return site.Error(outside, $"the target is {target}; the program has the slots 0 to {count - 1}.");
        // Only the second slot of a wide load has opcode 0 in a program that passes.
        return InstructionWord.Read(text, (int)target).Opcode == 0
            ? site.Error(VerifierRule.JumpIntoWideLoad, $"the target {target} is the second slot of a wide load.")
            : null;
    }

    private static VerifierError? CheckCallRegister(in Site site)
    {
        int register = site.Dialect.CallRegisterField switch
        {
            CallRegisterField.Source => site.Word.Source,
            CallRegisterField.Immediate => site.Word.Immediate,
            _ => site.Word.Destination,
        };
        return register is >= 0 and < FramePointer
            ? null
            : site.Error(VerifierRule.CallRegister, $"register {register}; it must be r0 to r9.");
    }

    private static VerifierError? CheckUnusedFields(in Site site, ReadOnlySpan<byte> text)
    {
        FieldUse use = site.Entry.Uses;
        InstructionWord word = site.Word;
        (string Name, int Value) unused =
            !use.Destination && word.Destination != 0 ? ("destination", word.Destination)
            : !use.Source && word.Source != 0 ? ("source", word.Source)
            : !use.Offset && word.Offset != 0 ? ("offset", word.Offset)
            : !use.Immediate ? ("immediate", word.Immediate)
            : default;
        if (unused.Value != 0)
        {
            return site.Error(
                VerifierRule.UnusedFieldNotZero, $"the {unused.Name} is {unused.Value}; it has no meaning here and must be 0.");
        }

        if (site.Entry.Form != OperandForm.Wide)
            return null;
        var second = InstructionWord.Read(text, site.Index + 1);
        return second is { Destination: 0, Source: 0, Offset: 0 }
            ? null
            : site.Error(VerifierRule.UnusedFieldNotZero, "registers and offset of the second slot must be 0.");
    }

    private static VerifierError? CheckAdded(in Site site) =>
        site.Added?.Check?.Invoke(site.Word) is { } detail ? site.Error(VerifierRule.AddedInstruction, detail) : null;

    private static VerifierError? CheckRegisters(in Site site)
    {
        InstructionWord word = site.Word;
        if (word.Source > FramePointer)
            return site.Error(VerifierRule.SourceRegister, $"source register {word.Source}; registers are r0 to r10.");
        if (word.Destination > FramePointer)
            return site.Error(VerifierRule.DestinationRegister, $"destination register {word.Destination}; registers are r0 to r10.");
        if (word.Destination == FramePointer && !MayNameFramePointer(in site))
        {
            return site.Dialect.MovesFramePointer && word.Opcode == 0x07
                ? site.Error(VerifierRule.FrameStepNotAligned, $"r10 moves by {word.Immediate}; it must be a multiple of {FrameStepAlignment}.")
                : site.Error(VerifierRule.FramePointerReadOnly, "r10 cannot be the destination: copy it into another register.");
        }

        bool fetchesIntoSource = site.Entry.Form == OperandForm.Atomic && site.Entry.Operation >= Operation.FetchAdd32
            && site.Entry.Operation < Operation.CompareExchange32;
        return word.Source == FramePointer && fetchesIntoSource
            ? site.Error(VerifierRule.FramePointerReadOnly, "the old value would go into r10.")
            : null;
    }

    /// <summary>sBPF lets only stores name r10, whatever else an instruction does with it; eBPF lets it be read.</summary>
    private static bool MayNameFramePointer(in Site site)
    {
        if (site.Dialect.MovesFramePointer && site.Entry.Operation == Operation.Add64Imm)
            return site.Word.Immediate % FrameStepAlignment == 0;
        if (site.Added is { } added)
            return !added.WritesDestination;
        return site.Entry.Form switch
        {
            OperandForm.StoreImmediate or OperandForm.StoreRegister => true,
            OperandForm.Atomic or OperandForm.JumpImmediate or OperandForm.JumpRegister => site.Dialect.SbpfVersion is null,
            _ => false,
        };
    }

    private readonly record struct Site(Dialect Dialect, OpcodeEntry Entry, InstructionWord Word, int Index)
    {
        internal AddedInstruction? Added => Entry.AddedIndex < 0 ? null : Dialect.AddedInstructions[Entry.AddedIndex];

        internal VerifierError Error(VerifierRule rule, string detail) => new(rule, Index, Entry.Mnemonic, detail);
    }
}
