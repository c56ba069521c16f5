namespace Velox.Bpf;

/// <summary>Bytes that loads and stores move.</summary>
internal static class AccessSize
{
    internal static int Of(Operation operation) => operation switch
    {
        Operation.Load8 or Operation.LoadSx8 or Operation.Store8Imm or Operation.Store8Reg => 1,
        Operation.Load16 or Operation.LoadSx16 or Operation.Store16Imm or Operation.Store16Reg => 2,
        Operation.Load32 or Operation.LoadSx32 or Operation.Store32Imm or Operation.Store32Reg => 4,
        >= Operation.AtomicAdd32 and <= Operation.CompareExchange64 => (operation - Operation.AtomicAdd32) % 2 == 0 ? 4 : 8,
        _ => 8,
    };
}
