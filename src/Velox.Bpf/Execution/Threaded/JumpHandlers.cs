using System.Runtime.CompilerServices;

namespace Velox.Bpf.Threaded;

internal unsafe struct Jump : IHandler
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ThreadedExit Run(ThreadedInstruction* i, VmState* state, long units, VirtualMachine machine)
    {
        i = (ThreadedInstruction*)((byte*)i + i->Target);
        units -= i->BlockUnits;
        if (units >= 0)
            return i->Handler(i, state, units, machine);
        return Leave.Paused(i, state, units, machine);
    }
}

internal unsafe struct JumpIf<TComparison, TOperand> : IHandler
    where TComparison : struct, IComparison
    where TOperand : struct, IOperand
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ThreadedExit Run(ThreadedInstruction* i, VmState* state, long units, VirtualMachine machine)
    {
        // The target is read in the branch, so that this stays a branch: as a conditional move it would make all that follows
        // wait for the comparison, which halves the speed of short loops.
        if (TComparison.Holds(*state->Register(i->Destination), TOperand.Of(i, state)))
            i = (ThreadedInstruction*)((byte*)i + i->Target);
        else
            i++;
        units -= i->BlockUnits;
        if (units >= 0)
            return i->Handler(i, state, units, machine);
        return Leave.Paused(i, state, units, machine);
    }
}
