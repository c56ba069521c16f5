namespace Velox.Bpf;

/// <summary>Makes program images of ELF files: sBPF V0 to V3, and relocatable eBPF objects.</summary>
/// <remarks>
/// <para>Files are untrusted: whatever the bytes, the answer is an image or a named error. Time is linear in the file's
/// length; memory is at most a few times it. The image still has to pass the verifier (<see cref="BpfProgram.TryCreate"/>).</para>
/// </remarks>
/// <example>
/// <code>
/// if (ElfLoader.TryLoad(File.ReadAllBytes(path), ElfOptions.Default, host, out ProgramImage? image) is { } error)
///     Console.Error.WriteLine(error.Message);
/// else
///     machine.Load(BpfProgram.Create(image!, host));
/// </code>
/// </example>
public static class ElfLoader
{
    /// <summary>Longest file: the largest account.</summary>
    public const int MaxFileBytes = 10 * 1024 * 1024;

    /// <summary>Most sections of an eBPF object. An sBPF file may have what its header can count, 65,535.</summary>
    public const int MaxObjectSections = 16_384;

    /// <summary>Most symbols of an eBPF object; of sBPF files, most that names are taken from.</summary>
    public const int MaxSymbols = 65_536;

    /// <summary>Most relocations of an eBPF object.</summary>
    public const int MaxObjectRelocations = 1_000_000;

    /// <summary>
    /// Longest names of functions and, in eBPF objects, of sections, their end included. Functions with longer ones are unnamed.
    /// </summary>
    public const int MaxNameBytes = 256;

    /// <summary>Loads a file.</summary>
    /// <param name="bytes">The file. The image may keep parts of it: do not change it afterwards.</param>
    /// <param name="options">What to take.</param>
    /// <param name="host">
    /// What the program may call. No key of a function may be one of a host function's; eBPF objects find theirs by name.
    /// </param>
    /// <param name="image">The program, or null where there is an error.</param>
    /// <returns>Null, or which rule the file breaks.</returns>
    public static ElfError? TryLoad(
        ReadOnlyMemory<byte> bytes, ElfOptions options, HostFunctionTable host, out ProgramImage? image)
    {
        image = null;
        if (bytes.Length > MaxFileBytes)
            return new ElfError(ElfRule.FileTooLarge, "file", $"{bytes.Length} bytes; at most {MaxFileBytes} are taken.");
        if (ElfHeader.TryRead(bytes.Span, out ElfHeader header) is { } error)
            return error;
        if (IsObject(in header, options.Kind))
            return EbpfObjectLoader.TryLoad(bytes, in header, options, host, out image);

        // The version is read before anything else is checked, as anza-xyz/sbpf does.
        Dialect? dialect = Dialect.FindSbpf(header.Flags);
        if (dialect?.SbpfVersion is not { } version || version < options.MinSbpfVersion || version > options.MaxSbpfVersion)
        {
            return header.CheckIdentity() ?? new ElfError(
                ElfRule.UnsupportedSbpfVersion, "file header",
                $"flags say sBPF version {header.Flags}; {options.MinSbpfVersion} to {options.MaxSbpfVersion} are taken.");
        }

        return version >= 3
            ? SbpfStrictLoader.TryLoad(bytes, in header, dialect, options, out image)
            : SbpfLenientLoader.TryLoad(bytes, in header, dialect, options, host, out image);
    }

    private static bool IsObject(in ElfHeader header, ElfKind kind) => kind switch
    {
        ElfKind.Sbpf => false,
        ElfKind.Ebpf => true,
        _ => header is { Type: ElfFormat.TypeRelocatable, Machine: ElfFormat.MachineBpf, Flags: 0 },
    };
}
