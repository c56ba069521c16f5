namespace Velox.Svm;

/// <summary>First byte of the associated token program's instruction data; no data at all means Create.</summary>
public enum AssociatedTokenInstructionTag : byte
{
    Create = 0,
    CreateIdempotent = 1,
    RecoverNested = 2,
}
