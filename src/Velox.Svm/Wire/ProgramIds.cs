using Velox.Primitives;

namespace Velox.Svm;

/// <summary>Addresses of the programs and special accounts that are fixed by protocol or convention.</summary>
/// <remarks>Sysvars have their own list: <see cref="SysvarIds"/>.</remarks>
public static class ProgramIds
{
    /// <summary>The system program: 32 zero bytes. It also owns every account that no program owns.</summary>
    public static readonly Address System = Address.Parse("11111111111111111111111111111111");

    public static readonly Address ComputeBudget = Address.Parse("ComputeBudget111111111111111111111111111111");

    public static readonly Address Token = Address.Parse("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA");

    public static readonly Address Token2022 = Address.Parse("TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb");

    public static readonly Address AssociatedToken = Address.Parse("ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL");

    public static readonly Address Memo = Address.Parse("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr");

    public static readonly Address Vote = Address.Parse("Vote111111111111111111111111111111111111111");

    public static readonly Address Stake = Address.Parse("Stake11111111111111111111111111111111111111");

    /// <summary>An account of the stake program, reserved like a program.</summary>
    public static readonly Address StakeConfig = Address.Parse("StakeConfig11111111111111111111111111111111");

    public static readonly Address ZkElGamalProof = Address.Parse("ZkE1Gama1Proof11111111111111111111111111111");

    public static readonly Address ZkTokenProof = Address.Parse("ZkTokenProof1111111111111111111111111111111");

    public static readonly Address Config = Address.Parse("Config1111111111111111111111111111111111111");

    public static readonly Address FeatureGate = Address.Parse("Feature111111111111111111111111111111111111");

    public static readonly Address AddressLookupTable = Address.Parse("AddressLookupTab1e1111111111111111111111111");

    public static readonly Address Ed25519Precompile = Address.Parse("Ed25519SigVerify111111111111111111111111111");

    public static readonly Address Secp256k1Precompile = Address.Parse("KeccakSecp256k11111111111111111111111111111");

    public static readonly Address Secp256r1Precompile = Address.Parse("Secp256r1SigVerify1111111111111111111111111");

    /// <summary>Owner of the builtin programs' accounts.</summary>
    public static readonly Address NativeLoader = Address.Parse("NativeLoader1111111111111111111111111111111");

    /// <summary>Loader v1: owns programs deployed long ago, refuses instructions.</summary>
    public static readonly Address BpfLoaderDeprecated = Address.Parse("BPFLoader1111111111111111111111111111111111");

    /// <summary>Loader v2: owns immutable programs, refuses instructions.</summary>
    public static readonly Address BpfLoader = Address.Parse("BPFLoader2111111111111111111111111111111111");

    /// <summary>Loader v3: owns programs whose code lies in a separate program-data account.</summary>
    public static readonly Address BpfLoaderUpgradeable = Address.Parse("BPFLoaderUpgradeab1e11111111111111111111111");

    public static readonly Address LoaderV4 = Address.Parse("LoaderV411111111111111111111111111111111111");

    /// <summary>Lamports sent here are burnt; excused from the rent rules.</summary>
    public static readonly Address Incinerator = Address.Parse("1nc1nerator11111111111111111111111111111111");

    /// <summary>The mint of wrapped SOL.</summary>
    public static readonly Address NativeMint = Address.Parse("So11111111111111111111111111111111111111112");

    /// <summary>The order-book program of this engine; its instructions are in docs/book-program.md.</summary>
    public static readonly Address Book = Address.Parse("VeLoxBook1111111111111111111111111111111111");
}
