namespace Velox.Bpf;

/// <summary>When programs become native code.</summary>
public enum TierMode
{
    /// <summary>Never: machines interpret, even programs that somebody else has compiled.</summary>
    Interpret,

    /// <summary>When they are hot, on a thread of its own; until then they are interpreted.</summary>
    Adaptive,

    /// <summary>At once, when a machine loads them, on the thread that does; what has lost its code since, when it is hot.</summary>
    Eager,
}

/// <summary>Bounds of a <see cref="TieredCompiler"/>.</summary>
public sealed record TierOptions
{
    /// <summary>Largest <see cref="UnitsPerInstruction"/>.</summary>
    public const int MaxUnitsPerInstruction = 1_000_000_000;

    /// <summary>Largest <see cref="QueueCapacity"/>.</summary>
    public const int MaxQueueCapacity = 65_536;

    /// <summary>Largest <see cref="MaxCodeBytes"/>: all memory for native code that a process has.</summary>
    public const int MaxMaxCodeBytes = CodeArena.CapacityBytes;

    /// <summary>When programs become native code.</summary>
    public TierMode Mode { get; init; } = TierMode.Adaptive;

    /// <summary>
    /// A program is hot when it has taken this many units for each of its slots, 1 to <see cref="MaxUnitsPerInstruction"/>.
    /// Compiling an instruction takes about as long as interpreting 50.
    /// </summary>
    public int UnitsPerInstruction { get; init; } = 50;

    /// <summary>Most hot programs that wait, 1 to <see cref="MaxQueueCapacity"/>. One more is dropped and must get hot again.</summary>
    public int QueueCapacity { get; init; } = 256;

    /// <summary>Most bytes of code of all programs, 1 to <see cref="MaxMaxCodeBytes"/>.</summary>
    public int MaxCodeBytes { get; init; } = 64 * 1024 * 1024;

    /// <exception cref="ArgumentOutOfRangeException">A bound is out of its own bounds.</exception>
    internal void Validate()
    {
        if (!Enum.IsDefined(Mode))
            throw new ArgumentOutOfRangeException(nameof(Mode), Mode, "This is no mode.");
        Check(UnitsPerInstruction, MaxUnitsPerInstruction, nameof(UnitsPerInstruction));
        Check(QueueCapacity, MaxQueueCapacity, nameof(QueueCapacity));
        Check(MaxCodeBytes, MaxMaxCodeBytes, nameof(MaxCodeBytes));
    }

    private static void Check(int value, int most, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, most, name);
    }
}
