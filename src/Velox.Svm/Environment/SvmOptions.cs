namespace Velox.Svm;

/// <summary>How an <see cref="SvmEnvironment"/> behaves. Immutable; <c>with</c> makes another one.</summary>
/// <example>
/// <code>
/// var environment = new SvmEnvironment(new SvmOptions { VerifiesSignatures = false, UnixTimestamp = 1_700_000_000 });
/// </code>
/// </example>
public sealed record SvmOptions
{
    /// <summary>Most threads of an environment.</summary>
    public const int MaxWorkers = 256;

    /// <summary>Which feature gates are on: mainnet's unless said otherwise.</summary>
    public FeatureSet Features { get; init; } = FeatureSet.Mainnet;

    /// <summary>
    /// Whether signatures are checked. Without it anybody can act for anybody: see <see cref="SvmEnvironment.SendUnsigned"/>.
    /// </summary>
    public bool VerifiesSignatures { get; init; } = true;

    /// <summary>Whether a transaction must name a recent blockhash (or the value of a durable nonce).</summary>
    public bool ChecksBlockhash { get; init; } = true;

    /// <summary>Whether a message that was recorded is refused as AlreadyProcessed while its blockhash is recent.</summary>
    public bool ChecksDuplicates { get; init; } = true;

    /// <summary>How many of the last blockhashes a transaction may name: 1 to 6,000; 150 as on Solana's networks.</summary>
    public int BlockhashMaxAge { get; init; } = Genesis.MinBlockhashAge;

    /// <summary>
    /// Most bytes of log that a transaction leaves, 64 to 65,535; Agave's is 10,000. Where there is more, "Log truncated" ends it.
    /// </summary>
    public int LogBytes { get; init; } = LogCollector.MaxBytes;

    /// <summary>Threads that execute what <see cref="SvmEnvironment.SendAll"/> gets, 1 to 256. Results do not depend on it.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>
    /// Whether SPL Token, the associated token account program and memo are there, written in C#. Their ELFs can be put at the
    /// same ids with <see cref="SvmEnvironment.AddProgram"/> either way.
    /// </summary>
    public bool HasTokenPrograms { get; init; } = true;

    /// <summary>The first slot, at least 1. Slot 0 is the one in which everything that is there at first was made.</summary>
    public ulong Slot { get; init; } = 1;

    /// <summary>The first time, in seconds since 1970.</summary>
    public long UnixTimestamp { get; init; }

    /// <exception cref="ArgumentOutOfRangeException">An option is out of its bounds; the text names it and them.</exception>
    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(Features);
        Check(nameof(BlockhashMaxAge), BlockhashMaxAge, 1, Genesis.MaxBlockhashAge);
        Check(nameof(LogBytes), LogBytes, LogCollector.LeastMaxBytes, LogCollector.LargestMaxBytes);
        Check(nameof(Workers), Workers, 1, MaxWorkers);
        if (Slot == 0)
            throw new ArgumentOutOfRangeException(nameof(Slot), Slot, "Slot is at least 1.");
    }

    private static void Check(string name, int value, int least, int most)
    {
        if (value < least || value > most)
            throw new ArgumentOutOfRangeException(name, value, $"{name} is {least} to {most}.");
    }
}
