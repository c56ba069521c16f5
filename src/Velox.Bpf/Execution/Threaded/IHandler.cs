using System.Runtime.CompilerServices;

namespace Velox.Bpf.Threaded;

/// <summary>What a handler does. Its last act is to call the next handler, or to leave.</summary>
/// <remarks>
/// <para>That call must become a jump, or the stack grows with each instruction. So nothing follows it, and no handler has
/// anything in its stack frame that could be referred to. Everything they share is in arguments, which are in registers:
/// instruction, state, units of the batch that no block has taken, machine.</para>
/// <para>What may call something else, and what is long, is in a method of its own that is called last: registers that must
/// survive a call would be saved by every execution of the handler.</para>
/// </remarks>
internal unsafe interface IHandler
{
    static abstract ThreadedExit Run(ThreadedInstruction* i, VmState* state, long units, VirtualMachine machine);
}

/// <summary>The method that is compiled for a handler.</summary>
internal static unsafe class Handler<THandler>
    where THandler : struct, IHandler
{
    /// <summary>Optimized from the start: without it the first executions would be calls, not jumps.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static ThreadedExit Run(ThreadedInstruction* i, VmState* state, long units, VirtualMachine machine) =>
        THandler.Run(i, state, units, machine);
}

/// <summary>The ways out of handlers, to which they jump.</summary>
internal static unsafe class Leave
{
    /// <summary>Leaves before an instruction whose block, or what is left of it, has been charged.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static ThreadedExit Paused(ThreadedInstruction* i, VmState* state, long units, VirtualMachine machine)
    {
        WriteBack(i, state, units + i->BlockUnits);
        return ThreadedExit.Paused;
    }

    /// <summary>As <see cref="Paused"/>; the switch is to execute the instruction.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static ThreadedExit Rare(ThreadedInstruction* i, VmState* state, long units, VirtualMachine machine)
    {
        WriteBack(i, state, units + i->BlockUnits);
        return ThreadedExit.Rare;
    }

    /// <summary>Leaves at the program's end, the last instruction of a block.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static ThreadedExit Ended(ThreadedInstruction* i, VmState* state, long units, VirtualMachine machine)
    {
        WriteBack(i, state, units);
        return ThreadedExit.Ended;
    }

    /// <summary>The state has the units beyond the batch; it gets those of the batch too.</summary>
    internal static void WriteBack(ThreadedInstruction* i, VmState* state, long units)
    {
        state->RemainingUnits += (ulong)units;
        state->InstructionIndex = (int)(i - state->Threaded);
    }
}

/// <summary>An instruction without handler: alone in its block.</summary>
internal unsafe struct Rare : IHandler
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ThreadedExit Run(ThreadedInstruction* i, VmState* state, long units, VirtualMachine machine) =>
        Leave.Rare(i, state, units, machine);
}
