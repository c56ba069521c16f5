namespace Velox.Svm;

/// <summary>What a v1 message asks for in the place of compute budget instructions (SIMD-0385). What is null is absent.</summary>
/// <param name="PriorityFee">Lamports beyond the fee for signatures; absent: 0.</param>
/// <param name="UnitLimit">Compute units; absent: 0.</param>
/// <param name="LoadedDataLimit">Bytes of account data; absent: 0.</param>
/// <param name="HeapBytes">32 to 256 KiB, a multiple of 1,024; absent: 32 KiB.</param>
public readonly record struct TransactionConfig(
    ulong? PriorityFee = null, uint? UnitLimit = null, uint? LoadedDataLimit = null, uint? HeapBytes = null)
{
    internal const byte PriorityFeeBits = 0b11;
    internal const byte UnitLimitBit = 1 << 2;
    internal const byte LoadedDataLimitBit = 1 << 3;
    internal const byte HeapBytesBit = 1 << 4;
    internal const byte AllBits = PriorityFeeBits | UnitLimitBit | LoadedDataLimitBit | HeapBytesBit;

    /// <summary>One bit for each 4 bytes of values, which stand in this order.</summary>
    internal byte Mask => (byte)(
        (PriorityFee is null ? 0 : PriorityFeeBits)
        | (UnitLimit is null ? 0 : UnitLimitBit)
        | (LoadedDataLimit is null ? 0 : LoadedDataLimitBit)
        | (HeapBytes is null ? 0 : HeapBytesBit));
}
