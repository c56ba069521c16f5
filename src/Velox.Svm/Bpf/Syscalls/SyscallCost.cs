namespace Velox.Svm;

/// <summary>Prices of syscalls in compute units (Agave program-runtime, execution_budget.rs).</summary>
internal static class SyscallCost
{
    internal const ulong Base = 100;
    internal const ulong Log64 = 100;
    internal const ulong LogAddress = 100;
    internal const ulong ProgramAddress = 1_500;
    internal const ulong Invoke = 946;
    internal const ulong HashBase = 85;
    internal const ulong Sysvar = 100;
    internal const ulong Secp256k1Recover = 25_000;

    /// <summary>Bytes of memory that one unit pays for.</summary>
    internal const ulong BytesPerUnit = 250;

    /// <summary>Most pieces that one call hashes.</summary>
    internal const ulong MaxHashSlices = 20_000;
}
