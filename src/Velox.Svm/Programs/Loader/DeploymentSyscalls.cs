namespace Velox.Svm;

/// <summary>The names of the host functions that a new program may call.</summary>
internal static class DeploymentSyscalls
{
    private static readonly string[] Always =
    [
        "abort", "sol_panic_", "sol_log_", "sol_log_64_", "sol_log_pubkey", "sol_log_compute_units_",
        "sol_create_program_address", "sol_try_find_program_address", "sol_sha256", "sol_keccak256",
        "sol_secp256k1_recover", "sol_get_clock_sysvar", "sol_get_epoch_schedule_sysvar", "sol_get_rent_sysvar",
        "sol_get_epoch_rewards_sysvar", "sol_memcpy_", "sol_memmove_", "sol_memset_", "sol_memcmp_",
        "sol_get_processed_sibling_instruction", "sol_get_stack_height", "sol_set_return_data", "sol_get_return_data",
        "sol_invoke_signed_c", "sol_invoke_signed_rust", "sol_log_data",
    ];

    /// <summary>Source: Agave 4.3, syscalls/src/lib.rs, create_program_runtime_environment.</summary>
    internal static IEnumerable<string> NamesIn(RuntimeFeatures features)
    {
        (bool IsOn, string[] Names)[] gated =
        [
            (features.Blake3SyscallEnabled, ["sol_blake3"]),
            (features.EnableSha512Syscall, ["sol_sha512"]),
            (features.Curve25519SyscallEnabled,
                ["sol_curve_validate_point", "sol_curve_group_op", "sol_curve_multiscalar_mul"]),
            (features.EnableBls12381Syscall, ["sol_curve_decompress", "sol_curve_pairing_map"]),
            (!features.DisableFeesSysvar, ["sol_get_fees_sysvar"]),
            (features.LastRestartSlotSysvar, ["sol_get_last_restart_slot"]),
            (features.EnableAltBn128Syscall, ["sol_alt_bn128_group_op"]),
            (features.EnableBigModExpSyscall, ["sol_big_mod_exp"]),
            (features.EnablePoseidonSyscall, ["sol_poseidon"]),
            (features.RemainingComputeUnitsSyscallEnabled, ["sol_remaining_compute_units"]),
            (features.EnableAltBn128CompressionSyscall, ["sol_alt_bn128_compression"]),
            (features.GetSysvarSyscallEnabled, ["sol_get_sysvar"]),
            (features.EnableGetEpochStakeSyscall, ["sol_get_epoch_stake"]),
        ];
        return Always.Concat(gated.Where(gate => gate.IsOn).SelectMany(gate => gate.Names));
    }
}
