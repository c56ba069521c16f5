namespace Velox.Svm;

/// <summary>What a transaction may use up, and what it pays for it.</summary>
/// <param name="UnitLimit">Compute units it may use, at most 1,400,000.</param>
/// <param name="PriorityFee">Lamports beyond the fee for signatures.</param>
/// <param name="LoadedDataLimit">Bytes of account data it may load, at most 64 MiB.</param>
/// <param name="HeapBytes">Heap of each program that it runs: 32 to 256 KiB, a multiple of 1,024.</param>
public readonly record struct ComputeBudget(uint UnitLimit, ulong PriorityFee, uint LoadedDataLimit, uint HeapBytes)
{
    public const uint MaxUnitLimit = 1_400_000;
    public const uint MaxLoadedDataBytes = 64 * 1024 * 1024;
    public const uint MinHeapBytes = 32 * 1024;
    public const uint MaxHeapBytes = 256 * 1024;

    /// <summary>Units granted for each instruction when no limit is asked for, builtins excepted.</summary>
    public const uint DefaultUnitsPerInstruction = 200_000;

    /// <summary>Units granted for each instruction of a builtin program (Agave builtins-default-costs).</summary>
    public const uint DefaultUnitsPerBuiltin = 3_000;

    private const ulong MicroLamportsPerLamport = 1_000_000;

    public static readonly ComputeBudget Default = new(MaxUnitLimit, 0, MaxLoadedDataBytes, MinHeapBytes);

    /// <summary>The price that the fee comes to: micro-lamports for each unit of the limit, rounded down.</summary>
    public ulong UnitPrice => UnitLimit == 0 ? 0 : Saturate((UInt128)PriorityFee * MicroLamportsPerLamport / UnitLimit);

    /// <summary>Lamports for a price in micro-lamports, paid for the whole limit, rounded up.</summary>
    internal static ulong PriorityFeeOf(ulong unitPrice, uint unitLimit) =>
        Saturate((((UInt128)unitPrice * unitLimit) + MicroLamportsPerLamport - 1) / MicroLamportsPerLamport);

    internal static bool IsHeapAllowed(uint bytes) => bytes is >= MinHeapBytes and <= MaxHeapBytes && bytes % 1024 == 0;

    /// <summary>Reads and judges what a message asks for, with mainnet's features.</summary>
    public static TransactionError TryRead(in TransactionView view, out ComputeBudget budget) =>
        TryRead(in view, FeatureSet.Mainnet, out budget);

    /// <summary>
    /// Reads and judges what a message asks for. Errors as <see cref="ComputeBudgetRequest.TryRead"/> and
    /// <see cref="ComputeBudgetRequest.TryGrant"/>.
    /// </summary>
    public static TransactionError TryRead(in TransactionView view, FeatureSet features, out ComputeBudget budget)
    {
        budget = Default;
        TransactionError error = ComputeBudgetRequest.TryRead(in view, out ComputeBudgetRequest request);
        return error.IsError ? error : request.TryGrant(in view, features, out budget);
    }

    private static ulong Saturate(UInt128 value) => value > ulong.MaxValue ? ulong.MaxValue : (ulong)value;
}
