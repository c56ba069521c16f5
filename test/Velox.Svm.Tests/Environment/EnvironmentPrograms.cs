using System.Buffers.Binary;
using Velox.Primitives;

namespace Velox.Svm.Tests;

/// <summary>Small BPF programs for tests of the environment.</summary>
internal static class EnvironmentPrograms
{
    internal static readonly Address CounterId = TestKeys.Stranger(7_001);

    /// <summary>Counts in the first 8 bytes of its only account, and fails with Custom(7) once it has counted so far.</summary>
    internal static byte[] Counter(ulong limit) => TestElf.Of(
        $"""
        mov64 r6, r1
        ldxdw r2, [r6+96]
        jge r2, {limit}, full
        add64 r2, 1
        stxdw [r6+96], r2
        mov64 r1, r2
        mov64 r2, 0
        mov64 r3, 0
        mov64 r4, 0
        mov64 r5, 0
        syscall sol_log_64_
        mov64 r0, 0
        exit
        full:
        mov64 r0, 7
        exit
        """);

    internal static Instruction Count(Address counter) => new(CounterId, new[] { AccountMeta.Writable(counter) }, default);

    /// <summary>Puts program and counter in.</summary>
    internal static void AddCounter(SvmEnvironment environment, Address counter, ulong limit = 1_000)
    {
        environment.AddProgram(CounterId, Counter(limit));
        environment.SetAccount(counter, new SvmAccount(Rent.MinimumBalance(8), CounterId, new byte[8]));
    }

    internal static ulong CountOf(SvmEnvironment environment, Address counter) =>
        BinaryPrimitives.ReadUInt64LittleEndian(environment.GetAccount(counter)!.Data.Span);
}
