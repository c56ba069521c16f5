namespace Velox.Svm;

/// <summary>The feature gates that this runtime looks at, each a flag under its Agave name: a test of a bit, not a look-up.</summary>
/// <remarks>A gate that is not here is taken as active: what it brought is how the runtime works.</remarks>
public sealed class RuntimeFeatures
{
    private readonly FeatureSet _features;

    internal RuntimeFeatures(FeatureSet features)
    {
        _features = features;
        SyscallParameterAddressRestrictions = IsActive("syscall_parameter_address_restrictions");
        EnableBpfLoaderSetAuthorityCheckedIx = IsActive("enable_bpf_loader_set_authority_checked_ix");
        DepleteCuMeterOnVmFailure = IsActive("deplete_cu_meter_on_vm_failure");
        AbortOnInvalidCurve = IsActive("abort_on_invalid_curve");
        Blake3SyscallEnabled = IsActive("blake3_syscall_enabled");
        Curve25519SyscallEnabled = IsActive("curve25519_syscall_enabled");
        DisableFeesSysvar = IsActive("disable_fees_sysvar");
        DisableDeployOfAllocFreeSyscall = IsActive("disable_deploy_of_alloc_free_syscall");
        DisableSbpfV0Execution = IsActive("disable_sbpf_v0_execution");
        ReenableSbpfV0Execution = IsActive("reenable_sbpf_v0_execution");
        DisableSbpfV0V1V2Deployment = IsActive("disable_sbpf_v0_v1_v2_deployment");
        EnableAltBn128CompressionSyscall = IsActive("enable_alt_bn128_compression_syscall");
        EnableAltBn128Syscall = IsActive("enable_alt_bn128_syscall");
        EnableBigModExpSyscall = IsActive("enable_big_mod_exp_syscall");
        EnableGetEpochStakeSyscall = IsActive("enable_get_epoch_stake_syscall");
        EnablePoseidonSyscall = IsActive("enable_poseidon_syscall");
        GetSysvarSyscallEnabled = IsActive("get_sysvar_syscall_enabled");
        LastRestartSlotSysvar = IsActive("last_restart_slot_sysvar");
        RemainingComputeUnitsSyscallEnabled = IsActive("remaining_compute_units_syscall_enabled");
        SimplifyAltBn128SyscallErrorCodes = IsActive("simplify_alt_bn128_syscall_error_codes");
        FixAltBn128MultiplicationInputLength = IsActive("fix_alt_bn128_multiplication_input_length");
        IncreaseTxAccountLockLimit = IsActive("increase_tx_account_lock_limit");
        FormalizeLoadedTransactionDataSize = IsActive("formalize_loaded_transaction_data_size");
        RaiseCpiNestingLimitTo8 = IsActive("raise_cpi_nesting_limit_to_8");
        ProvideInstructionDataOffsetInVmR2 = IsActive("provide_instruction_data_offset_in_vm_r2");
        PoseidonEnforcePadding = IsActive("poseidon_enforce_padding");
        FixAltBn128PairingLengthCheck = IsActive("fix_alt_bn128_pairing_length_check");
        AltBn128LittleEndian = IsActive("alt_bn128_little_endian");
        CreateAccountAllowPrefund = IsActive("create_account_allow_prefund");
        EnableAltBn128G2Syscalls = IsActive("enable_alt_bn128_g2_syscalls");
        EnableBls12381Syscall = IsActive("enable_bls12_381_syscall");
        DirectAccountPointersInProgramInput = IsActive("direct_account_pointers_in_program_input");
        LoaderV3MinimumExtendProgramSize = IsActive("loader_v3_minimum_extend_program_size");
        EnableSha512Syscall = IsActive("enable_sha512_syscall");
        RelaxPostExecMinBalanceCheck = IsActive("relax_post_exec_min_balance_check");
        EnableTxV1 = IsActive("enable_tx_v1");
        DefineLtdsFeeOnlySemantics = IsActive("define_ltds_fee_only_semantics");
        RelaxFeePayerConstraint = IsActive("relax_fee_payer_constraint");
        EnableSecp256r1Precompile = IsActive("enable_secp256r1_precompile");
        LimitInstructionAccounts = IsActive("limit_instruction_accounts");
        RelaxProgramdataAccountCheckMigration = IsActive("relax_programdata_account_check_migration");
        ReserveMinimalCusForBuiltinInstructions = IsActive("reserve_minimal_cus_for_builtin_instructions");
        RequireStaticNonceAccount = IsActive("require_static_nonce_account");
        MovePrecompileVerificationToSvm = IsActive("move_precompile_verification_to_svm");
        DeprecateLegacyVoteIxs = IsActive("deprecate_legacy_vote_ixs");
        DelayCommissionUpdates = IsActive("delay_commission_updates");
        BlsPubkeyManagementInVoteAccount = IsActive("bls_pubkey_management_in_vote_account");
        CommissionRateInBasisPoints = IsActive("commission_rate_in_basis_points");
        CustomCommissionCollector = IsActive("custom_commission_collector");
        BlockRevenueSharing = IsActive("block_revenue_sharing");
        VoteAccountInitializeV2 = IsActive("vote_account_initialize_v2");
    }

