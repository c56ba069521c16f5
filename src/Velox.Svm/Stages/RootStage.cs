using Velox.State;

namespace Velox.Svm;

/// <summary>Stage 6: at the end of a block, rehashes the changed accounts and pages into the state root.</summary>
public sealed class RootStage(AccountStore store)
{
    public StageCounters Counters { get; } = new("root");

    public StateSeal Run() => store.Seal();
}
