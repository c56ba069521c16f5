using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Velox.Bpf;

namespace Velox.Svm.Differential;

/// <summary>
/// A BPF program that does what a script in the data of its first account says: syscalls with given arguments, reads and writes
/// anywhere, loops, faults. A script is a count (u64) and so many operations of <see cref="OperationSize"/> bytes.
/// </summary>
/// <remarks>An operation is seven numbers of 64 bits: what, five arguments, and how to go on (<see cref="ScriptFlags"/>).</remarks>
public static class ScriptProgram
{
    public const int OperationSize = 56;

    private static readonly string[] Syscalls = [
        "sol_log_", "sol_log_64_", "sol_log_pubkey", "sol_log_compute_units_", "sol_log_data", "sol_create_program_address",
        "sol_try_find_program_address", "sol_sha256", "sol_keccak256", "sol_secp256k1_recover", "sol_curve_validate_point",
        "sol_curve_group_op", "sol_curve_multiscalar_mul", "sol_get_clock_sysvar", "sol_get_epoch_schedule_sysvar",
        "sol_get_rent_sysvar", "sol_get_last_restart_slot", "sol_get_epoch_rewards_sysvar", "sol_memcpy_", "sol_memmove_",
        "sol_memset_", "sol_memcmp_", "sol_get_processed_sibling_instruction", "sol_get_stack_height", "sol_set_return_data",
        "sol_get_return_data", "sol_invoke_signed_c", "sol_invoke_signed_rust", "sol_alt_bn128_group_op", "sol_poseidon",
        "sol_alt_bn128_compression", "sol_get_sysvar", "sol_get_epoch_stake", "sol_curve_decompress", "sol_curve_pairing_map",
        "sol_panic_", "abort",
    ];

    /// <summary>Behind features that mainnet does not have: in the second file only.</summary>
    private static readonly string[] NewSyscalls = ["sol_blake3", "sol_sha512", "sol_remaining_compute_units", "sol_big_mod_exp"];

    private static readonly string[] Plain = [
        "ret: mov64 r0, r1\n exit",
        "load: ldxdw r0, [r1+0]\n ja after",
        "store: stxdw [r1+0], r2\n mov64 r0, 0\n ja after",
        "burn: mov64 r0, 0\nburning: jeq r1, 0, after\n add64 r1, -1\n ja burning",
        "divide: mov64 r0, r1\n div64 r0, r2\n ja after",
        "recurse: call deeper\n ja after",
        "jump: callx r1\n ja after",
    ];

    private static readonly ConcurrentDictionary<ScriptAbi, byte[]> Files = [];

    /// <summary>The file for a loader, made once.</summary>
    public static byte[] FileOf(ScriptAbi abi) =>
        Files.GetOrAdd(abi, made => Build(made.HasNewSyscalls ? [.. Syscalls, .. NewSyscalls] : Syscalls, made.ScriptAddress));

    /// <summary>All operations by name: the plain ones, then syscalls.</summary>
    public static IReadOnlyList<string> Operations { get; } =
        [.. Plain.Select(text => text[..text.IndexOf(':', StringComparison.Ordinal)]), .. Syscalls, .. NewSyscalls];

    /// <summary>The number by which scripts name an operation.</summary>
    public static ulong NumberOf(string operation) => (ulong)Operations.ToList().IndexOf(operation);

    private static byte[] Build(string[] syscalls, ulong scriptAddress)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"lddw r6, 0x{scriptAddress:x}");
        text.AppendLine("""
            ldxdw r7, [r6+0]
            add64 r6, 8
            loop:
            jeq r7, 0, done
            ldxdw r8, [r6+0]
            ldxdw r1, [r6+8]
            ldxdw r2, [r6+16]
            ldxdw r3, [r6+24]
            ldxdw r4, [r6+32]
            ldxdw r5, [r6+40]
            """);
        for (int i = 0; i < Plain.Length + syscalls.Length; i++)
            text.AppendLine(CultureInfo.InvariantCulture, $"jeq r8, {i}, {Operations[i]}");
        text.AppendLine("""
            mov64 r0, 99
            exit
            after:
            ldxdw r9, [r6+48]
            jset r9, 1, say
            ja heard
            say:
            mov64 r8, r0
            mov64 r1, r0
            mov64 r2, r7
            mov64 r3, 0
            mov64 r4, 0
            mov64 r5, 0
            syscall sol_log_64_
            mov64 r0, r8
            heard:
            add64 r6, 56
            add64 r7, -1
            jset r9, 2, check
            ja loop
            check:
            jeq r0, 0, loop
            exit
            done:
            mov64 r0, 0
            exit
            deeper:
            jeq r1, 0, bottom
            add64 r1, -1
            call deeper
            add64 r0, 1
            exit
            bottom:
            mov64 r0, 0
            exit
            """);
        foreach (string plain in Plain)
            text.AppendLine(plain);
        foreach (string syscall in syscalls)
            text.AppendLine(CultureInfo.InvariantCulture, $"{syscall}:\nsyscall {syscall}\nja after");
        return SbpfFile.Write(Assembler.Assemble(text.ToString(), Dialect.SbpfV3).Text.Span);
    }
}

/// <summary>How a script goes on after an operation.</summary>
[Flags]
public enum ScriptFlags : ulong
{
    None = 0,

    /// <summary>Log r0 and how many operations are left.</summary>
    Say = 1,

    /// <summary>End with r0 unless it is 0.</summary>
    Check = 2,
}
