using Velox.Primitives;

namespace Velox.Svm.Differential;

/// <summary>All families.</summary>
public static class FamilyCatalog
{
    public static IReadOnlyList<IFamily> All { get; } =
    [
        new SystemFamily(),
        new ComputeBudgetFamily(),
        new WireFamily(),
        new NonceFamily(),
        new PrecompileFamily(),
        new LoaderFamily(),
        new LookupTableFamily(),
        new SyscallFamily("syscalls", ScriptProgram.File, new PeerOptions()),
        new SyscallFamily("new-syscalls", ScriptProgram.NewestFile, new PeerOptions { AllFeatures = true }),
        new CallFamily("calls", new PeerOptions()),
        new CallFamily("new-calls", new PeerOptions { AllFeatures = true }),
        new TokenFamily("token", ProgramIds.Token, SplToken, Comparison.Exact),
        new TokenFamily("p-token", ProgramIds.Token, new PeerOptions(), Comparison.Exact),
        new TokenFamily("token-2022", ProgramIds.Token2022, new PeerOptions(), Comparison.Exact),
        new AssociatedTokenFamily(SplToken),
        new MemoFamily(),
        new JunkFamily(
            [
                ProgramIds.System, ProgramIds.ComputeBudget, ProgramIds.Token, ProgramIds.AssociatedToken, ProgramIds.Token2022,
                ProgramIds.Memo, ProgramIds.AddressLookupTable, ProgramIds.Stake, ProgramIds.BpfLoaderUpgradeable, ProgramIds.BpfLoader,
                ProgramIds.Ed25519Precompile, ProgramIds.Secp256k1Precompile,
            ]),
    ];

    /// <summary>LiteSVM with SPL Token 3.5.0 at its id.</summary>
    private static PeerOptions SplToken => new() { FeaturesOff = [TokenFamily.PTokenFeature] };
}
