namespace Velox.Bpf;

/// <summary>What a run came to.</summary>
/// <param name="Error">None when the program returned.</param>
/// <param name="Value">The program's r0; 0 after an error.</param>
/// <param name="ConsumedUnits">Instructions executed (a failing one included) plus what host functions took.</param>
/// <param name="InstructionIndex">The instruction that ended it; -1 when the program returned: compiled code does not note which exit.</param>
/// <param name="FaultAddress">For access violations: where.</param>
/// <param name="FaultBytes">How much.</param>
/// <param name="IsStore">Whether it was to be written.</param>
public readonly record struct ExecutionResult(
    VmError Error,
    ulong Value,
    ulong ConsumedUnits,
    int InstructionIndex,
    ulong FaultAddress = 0,
    ulong FaultBytes = 0,
    bool IsStore = false)
{
    public bool IsSuccess => Error == VmError.None;

    public override string ToString() => Error switch
    {
        VmError.None => $"returned 0x{Value:x} after {ConsumedUnits} units",
        VmError.AccessViolation or VmError.StackAccessViolation =>
            $"{Error} at instruction {InstructionIndex}: {(IsStore ? "store" : "load")} of {FaultBytes} bytes at 0x{FaultAddress:x}",
        _ => $"{Error} at instruction {InstructionIndex} after {ConsumedUnits} units",
    };
}
