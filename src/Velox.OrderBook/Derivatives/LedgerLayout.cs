namespace Velox.OrderBook;

/// <summary>Where things stand in a margin ledger, and their bounds. docs/derivatives.md is the same in prose.</summary>
/// <remarks>The ledger begins where its market ends: at <see cref="MarketLayout.RequiredBytes"/> of the same memory.</remarks>
public static class LedgerLayout
{
    /// <summary>The bytes "VELOXDRV" read as a little-endian u64.</summary>
    public const ulong Magic = 0x5652_4458_4F4C_4556;

    public const uint Version = 1;

    public const int HeaderBytes = 256;

    public const int AccountBytes = 256;

    /// <summary>Most open orders of an account: its margin is counted order by order.</summary>
    public const int MaxOrdersPerAccount = 40;

    /// <summary>Most accounts that one step of a settlement takes.</summary>
    public const int MaxAccountsPerStep = 256;

    /// <summary>Most lots of a position, with all open orders of a side filled.</summary>
    public const long MaxPositionLots = (1L << 40) - 1;

    /// <summary>Most quote atoms that a lot may be worth, at the mark price and at the price of any order.</summary>
    public const ulong MaxLotValueAtoms = (1UL << 48) - 1;

    /// <summary>Most atoms in a ledger.</summary>
    public const ulong MaxVaultAtoms = long.MaxValue;

    /// <summary>The funding index counts quote atoms a lot times 2^24.</summary>
    public const int FundingShift = 24;

    /// <summary>The funding index stays within this and its negative. Times a position it fits 121 bits.</summary>
    public static readonly Int128 MaxFundingIndex = Int128.One << 80;

    /// <summary>Bytes of a ledger.</summary>
    public static long RequiredBytes(uint accounts) => HeaderBytes + ((long)accounts * AccountBytes);
}
