using System.Runtime.InteropServices;

namespace Velox.OrderBook;

/// <summary>How far a derivative's life has come.</summary>
public enum LedgerState : uint
{
    /// <summary>Orders are taken, until the instrument says no.</summary>
    Trading = 0,

    /// <summary>Accounts are settled at the final price, some each time.</summary>
    Settling = 1,

    /// <summary>No position is left. Collateral can be withdrawn.</summary>
    Settled = 2,
}

/// <summary>The beginning of a margin ledger: 256 bytes.</summary>
/// <remarks>
/// <code>
/// offset size field                       offset size field
///   0     8    magic                        64     8    markTicks
///   8     4    version                      72     8    lastFundingSeconds
///  12     4    kind                         80     8    nextEventSequence
///  16     4    accountCapacity              88     8    openInterestLots
///  20     4    accountCount                 96     8    vaultAtoms
///  24     4    initialMarginBps            104     8    insuranceAtoms
///  28     4    maintenanceMarginBps        112    16    fundingIndex
///  32     4    liquidationFeeBps           128    16    fundingPool
///  36     4    state                       144   112    reserved
///  40     8    expiry
///  48     4    fundingIntervalSeconds
///  52     4    maxFundingPpm
///  56     4    settlementCursor
///  60     4    fundingCursor
/// </code>
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = LedgerLayout.HeaderBytes)]
public struct LedgerHeader
{
    [FieldOffset(0)] public ulong Magic;
    [FieldOffset(8)] public uint Version;

    /// <summary><see cref="IInstrument.Kind"/>.</summary>
    [FieldOffset(12)] public uint Kind;
    [FieldOffset(16)] public uint AccountCapacity;

    /// <summary>Opened accounts: 0 to AccountCount - 1.</summary>
    [FieldOffset(20)] public uint AccountCount;
    [FieldOffset(24)] public uint InitialMarginBps;
    [FieldOffset(28)] public uint MaintenanceMarginBps;
    [FieldOffset(32)] public uint LiquidationFeeBps;
    [FieldOffset(36)] public LedgerState State;

    /// <summary><see cref="Velox.OrderBook.Expiry.Bits"/>.</summary>
    [FieldOffset(40)] public ulong Expiry;
    [FieldOffset(48)] public uint FundingIntervalSeconds;
    [FieldOffset(52)] public uint MaxFundingPpm;

    /// <summary>Settling: the next account.</summary>
    [FieldOffset(56)] public uint SettlementCursor;

    /// <summary>The next account whose funding is settled in turn.</summary>
    [FieldOffset(60)] public uint FundingCursor;

    /// <summary>0 before the first mark price.</summary>
    [FieldOffset(64)] public ulong MarkTicks;

    /// <summary>Unix time of the last funding; 0 before the first.</summary>
    [FieldOffset(72)] public ulong LastFundingSeconds;

    /// <summary>The market's event up to which everything is in the accounts: the market's own number, always.</summary>
    [FieldOffset(80)] public ulong NextEventSequence;

    /// <summary>Lots of all long positions, which are those of all short ones.</summary>
    [FieldOffset(88)] public ulong OpenInterestLots;

    /// <summary>Atoms paid in less paid out: cash of all accounts, insurance and funding pool together.</summary>
    [FieldOffset(96)] public ulong VaultAtoms;
    [FieldOffset(104)] public ulong InsuranceAtoms;

    /// <summary>What a long lot has paid for funding since the beginning, in 2^-24 atoms.</summary>
    [FieldOffset(112)] public StoredInt128 FundingIndex;

    /// <summary>Funding paid by accounts and not yet received by others; negative while receivers were first.</summary>
    [FieldOffset(128)] public StoredInt128 FundingPool;

    internal readonly InstrumentTerms Terms => new()
    {
        AccountCapacity = AccountCapacity,
        InitialMarginBps = InitialMarginBps,
        MaintenanceMarginBps = MaintenanceMarginBps,
        LiquidationFeeBps = LiquidationFeeBps,
        Expiry = Velox.OrderBook.Expiry.FromBits(Expiry),
        FundingIntervalSeconds = FundingIntervalSeconds,
        MaxFundingPpm = MaxFundingPpm,
    };
}
