using Velox.State;

namespace Velox.Svm;

/// <summary>
/// Everything of an <see cref="SvmEnvironment"/> as it was: accounts, programs, clock and sysvars, blockhashes, and which
/// transactions were recorded. Immutable, safe on any thread, nothing to dispose.
/// </summary>
/// <remarks>It holds memory for what changed later, as long as somebody holds it.</remarks>
public sealed class SvmSnapshot
{
    internal SvmSnapshot(SvmOptions options, StateSnapshot accounts, SvmRuntime runtime, BlockContext block, SvmHistoryState history)
    {
        Options = options;
        Accounts = accounts;
        Runtime = runtime;
        Block = block;
        History = history;
    }

    /// <summary>The options of the environment that it was taken from.</summary>
    public SvmOptions Options { get; }

    /// <summary>The slot then.</summary>
    public ulong Slot => Block.Slot;

    internal StateSnapshot Accounts { get; }

    internal SvmRuntime Runtime { get; }

    internal BlockContext Block { get; }

    internal SvmHistoryState History { get; }

    internal int Unsealed { get; init; }

    internal int NextKey { get; init; }

    /// <summary>A new environment that begins here, in O(1). Several threads may each make their own.</summary>
    /// <example>
    /// <code>
    /// SvmSnapshot prepared = environment.TakeSnapshot();
    /// Parallel.For(0, 8, i => Explore(prepared.Fork(), seed: i));
    /// </code>
    /// </example>
    public SvmEnvironment Fork() => new(this);
}

/// <summary>The native programs of an environment and what runs them; shared by its forks, since it is the same on all threads.</summary>
internal sealed class SvmRuntime(ProgramRegistry programs, int logBytes)
{
    internal ProgramRegistry Programs { get; } = programs;

    internal TransactionExecutor Executor { get; } = new(programs, logBytes);
}
