using Velox.Primitives;
using Velox.State;

namespace Velox.Svm;

/// <summary>Stage 6: at the end of a block, rehashes the changed accounts and pages into the state root.</summary>
/// <param name="store">The state.</param>
/// <param name="team">Who hashes; the root does not depend on it.</param>
public sealed class RootStage(AccountStore store, WorkerTeam team)
{
    public StageCounters Counters { get; } = new("root");

    public StateSeal Run() => store.Seal(team);
}
