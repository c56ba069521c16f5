namespace Velox.Svm;

/// <summary>The programs that every chain has from its genesis on.</summary>
public static class NativePrograms
{
    public static ProgramRegistry CreateRegistry() => new(
    [
        new SystemProgram(),
        new ComputeBudgetProgram(),
        RetiredLoader.V1,
        RetiredLoader.V2,
        new UpgradeableLoader(),
        new LookupTableProgram(),
        new ConfigProgram(),
        new StakeProgram(),
        new VoteProgram(),
        new FeatureGateProgram(),
        new TokenProgram(),
        new AssociatedTokenProgram(),
        new MemoProgram(),
        new BookProgram(),
    ]);
}
