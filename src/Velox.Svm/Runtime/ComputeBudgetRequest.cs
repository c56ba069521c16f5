using System.Buffers.Binary;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>What a message asks for by its compute budget instructions (Agave compute-budget-instruction).</summary>
/// <remarks>
/// Two steps, because other checks come between them: malformed and repeated instructions are found with the message alone,
/// the values are judged when the transaction meets its block.
/// </remarks>
public readonly record struct ComputeBudgetRequest
{
    private static readonly Address VoteIsNoBuiltin = Feature.Named("bls_pubkey_management_in_vote_account").Id;

    private uint? UnitLimit { get; init; }

    /// <summary>Micro-lamports.</summary>
    private ulong? UnitPrice { get; init; }

    private uint? LoadedDataLimit { get; init; }

    private uint? HeapBytes { get; init; }

    private byte HeapInstruction { get; init; }

    /// <summary>
    /// Reads the instructions; a v1 message has its configuration instead. Errors, at the first instruction concerned:
    /// InstructionError(i, InvalidInstructionData) for a malformed one, DuplicateInstruction(i) for a repeated one.
    /// </summary>
    public static TransactionError TryRead(in TransactionView view, out ComputeBudgetRequest request)
    {
        request = default;
        if (view.Version == TransactionVersion.Version1)
            return TransactionError.None;
        for (int i = 0; i < view.InstructionCount; i++)
        {
            InstructionView instruction = view.Instruction(i);
            if (view.StaticKey(instruction.ProgramIndex) != ProgramIds.ComputeBudget)
                continue;

            ReadOnlySpan<byte> data = instruction.Data;
            bool isRepeated;
            switch (data)
            {
                case [1, _, _, _, _, ..]:
                    isRepeated = request.HeapBytes.HasValue;
                    request = request with { HeapBytes = ReadUInt32(data), HeapInstruction = (byte)i };
                    break;
                case [2, _, _, _, _, ..]:
                    isRepeated = request.UnitLimit.HasValue;
                    request = request with { UnitLimit = ReadUInt32(data) };
                    break;
                case [3, ..] when data.Length > sizeof(ulong):
                    isRepeated = request.UnitPrice.HasValue;
                    request = request with { UnitPrice = BinaryPrimitives.ReadUInt64LittleEndian(data[1..]) };
                    break;
                case [4, _, _, _, _, ..]:
                    isRepeated = request.LoadedDataLimit.HasValue;
                    request = request with { LoadedDataLimit = ReadUInt32(data) };
                    break;
                default:
                    return TransactionError.AtInstruction(i, InstructionErrorKind.InvalidInstructionData);
            }

            if (isRepeated)
                return new TransactionError(TransactionErrorKind.DuplicateInstruction, (byte)i);
        }

        return TransactionError.None;
    }

    /// <summary>
    /// What is granted. Errors, in this order: InstructionError(i, InvalidInstructionData) for a heap out of bounds,
    /// InvalidLoadedAccountsDataSizeLimit for a limit of 0 bytes.
    /// </summary>
    public TransactionError TryGrant(in TransactionView view, FeatureSet features, out ComputeBudget budget)
    {
        budget = view.Version == TransactionVersion.Version1 ? Of(view.Config) : ComputeBudget.Default;
        if (view.Version == TransactionVersion.Version1)
            return TransactionError.None;
        if (HeapBytes is { } heapBytes && !ComputeBudget.IsHeapAllowed(heapBytes))
            return TransactionError.AtInstruction(HeapInstruction, InstructionErrorKind.InvalidInstructionData);
        if (LoadedDataLimit == 0)
            return TransactionErrorKind.InvalidLoadedAccountsDataSizeLimit;

        uint unitLimit = Math.Min(UnitLimit ?? DefaultUnits(in view, features), ComputeBudget.MaxUnitLimit);
        budget = new ComputeBudget(
            unitLimit,
            ComputeBudget.PriorityFeeOf(UnitPrice ?? 0, unitLimit),
            Math.Min(LoadedDataLimit ?? ComputeBudget.MaxLoadedDataBytes, ComputeBudget.MaxLoadedDataBytes),
            HeapBytes ?? ComputeBudget.MinHeapBytes);
        return TransactionError.None;
    }

    /// <summary>A configuration passed the parser: its heap is in bounds. What is absent is 0 here, not a default.</summary>
    private static ComputeBudget Of(TransactionConfig config) => new(
        Math.Min(config.UnitLimit ?? 0, ComputeBudget.MaxUnitLimit),
        config.PriorityFee ?? 0,
        Math.Min(config.LoadedDataLimit ?? 0, ComputeBudget.MaxLoadedDataBytes),
        config.HeapBytes ?? ComputeBudget.MinHeapBytes);

    private static uint DefaultUnits(in TransactionView view, FeatureSet features)
    {
        uint units = 0;
        for (int i = 0; i < view.InstructionCount; i++)
        {
            Address program = view.StaticKey(view.Instruction(i).ProgramIndex);
            units += IsBuiltin(program, features)
                ? ComputeBudget.DefaultUnitsPerBuiltin
                : ComputeBudget.DefaultUnitsPerInstruction;
        }

        return units;
    }

    /// <summary>
    /// Agave's list, which is not that of the programs that are native: those that moved to BPF are off it, and so are vote
    /// and secp256r1. This engine's own programs are none of Solana's builtins and are granted what a BPF program is.
    /// </summary>
    private static bool IsBuiltin(Address program, FeatureSet features) =>
        program == ProgramIds.System
        || program == ProgramIds.ComputeBudget
        || program == ProgramIds.BpfLoaderUpgradeable
        || program == ProgramIds.BpfLoaderDeprecated
        || program == ProgramIds.BpfLoader
        || program == ProgramIds.LoaderV4
        || program == ProgramIds.Secp256k1Precompile
        || program == ProgramIds.Ed25519Precompile
        || (program == ProgramIds.Vote && !features.IsActive(VoteIsNoBuiltin));

    private static uint ReadUInt32(ReadOnlySpan<byte> data) => BinaryPrimitives.ReadUInt32LittleEndian(data[1..]);
}
