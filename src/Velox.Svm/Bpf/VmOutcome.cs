using Velox.Bpf;

namespace Velox.Svm;

/// <summary>What a run of the virtual machine means for its instruction.</summary>
internal static class VmOutcome
{
    /// <summary>The instruction's error; none where the program returned 0.</summary>
    /// <remarks>
    /// A fault of the program's own instructions takes all units that are left (deplete_cu_meter_on_vm_failure); one in a syscall
    /// does not. Both end as ProgramFailedToComplete, with the fault's text in the log.
    /// </remarks>
    internal static InstructionError ToInstructionError(InvokeContext context, VirtualMachine machine, in ExecutionResult result)
    {
        if (result.IsSuccess)
            return FromReturnValue(result.Value);
        if (machine.EndedInHost && result.Error == VmError.BudgetExceeded)
            return InstructionErrorKind.ComputationalBudgetExceeded;
        if (result.Error == VmError.HostFunctionFailed)
        {
            return machine.HostError switch
            {
                InstructionError error => error,
                SyscallFault fault => context.Fault(fault.Text),
                object other => context.Fault($"Syscall fault: {other.GetType().Name}"),
                _ => InstructionErrorKind.ProgramFailedToComplete,
            };
        }

        if (!machine.EndedInHost && context.Features.DepleteCuMeterOnVmFailure)
            context.RemainingUnits = 0;
        return context.Fault(TextOf(machine, in result));
    }

    /// <summary>A program's r0 (solana-sdk, program-error): low half the program's own number, high half one of Solana's.</summary>
    internal static InstructionError FromReturnValue(ulong value)
    {
        if (value == 0)
            return InstructionError.None;
        ulong builtin = value >> 32;
        if (builtin == 0)
            return InstructionError.Custom((uint)value);
        if ((uint)value != 0)
            return InstructionErrorKind.InvalidError;
        return builtin switch
        {
            1 => InstructionError.Custom(0),
            2 => InstructionErrorKind.InvalidArgument,
            3 => InstructionErrorKind.InvalidInstructionData,
            4 => InstructionErrorKind.InvalidAccountData,
            5 => InstructionErrorKind.AccountDataTooSmall,
            6 => InstructionErrorKind.InsufficientFunds,
            7 => InstructionErrorKind.IncorrectProgramId,
            8 => InstructionErrorKind.MissingRequiredSignature,
            9 => InstructionErrorKind.AccountAlreadyInitialized,
            10 => InstructionErrorKind.UninitializedAccount,
            11 => InstructionErrorKind.NotEnoughAccountKeys,
            12 => InstructionErrorKind.AccountBorrowFailed,
            13 => InstructionErrorKind.MaxSeedLengthExceeded,
            14 => InstructionErrorKind.InvalidSeeds,
            15 => InstructionErrorKind.BorshIoError,
            16 => InstructionErrorKind.AccountNotRentExempt,
            17 => InstructionErrorKind.UnsupportedSysvar,
            18 => InstructionErrorKind.IllegalOwner,
            19 => InstructionErrorKind.MaxAccountsDataAllocationsExceeded,
            20 => InstructionErrorKind.InvalidRealloc,
            21 => InstructionErrorKind.MaxInstructionTraceLengthExceeded,
            22 => InstructionErrorKind.BuiltinProgramsMustConsumeComputeUnits,
            23 => InstructionErrorKind.InvalidAccountOwner,
            24 => InstructionErrorKind.ArithmeticOverflow,
            25 => InstructionErrorKind.Immutable,
            26 => InstructionErrorKind.IncorrectAuthority,
            _ => InstructionErrorKind.InvalidError,
        };
    }

    /// <summary>The machine's fault in the words of anza-xyz/sbpf, which clients see in logs.</summary>
    private static string TextOf(VirtualMachine machine, in ExecutionResult result)
    {
        string access = result.IsStore ? "writing" : "reading";
        return result.Error switch
        {
            VmError.BudgetExceeded => "exceeded CUs meter at BPF instruction",
            VmError.DivideByZero => "divide by zero at BPF instruction",
            VmError.DivideOverflow => "division overflow at BPF instruction",
            VmError.CallDepthExceeded => "exceeded max BPF to BPF call depth",
            VmError.CallOutsideText => "callx attempted to call outside of the text segment",
            VmError.UnsupportedInstruction => "unsupported BPF instruction",
            VmError.ExecutionOverrun => "attempted to execute past the end of the text segment at BPF instruction",
            VmError.StackAccessViolation =>
                $"Access violation in stack frame {machine.StackFrameAt(result.FaultAddress)} at address 0x{result.FaultAddress:x} of size {result.FaultBytes}",
            VmError.AccessViolation =>
                $"Access violation {access} {result.FaultBytes} bytes at address 0x{result.FaultAddress:x} (in {machine.RegionNameAt(result.FaultAddress)} region)",
            _ => result.Error.ToString(),
        };
    }
}

/// <summary>A syscall's error that is no instruction error, in Agave's words.</summary>
/// <param name="Text">What the log says.</param>
internal sealed record SyscallFault(string Text);
