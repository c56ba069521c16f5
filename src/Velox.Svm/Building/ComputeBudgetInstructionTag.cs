namespace Velox.Svm;

/// <summary>First byte of the compute budget program's instruction data; 0 is unused.</summary>
public enum ComputeBudgetInstructionTag : byte
{
    Unused = 0,
    RequestHeapFrame = 1,
    SetComputeUnitLimit = 2,
    SetComputeUnitPrice = 3,
    SetLoadedAccountsDataSizeLimit = 4,
}
