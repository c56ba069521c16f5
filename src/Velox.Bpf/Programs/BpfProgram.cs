namespace Velox.Bpf;

/// <summary>A verified program, ready to run in any number of machines at once. Immutable.</summary>
public sealed class BpfProgram
{
    private NativeProgram? _native;
    private ThreadedCode? _threaded;

    private BpfProgram(ProgramImage image, HostFunctionTable host, Instruction[] instructions)
    {
        Image = image;
        Host = host;
        HostFunctions = host.Use();
        Instructions = instructions;
        EntryIndex = image.EntryIndex;
        Added = [.. image.Dialect.AddedInstructions];
        // Pinned once, not at each load into a machine.
        ReadOnlyData = GC.AllocateUninitializedArray<byte>(image.ReadOnlyData.Length, pinned: true);
        image.ReadOnlyData.CopyTo(ReadOnlyData);
    }

    /// <summary>What it was made of.</summary>
    public ProgramImage Image { get; }

    public Dialect Dialect => Image.Dialect;

    /// <summary>What it may call.</summary>
    public HostFunctionTable Host { get; }

    /// <summary>The dialect's added instructions.</summary>
    internal AddedInstruction[] Added { get; }

    /// <summary>The slot that runs begin at.</summary>
    internal int EntryIndex { get; }

    /// <summary>Slots of its text.</summary>
    public int Count => Instructions.Length - 1;

    /// <summary>What tells it from other programs; made when first asked for.</summary>
    internal byte[] Hash => field ??= ProgramHash.Of(Image);

    /// <summary>The table's entries as they were when the program was made.</summary>
    internal HostFunctionEntry[] HostFunctions { get; }

    /// <summary>What the program may read; pinned.</summary>
    internal byte[] ReadOnlyData { get; }

    /// <summary>One for each slot and the end mark; pinned.</summary>
    internal Instruction[] Instructions { get; }

    /// <summary>Its native code, while it has some. Runs read it once: whoever has a reference may use it to the end.</summary>
    internal NativeProgram? Native => _native;

    /// <summary>Whether the interpreter uses handlers; tests use the switch too.</summary>
    internal bool UsesThreadedCode { get; set; } = ThreadedInterpreter.IsSupported;

    /// <summary>Made when first used. Threads that are first at once may each make it; all of it is the same.</summary>
    internal ThreadedCode Threaded => _threaded ??= new ThreadedCode(Instructions);

    internal TierState Tier { get; } = new();

    /// <summary>Whether runs use native code.</summary>
    public bool IsCompiled => Native is not null;

    /// <summary>
    /// Compiles it to native code at once, which it keeps; false where the machine cannot run that. Any thread may call it. A
    /// <see cref="TieredCompiler"/> may take back what that has made, never what this has.
    /// </summary>
    /// <param name="allowsFrameGaps">
    /// See <see cref="VmOptions.AllowsFrameGaps"/>. There is one code at a time: where V0's gaps matter, machines with the other
    /// setting interpret, and this is false for them.
    /// </param>
    public bool TryCompile(bool allowsFrameGaps = true)
    {
        NativeProgram? native = Native ?? NativeProgram.TryCompile(this, allowsFrameGaps);
        if (native is not null)
            TryInstall(native);
        return Native is { } installed && installed.Serves(allowsFrameGaps);
    }

    /// <summary>Gives it native code, unless it has some. A reference is written at once: whoever sees the old one interprets.</summary>
    internal bool TryInstall(NativeProgram native) => Interlocked.CompareExchange(ref _native, native, null) is null;

    /// <summary>Takes its native code; the garbage collector frees it when no run has it any more.</summary>
    internal void Uninstall() => Volatile.Write(ref _native, null);

    /// <summary>Verifies raw text that starts at its first instruction.</summary>
    /// <exception cref="BpfProgramException">A rule is broken.</exception>
    public static BpfProgram Create(Dialect dialect, ReadOnlyMemory<byte> text, HostFunctionTable? host = null) =>
        Create(new ProgramImage { Dialect = dialect, Text = text }, host);

    /// <summary>Verifies an image and binds its calls.</summary>
    /// <exception cref="BpfProgramException">A rule is broken.</exception>
    public static BpfProgram Create(ProgramImage image, HostFunctionTable? host = null)
    {
        VerifierError? error = TryCreate(image, host ?? HostFunctionTable.Empty, out BpfProgram? program);
        return program ?? throw new BpfProgramException(error!);
    }

    /// <summary>Verifies an image and binds its calls; the error when a rule is broken, else null.</summary>
    public static VerifierError? TryCreate(ProgramImage image, HostFunctionTable host, out BpfProgram? program)
    {
        program = null;
        VerifierError? error = Verifier.Check(image.Dialect, image.Text.Span) ?? CheckEntry(image);
        Instruction[]? instructions = error is null ? Decoder.Decode(image, host, out error) : null;
        if (instructions is not null)
            program = new BpfProgram(image, host, instructions);
        return error is null ? null : WithSource(error, image);
    }

    private static VerifierError WithSource(VerifierError error, ProgramImage image) =>
        error.Index >= 0 && image.SourceAt(error.Index) is { } line ? error with { Source = line } : error;

    private static VerifierError? CheckEntry(ProgramImage image)
    {
        int count = image.Text.Length / InstructionWord.Bytes;
        return image.EntryIndex >= 0 && image.EntryIndex < count
            ? null
            : new VerifierError(
                VerifierRule.EntryOutsideProgram, -1, "", $"entry at slot {image.EntryIndex}; the program has the slots 0 to {count - 1}.");
    }
}
