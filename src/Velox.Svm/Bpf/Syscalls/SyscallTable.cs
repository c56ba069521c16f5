using Velox.Bpf;

namespace Velox.Svm;

/// <summary>The syscalls that programs may call, by features (Agave syscalls, create_program_runtime_environment).</summary>
internal static class SyscallTable
{
    internal static HostFunctionTable Create(RuntimeFeatures features, bool isDeployment)
    {
        var table = new HostFunctionTable();
        AddMemory(table);
        AddLogs(table);
        AddContext(table);
        AddSysvars(table, features);
        AddHashes(table, features);
        AddCurves(table, features);
        table.Add("sol_create_program_address", AddressSyscalls.Create);
        table.Add("sol_try_find_program_address", AddressSyscalls.Find);
        table.Add("sol_invoke_signed_c", CallSyscalls.InvokeC);
        table.Add("sol_invoke_signed_rust", CallSyscalls.InvokeRust);
        if (!isDeployment)
            table.Add("sol_alloc_free_", MemorySyscalls.Allocate);
        return table;
    }

    private static void AddMemory(HostFunctionTable table)
    {
        table.Add("sol_memcpy_", MemorySyscalls.Copy, MemorySyscalls.BaseUnits, InlineForm.Copy);
        table.Add("sol_memmove_", MemorySyscalls.Move, MemorySyscalls.BaseUnits, InlineForm.Move);
        table.Add("sol_memset_", MemorySyscalls.Set, MemorySyscalls.BaseUnits, InlineForm.Set);
        table.Add("sol_memcmp_", MemorySyscalls.Compare, MemorySyscalls.BaseUnits, InlineForm.Compare);
    }

    private static void AddLogs(HostFunctionTable table)
    {
        table.Add("abort", LogSyscalls.Abort);
        table.Add("sol_panic_", LogSyscalls.Panic);
        table.Add("sol_log_", LogSyscalls.Log);
        table.Add("sol_log_64_", LogSyscalls.Log64);
        table.Add("sol_log_pubkey", LogSyscalls.LogAddress);
        table.Add("sol_log_compute_units_", LogSyscalls.LogUnits);
        table.Add("sol_log_data", LogSyscalls.LogData);
    }

    private static void AddContext(HostFunctionTable table)
    {
        table.Add("sol_set_return_data", ContextSyscalls.SetReturnData);
        table.Add("sol_get_return_data", ContextSyscalls.GetReturnData);
        table.Add("sol_get_stack_height", ContextSyscalls.GetStackHeight);
        table.Add("sol_get_processed_sibling_instruction", ContextSyscalls.GetSibling);
    }

    private static void AddSysvars(HostFunctionTable table, RuntimeFeatures features)
    {
        table.Add("sol_get_clock_sysvar", SysvarSyscalls.GetClock);
        table.Add("sol_get_epoch_schedule_sysvar", SysvarSyscalls.GetEpochSchedule);
        table.Add("sol_get_rent_sysvar", SysvarSyscalls.GetRent);
        table.Add("sol_get_epoch_rewards_sysvar", SysvarSyscalls.GetEpochRewards);
        AddIf(table, !features.DisableFeesSysvar, "sol_get_fees_sysvar", SysvarSyscalls.GetFees);
        AddIf(table, features.LastRestartSlotSysvar, "sol_get_last_restart_slot", SysvarSyscalls.GetLastRestartSlot);
        AddIf(table, features.GetSysvarSyscallEnabled, "sol_get_sysvar", SysvarSyscalls.GetSlice);
        AddIf(table, features.EnableGetEpochStakeSyscall, "sol_get_epoch_stake", SysvarSyscalls.GetEpochStake);
        AddIf(table, features.RemainingComputeUnitsSyscallEnabled, "sol_remaining_compute_units", ContextSyscalls.GetRemainingUnits);
    }

    private static void AddHashes(HostFunctionTable table, RuntimeFeatures features)
    {
        table.Add("sol_sha256", HashSyscalls.Sha256);
        table.Add("sol_keccak256", HashSyscalls.Keccak256);
        table.Add("sol_secp256k1_recover", HashSyscalls.RecoverSecp256k1);
        AddIf(table, features.Blake3SyscallEnabled, "sol_blake3", HashSyscalls.Blake3);
        AddIf(table, features.EnableSha512Syscall, "sol_sha512", HashSyscalls.Sha512);
    }

    private static void AddCurves(HostFunctionTable table, RuntimeFeatures features)
    {
        AddIf(table, features.Curve25519SyscallEnabled, "sol_curve_validate_point", CurveSyscalls.ValidatePoint);
        AddIf(table, features.Curve25519SyscallEnabled, "sol_curve_group_op", CurveSyscalls.Combine);
        AddIf(table, features.Curve25519SyscallEnabled, "sol_curve_multiscalar_mul", CurveSyscalls.MultiplySum);
        AddIf(table, features.EnableBls12381Syscall, "sol_curve_decompress", BlsSyscalls.Decompress);
        AddIf(table, features.EnableBls12381Syscall, "sol_curve_pairing_map", BlsSyscalls.Pair);
        AddIf(table, features.EnableAltBn128Syscall, "sol_alt_bn128_group_op", Bn254Syscalls.Combine);
        AddIf(table, features.EnableAltBn128CompressionSyscall, "sol_alt_bn128_compression", Bn254Syscalls.Compress);
        AddIf(table, features.EnablePoseidonSyscall, "sol_poseidon", Bn254Syscalls.Poseidon);
        AddIf(table, features.EnableBigModExpSyscall, "sol_big_mod_exp", PowerSyscall.Raise);
    }

    private static void AddIf(HostFunctionTable table, bool isActive, string name, HostFunction function)
    {
        if (isActive)
            table.Add(name, function);
    }
}
