using System.Buffers.Binary;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>What a transaction asks for by its compute budget instructions (Agave compute-budget-instruction).</summary>
/// <param name="UnitLimit">Compute units it may use, at most 1,400,000.</param>
/// <param name="UnitPrice">Price of a unit in micro-lamports, paid for the whole limit.</param>
/// <param name="LoadedDataLimit">Bytes of account data it may load, at most 64 MiB.</param>
public readonly record struct ComputeBudget(uint UnitLimit, ulong UnitPrice, uint LoadedDataLimit)
{
    public const uint MaxUnitLimit = 1_400_000;
    public const uint MaxLoadedDataBytes = 64 * 1024 * 1024;

    /// <summary>Units granted for each instruction when no limit is asked for: native programs run as builtins here.</summary>
    public const uint DefaultUnitsPerInstruction = 200_000;
    public const uint DefaultUnitsPerBuiltin = 3_000;

    private const uint MinHeapBytes = 32 * 1024;
    private const uint MaxHeapBytes = 256 * 1024;

    /// <summary>Bytes of heap for each program that runs.</summary>
    public uint HeapBytes { get; init; } = MinHeapBytes;

    public static readonly ComputeBudget Default = new(MaxUnitLimit, 0, MaxLoadedDataBytes);

    /// <summary>Lamports on top of the signature fee: price times limit, rounded up.</summary>
    public ulong PriorityFee
    {
        get
        {
            UInt128 fee = (((UInt128)UnitPrice * UnitLimit) + 999_999) / 1_000_000;
            return fee > ulong.MaxValue ? ulong.MaxValue : (ulong)fee;
        }
    }

    /// <summary>
    /// Reads the compute budget instructions of a message. Errors: InstructionError(i, InvalidInstructionData) for a bad one,
    /// DuplicateInstruction(i) for a repeated one, InvalidLoadedAccountsDataSizeLimit for a limit of 0.
    /// </summary>
    public static TransactionError TryRead(in TransactionView view, out ComputeBudget budget)
    {
        budget = Default;
        uint? unitLimit = null;
        ulong? unitPrice = null;
        uint? dataLimit = null;
        uint? heapBytes = null;
        int heapInstruction = 0;
        uint defaultUnits = 0;
        for (int i = 0; i < view.InstructionCount; i++)
        {
            InstructionView instruction = view.Instruction(i);
            Address program = view.StaticKey(instruction.ProgramIndex);
            defaultUnits += IsBuiltin(program) ? DefaultUnitsPerBuiltin : DefaultUnitsPerInstruction;
            if (program != ProgramIds.ComputeBudget)
                continue;

            ReadOnlySpan<byte> data = instruction.Data;
            bool isRepeated;
            switch (data)
            {
                case [1, ..] when data.Length >= 5:
                    isRepeated = heapBytes.HasValue;
                    heapBytes = BinaryPrimitives.ReadUInt32LittleEndian(data[1..]);
                    heapInstruction = i;
                    break;
                case [2, ..] when data.Length >= 5:
                    isRepeated = unitLimit.HasValue;
                    unitLimit = BinaryPrimitives.ReadUInt32LittleEndian(data[1..]);
                    break;
                case [3, ..] when data.Length >= 9:
                    isRepeated = unitPrice.HasValue;
                    unitPrice = BinaryPrimitives.ReadUInt64LittleEndian(data[1..]);
                    break;
                case [4, ..] when data.Length >= 5:
                    isRepeated = dataLimit.HasValue;
                    dataLimit = BinaryPrimitives.ReadUInt32LittleEndian(data[1..]);
                    break;
                default:
                    return TransactionError.AtInstruction(i, InstructionErrorKind.InvalidInstructionData);
            }

            if (isRepeated)
                return new TransactionError(TransactionErrorKind.DuplicateInstruction, (byte)i);
        }

        // Values are judged when all instructions have been read: a malformed or repeated one is reported first.
        if (heapBytes is < MinHeapBytes or > MaxHeapBytes || heapBytes % 1024 > 0)
            return TransactionError.AtInstruction(heapInstruction, InstructionErrorKind.InvalidInstructionData);
        if (dataLimit == 0)
            return TransactionErrorKind.InvalidLoadedAccountsDataSizeLimit;
        budget = new ComputeBudget(
            Math.Min(unitLimit ?? defaultUnits, MaxUnitLimit),
            unitPrice ?? 0,
            Math.Min(dataLimit ?? MaxLoadedDataBytes, MaxLoadedDataBytes))
        {
            HeapBytes = heapBytes ?? MinHeapBytes,
        };
        return TransactionError.None;
    }

    private static bool IsBuiltin(Address program) => program == ProgramIds.System || program == ProgramIds.ComputeBudget;
}
