namespace Velox.Svm;

/// <summary>First field (u32) of the address lookup table program's instruction data.</summary>
public enum LookupTableInstructionTag : uint
{
    Create = 0,
    Freeze = 1,
    Extend = 2,
    Deactivate = 3,
    Close = 4,
}
