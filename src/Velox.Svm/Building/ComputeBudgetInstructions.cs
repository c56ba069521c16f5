namespace Velox.Svm;

/// <summary>Instructions of the compute budget program. They name no account; each may stand once.</summary>
public static class ComputeBudgetInstructions
{
    /// <param name="heapBytes">32 KiB to 256 KiB, a multiple of 1,024; checked by the runtime.</param>
    public static Instruction RequestHeapFrame(uint heapBytes) =>
        Build(Data(ComputeBudgetInstructionTag.RequestHeapFrame).UInt32(heapBytes));

    /// <param name="computeUnits">For the whole transaction; the runtime caps it at 1,400,000.</param>
    public static Instruction SetComputeUnitLimit(uint computeUnits) =>
        Build(Data(ComputeBudgetInstructionTag.SetComputeUnitLimit).UInt32(computeUnits));

    /// <param name="microLamports">Millionths of a lamport for each compute unit of the limit.</param>
    public static Instruction SetComputeUnitPrice(ulong microLamports) =>
        Build(Data(ComputeBudgetInstructionTag.SetComputeUnitPrice).UInt64(microLamports));

    /// <param name="bytes">1 or more; the runtime caps it at 64 MiB.</param>
    public static Instruction SetLoadedAccountsDataSizeLimit(uint bytes) =>
        Build(Data(ComputeBudgetInstructionTag.SetLoadedAccountsDataSizeLimit).UInt32(bytes));

    private static DataWriter Data(ComputeBudgetInstructionTag tag) => new DataWriter().Byte((byte)tag);

    private static Instruction Build(DataWriter data) => new(ProgramIds.ComputeBudget, default, data.ToArray());
}