    public bool SyscallParameterAddressRestrictions { get; }

    public bool EnableBpfLoaderSetAuthorityCheckedIx { get; }

    public bool DepleteCuMeterOnVmFailure { get; }

    public bool AbortOnInvalidCurve { get; }

    public bool Blake3SyscallEnabled { get; }

    public bool Curve25519SyscallEnabled { get; }

    public bool DisableFeesSysvar { get; }

    public bool DisableDeployOfAllocFreeSyscall { get; }

    public bool DisableSbpfV0Execution { get; }

    public bool ReenableSbpfV0Execution { get; }

    public bool DisableSbpfV0V1V2Deployment { get; }

    public bool EnableAltBn128CompressionSyscall { get; }

    public bool EnableAltBn128Syscall { get; }

    public bool EnableBigModExpSyscall { get; }

    public bool EnableGetEpochStakeSyscall { get; }

    public bool EnablePoseidonSyscall { get; }

    public bool GetSysvarSyscallEnabled { get; }

    public bool LastRestartSlotSysvar { get; }

    public bool RemainingComputeUnitsSyscallEnabled { get; }

    public bool SimplifyAltBn128SyscallErrorCodes { get; }

    public bool FixAltBn128MultiplicationInputLength { get; }

    public bool IncreaseTxAccountLockLimit { get; }

    public bool FormalizeLoadedTransactionDataSize { get; }

    public bool RaiseCpiNestingLimitTo8 { get; }

    public bool ProvideInstructionDataOffsetInVmR2 { get; }

    public bool PoseidonEnforcePadding { get; }

    public bool FixAltBn128PairingLengthCheck { get; }

    public bool AltBn128LittleEndian { get; }

    public bool CreateAccountAllowPrefund { get; }

    public bool EnableAltBn128G2Syscalls { get; }

    public bool EnableBls12381Syscall { get; }

    public bool DirectAccountPointersInProgramInput { get; }

    public bool LoaderV3MinimumExtendProgramSize { get; }

    public bool EnableSha512Syscall { get; }

    public bool RelaxPostExecMinBalanceCheck { get; }

    public bool EnableTxV1 { get; }

    public bool DefineLtdsFeeOnlySemantics { get; }

    public bool RelaxFeePayerConstraint { get; }

    public bool EnableSecp256r1Precompile { get; }

    public bool LimitInstructionAccounts { get; }

    public bool RelaxProgramdataAccountCheckMigration { get; }

    public bool ReserveMinimalCusForBuiltinInstructions { get; }

    public bool RequireStaticNonceAccount { get; }

    public bool MovePrecompileVerificationToSvm { get; }

    public bool DeprecateLegacyVoteIxs { get; }

    public bool DelayCommissionUpdates { get; }

    public bool BlsPubkeyManagementInVoteAccount { get; }

    public bool CommissionRateInBasisPoints { get; }

    public bool CustomCommissionCollector { get; }

    public bool BlockRevenueSharing { get; }

    public bool VoteAccountInitializeV2 { get; }

    private bool IsActive(string name) => _features.IsActive(Feature.Named(name).Id);
}
