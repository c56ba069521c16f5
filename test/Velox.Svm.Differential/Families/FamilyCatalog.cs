namespace Velox.Svm.Differential;

/// <summary>All families.</summary>
public static class FamilyCatalog
{
    public static IReadOnlyList<IFamily> All { get; } =
    [
        new SystemFamily(),
        new ComputeBudgetFamily(),
        new Version1Family(),
        new WireFamily(),
        new NonceFamily(),
        new PrecompileFamily(),
        new LoaderFamily(),
        new LookupTableFamily("tables", new PeerOptions(), Comparison.Exact),
        new LookupTableFamily("native-tables", Native, Comparison.Native),
        new SyscallFamily("syscalls", SyscallGroup.Common, ScriptAbi.Mainnet, new PeerOptions()),
        new SyscallFamily("bls", SyscallGroup.Bls, ScriptAbi.Mainnet, new PeerOptions()),
        new SyscallFamily("new-syscalls", SyscallGroup.New, ScriptAbi.Newest, Newest),
        new SyscallFamily("powers", SyscallGroup.Powers, ScriptAbi.Newest, Newest),
        new CallFamily("calls", ScriptAbi.Mainnet, new PeerOptions()),
        new CallFamily("new-calls", ScriptAbi.Newest, Newest),
        new CallFamily("direct-calls", ScriptAbi.Newest, new PeerOptions { AllFeatures = true }),
        new TokenFamily("token", ProgramIds.Token, SplToken, Comparison.Exact),
        new TokenFamily("p-token", ProgramIds.Token, new PeerOptions(), Comparison.Exact),
        new TokenFamily("token-2022", ProgramIds.Token2022, new PeerOptions(), Comparison.Exact),
        new AssociatedTokenFamily("ata", ProgramIds.Token, SplToken, Comparison.Exact),
        new AssociatedTokenFamily("ata-2022", ProgramIds.Token2022, SplToken, Comparison.Exact),
        new MemoFamily("memo", new PeerOptions(), Comparison.Exact),
        new TokenFamily("native-token", ProgramIds.Token, Native, Comparison.Native),
        new AssociatedTokenFamily("native-ata", ProgramIds.Token, Native, Comparison.Native),
        new AssociatedTokenFamily("native-ata-2022", ProgramIds.Token2022, Native, Comparison.Native),
        new MemoFamily("native-memo", Native, Comparison.Native),
        new StakeFamily(),
        new BrokenFileFamily("broken-files", new PeerOptions()),
        new BrokenFileFamily(
            "broken-new-files", new PeerOptions { FeaturesOn = [Feature.Named("disable_sbpf_v0_v1_v2_deployment").Id] }),
        new VoteFamily("vote", new PeerOptions()),
        new VoteFamily(
            "new-vote", new PeerOptions { FeaturesOn = [Feature.Named("block_revenue_sharing").Id, Feature.Named("vote_account_initialize_v2").Id] }),
        new JunkFamily(
            "junk",
            [
                ProgramIds.System, ProgramIds.ComputeBudget, ProgramIds.Token, ProgramIds.AssociatedToken, ProgramIds.Token2022,
                ProgramIds.Memo, ProgramIds.AddressLookupTable, ProgramIds.Stake, ProgramIds.Vote, ProgramIds.BpfLoaderUpgradeable, ProgramIds.BpfLoader,
                ProgramIds.Ed25519Precompile, ProgramIds.Secp256k1Precompile,
            ]),
    ];

    /// <summary>Families whose differences are known and not settled yet, with the reason: the tests leave them out.</summary>
    public static IReadOnlyDictionary<string, string> Open { get; } = new Dictionary<string, string>
    {
        ["direct-calls"] = "account data mapped in place, off on mainnet",
    };

    /// <summary>All features but those by which programs see account data in place.</summary>
    private static PeerOptions Newest => new()
    {
        AllFeatures = true,
        FeaturesOff =
        [
            Feature.Named("virtual_address_space_adjustments").Id, Feature.Named("account_data_direct_mapping").Id,
            Feature.Named("direct_account_pointers_in_program_input").Id,
        ],
    };

    /// <summary>LiteSVM with SPL Token 3.5.0 at its id.</summary>
    private static PeerOptions SplToken => new() { FeaturesOff = [TokenFamily.PTokenFeature] };

    /// <summary>The same, and our programs in C#.</summary>
    private static PeerOptions Native => SplToken with { HasNativePrograms = true };
}
