namespace Velox.Bpf;

/// <summary>How a run ended. The same in all tiers.</summary>
public enum VmError
{
    /// <summary>The program returned.</summary>
    None,

    /// <summary>No units were left for the next instruction; more may be given (<see cref="VirtualMachine.Continue"/>).</summary>
    BudgetExceeded,
    DivideByZero,

    /// <summary>The smallest number divided by -1.</summary>
    DivideOverflow,
    CallDepthExceeded,

    /// <summary>callx to an address that holds no instruction.</summary>
    CallOutsideText,

    /// <summary>The second slot of a wide load, or a call to a key that nothing has.</summary>
    UnsupportedInstruction,

    /// <summary>Ran past the last instruction.</summary>
    ExecutionOverrun,

    /// <summary>A load or store outside the regions, across the end of one, or a store into a read-only one.</summary>
    AccessViolation,

    /// <summary>An access violation at the stack (sBPF V0 and V3).</summary>
    StackAccessViolation,

    /// <summary>callx to a host function that does not exist (eBPF).</summary>
    UnknownHostFunction,

    /// <summary>A host function ended the program; <see cref="VirtualMachine.HostError"/> says why.</summary>
    HostFunctionFailed,

    /// <summary>A host function ended the program successfully. Never seen in a result: it becomes <see cref="None"/>.</summary>
    EndedByHost,
}
