namespace Velox.Svm;

/// <summary>Limits of transactions. All are protocol constants of Solana.</summary>
public static class WireLimits
{
    /// <summary>Most bytes of a serialized legacy or v0 transaction: what one IPv6 packet of 1,280 bytes carries.</summary>
    public const int MaxTransactionBytes = 1_232;

    /// <summary>Most signatures: each needs 64 bytes and a static key of 32.</summary>
    public const int MaxSignatures = MaxTransactionBytes / (64 + 32);

    /// <summary>Most bytes of a serialized v1 transaction.</summary>
    public const int MaxVersion1Bytes = 4_096;

    /// <summary>Most accounts of a v1 transaction.</summary>
    public const int MaxVersion1Accounts = 64;

    /// <summary>Most static keys of a legacy or v0 transaction: each needs 32 bytes.</summary>
    public const int MaxStaticKeys = MaxTransactionBytes / 32;

    /// <summary>Most accounts, looked-up ones included: an account index is one byte.</summary>
    public const int MaxAccounts = 256;

    /// <summary>Most top-level instructions (SIMD-0160).</summary>
    public const int MaxInstructions = 64;

    /// <summary>Most account indexes of one instruction (SIMD-0406).</summary>
    public const int MaxInstructionAccounts = 255;

    /// <summary>
    /// Most address table lookups: 136 bytes are taken by the smallest v0 transaction (one signature, one key), and
    /// the smallest lookup is 35 (table key, two list lengths, one index).
    /// </summary>
    public const int MaxLookups = (MaxTransactionBytes - 136) / 35;
}
