namespace Velox.Bpf;

/// <summary>Where the register number of a callx stands.</summary>
public enum CallRegisterField : byte
{
    Destination,
    Source,
    Immediate,
}

/// <summary>How <c>call</c> names what it calls.</summary>
public enum CallConvention : byte
{
    /// <summary>src 0: a host function's number; src 1: a distance in instructions.</summary>
    Ebpf,

    /// <summary>A key: a host function's if there is one, else a local function's (sBPF V0 to V2).</summary>
    Key,

    /// <summary>src 0: a host function's key; src 1: a distance; others fail when reached (sBPF V3).</summary>
    StaticKey,
}

/// <summary>An instruction set with its calling rules. All differences between dialects are data of this type.</summary>
/// <remarks>Sources: RFC 9669; anza-xyz/sbpf program.rs, verifier.rs, interpreter.rs. Immutable; shared by all threads.</remarks>
public sealed class Dialect
{
    private readonly OpcodeEntry[]?[] _byOpcode = new OpcodeEntry[256][];

    // Most opcodes have one entry, and of those that have several the first is the common one.
    private readonly OpcodeEntry?[] _first = new OpcodeEntry[256];

    private Dialect(string name, OpcodeEntry[] entries, AddedInstruction[]? added = null)
    {
        Name = name;
        Entries = entries;
        AddedInstructions = added ?? [];
        foreach (IGrouping<byte, OpcodeEntry> group in entries.GroupBy(entry => entry.Opcode))
        {
            _byOpcode[group.Key] = [.. group];
            _first[group.Key] = group.First();
        }
    }

    /// <summary>eBPF: 512-byte frames, stack growing down.</summary>
    public static Dialect Ebpf { get; } = new("ebpf", EbpfTable.Build())
    {
        Calls = CallConvention.Ebpf,
        FrameBytes = 512,
        FrameStepBytes = -512,
        RejectsUnusedFields = true,
    };

    /// <summary>sBPF V0: 4 KiB frames with gaps as large between them.</summary>
    public static Dialect SbpfV0 { get; } = new("sbpf-v0", SbpfTable.BuildClassic(hasJump32: false, hasStaticCalls: false))
    {
        SbpfVersion = 0,
        Calls = CallConvention.Key,
        CallRegisterField = CallRegisterField.Immediate,
        FrameStepBytes = 8192,
        HasFrameGaps = true,
    };

    /// <summary>sBPF V1: the program moves r10 itself.</summary>
    public static Dialect SbpfV1 { get; } = new("sbpf-v1", SbpfTable.BuildClassic(hasJump32: false, hasStaticCalls: false))
    {
        SbpfVersion = 1,
        Calls = CallConvention.Key,
        CallRegisterField = CallRegisterField.Immediate,
        MovesFramePointer = true,
    };

    /// <summary>sBPF V2: V1 with its own arithmetic and encodings.</summary>
    public static Dialect SbpfV2 { get; } = new("sbpf-v2", SbpfTable.BuildV2())
    {
        SbpfVersion = 2,
        Calls = CallConvention.Key,
        CallRegisterField = CallRegisterField.Source,
        MovesFramePointer = true,
    };

    /// <summary>sBPF V3: static calls, 32-bit jumps, frames without gaps.</summary>
    public static Dialect SbpfV3 { get; } = new("sbpf-v3", SbpfTable.BuildClassic(hasJump32: true, hasStaticCalls: true))
    {
        SbpfVersion = 3,
        Calls = CallConvention.StaticKey,
        FrameStepBytes = 4096,
    };

    /// <summary>All dialects.</summary>
    public static IReadOnlyList<Dialect> All { get; } = [Ebpf, SbpfV0, SbpfV1, SbpfV2, SbpfV3];

    /// <summary>Its name in tools: <c>ebpf</c>, <c>sbpf-v0</c> to <c>sbpf-v3</c>.</summary>
    public string Name { get; }

    /// <summary>All encodings, in no particular order.</summary>
    public IReadOnlyList<OpcodeEntry> Entries { get; }

    /// <summary>What other rooms have brought along; their positions are the indexes in decoded instructions.</summary>
    public IReadOnlyList<AddedInstruction> AddedInstructions { get; }

    /// <summary>0 to 3, or null for eBPF.</summary>
    public int? SbpfVersion { get; private init; }

    /// <summary>How calls name what they call.</summary>
    public CallConvention Calls { get; private init; }

    /// <summary>Where callx has its register.</summary>
    public CallRegisterField CallRegisterField { get; private init; }

    /// <summary>Stack bytes of one frame.</summary>
    public int FrameBytes { get; private init; } = 4096;

    /// <summary>What a call adds to r10.</summary>
    public int FrameStepBytes { get; private init; }

    /// <summary>Whether between two frames lies an unmapped gap of the same size.</summary>
    public bool HasFrameGaps { get; private init; }

    /// <summary>Whether <c>add64 r10, imm</c> is allowed (SIMD-0166). r10 then starts at the end of the stack.</summary>
    public bool MovesFramePointer { get; private init; }

    /// <summary>Whether fields without meaning must be 0.</summary>
    public bool RejectsUnusedFields { get; private init; }

    /// <summary>Whether the stack is used from its end down.</summary>
    public bool StackGrowsDown => MovesFramePointer || FrameStepBytes < 0;

    /// <summary>What the verifier lets through without a closer look; made when first used, the same by every thread.</summary>
    internal QuickRule[] QuickRules => field ??= QuickRule.Build(this);

    /// <summary>Names to rows, for assembler and disassembler; made when first used, the same by every thread.</summary>
    internal MnemonicTable Mnemonics => field ??= new MnemonicTable(this);

    /// <summary>This dialect with more instructions. Programs of this dialect are programs of that one.</summary>
    /// <param name="name">The new dialect's name, for people.</param>
    /// <param name="instructions">The instructions.</param>
    /// <exception cref="ArgumentException">An opcode or a name is taken, or a form is not for added instructions.</exception>
    public Dialect With(string name, params IReadOnlyList<AddedInstruction> instructions)
    {
        AddedInstruction[] added = [.. AddedInstructions, .. instructions];
        return new Dialect(name, AddedRows.Append(Entries, AddedInstructions.Count, instructions), added)
        {
            SbpfVersion = SbpfVersion,
            Calls = Calls,
            CallRegisterField = CallRegisterField,
            FrameBytes = FrameBytes,
            FrameStepBytes = FrameStepBytes,
            HasFrameGaps = HasFrameGaps,
            MovesFramePointer = MovesFramePointer,
            RejectsUnusedFields = RejectsUnusedFields,
        };
    }

    /// <summary>The dialect of that name, or null.</summary>
    public static Dialect? Find(string name) => All.FirstOrDefault(dialect => dialect.Name == name);

    /// <summary>The sBPF dialect of a version, or null.</summary>
    public static Dialect? FindSbpf(uint version) => All.FirstOrDefault(dialect => dialect.SbpfVersion == version);

    /// <summary>Whether any instruction has this opcode.</summary>
    public bool Knows(byte opcode) => _byOpcode[opcode] is not null;

    /// <summary>The row for an instruction, or null when the dialect has none.</summary>
    public OpcodeEntry? Find(in InstructionWord word)
    {
        OpcodeEntry? first = _first[word.Opcode];
        if (first is null || first.Selector == OpcodeSelector.None || first.Matches(in word))
            return first;
        foreach (OpcodeEntry entry in _byOpcode[word.Opcode]!)
        {
            if (entry.Matches(in word))
                return entry;
        }

        return null;
    }

    public override string ToString() => Name;
}
