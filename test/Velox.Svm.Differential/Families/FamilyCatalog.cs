namespace Velox.Svm.Differential;

/// <summary>All families.</summary>
public static class FamilyCatalog
{
    public static IReadOnlyList<IFamily> All { get; } =
    [
        new SystemFamily(),
        new ComputeBudgetFamily(),
        new TokenFamily("token", ProgramIds.Token, SplToken, Comparison.Effects),
        new AssociatedTokenFamily(Comparison.Effects, SplToken),
        new MemoFamily(Comparison.Effects),
        new WireFamily(),
        new PrecompileFamily(),
        new LoaderFamily(),
        new LookupTableFamily(),
        new NonceFamily(),
        new CallFamily(),
        new SyscallFamily("syscalls", ScriptProgram.File, new PeerOptions()),
        new SyscallFamily("new-syscalls", ScriptProgram.NewestFile, new PeerOptions { AllFeatures = true }),
        new JunkFamily([ProgramIds.System, ProgramIds.ComputeBudget, ProgramIds.Token, ProgramIds.AssociatedToken], Comparison.Effects),
    ];

    /// <summary>LiteSVM with SPL Token 3.5.0 at its id.</summary>
    private static PeerOptions SplToken => new() { FeaturesOff = [TokenFamily.PTokenFeature] };
}
