namespace Velox.Svm;

/// <summary>Why a precompile refuses; the number is the instruction's custom code (solana-sdk, precompile-error).</summary>
public enum PrecompileError : uint
{
    InvalidPublicKey = 0,
    InvalidRecoveryId = 1,
    InvalidSignature = 2,
    InvalidDataOffsets = 3,
    InvalidInstructionDataSize = 4,
}
