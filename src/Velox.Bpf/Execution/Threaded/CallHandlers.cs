using System.Runtime.CompilerServices;

namespace Velox.Bpf.Threaded;

internal unsafe struct CallLocal : IHandler
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ThreadedExit Run(ThreadedInstruction* i, VmState* state, long units, VirtualMachine machine)
    {
        if (state->CallDepth + 1 >= state->MaxCallDepth)
            return Leave.Rare(i, state, units, machine);
        Enter(i, state, machine);
        return Jump.Run(i, state, units, machine);
    }

    /// <summary>Suspends the caller; the depth allows it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Enter(ThreadedInstruction* i, VmState* state, VirtualMachine machine)
    {
        CallFrame* frame = state->Frames + state->CallDepth;
        state->CallDepth++;
        frame->Saved[0] = *state->Register(6);
        frame->Saved[1] = *state->Register(7);
        frame->Saved[2] = *state->Register(8);
        frame->Saved[3] = *state->Register(9);
        frame->Saved[4] = *state->Register(10);
        frame->ReturnIndex = i->Immediate;
        *state->Register(10) += (ulong)(long)machine.Frames.AddressStep;
    }
}

/// <summary>Calls the function at an address.</summary>
internal unsafe struct CallRegister : IHandler
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ThreadedExit Run(ThreadedInstruction* i, VmState* state, long units, VirtualMachine machine)
    {
        BpfProgram program = machine.Program!;
        ulong target = (*state->Register(i->Destination) - program.Image.TextAddress) / InstructionWord.Bytes;
        if (state->CallDepth + 1 >= state->MaxCallDepth || target >= (ulong)program.Count)
            return Leave.Rare(i, state, units, machine);
        CallLocal.Enter(i, state, machine);
        i = state->Threaded + target;
        units -= i->BlockUnits;
        if (units >= 0)
            return i->Handler(i, state, units, machine);
        return Leave.Paused(i, state, units, machine);
    }
}

internal unsafe struct Exit : IHandler
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ThreadedExit Run(ThreadedInstruction* i, VmState* state, long units, VirtualMachine machine)
    {
        if (state->CallDepth == 0)
            return Leave.Ended(i, state, units, machine);
        state->CallDepth--;
        CallFrame* frame = state->Frames + state->CallDepth;
        *state->Register(6) = frame->Saved[0];
        *state->Register(7) = frame->Saved[1];
        *state->Register(8) = frame->Saved[2];
        *state->Register(9) = frame->Saved[3];
        *state->Register(10) = frame->Saved[4];
        i = state->Threaded + frame->ReturnIndex;
        units -= i->BlockUnits;
        if (units >= 0)
            return i->Handler(i, state, units, machine);
        return Leave.Paused(i, state, units, machine);
    }
}

/// <summary>Calls a host function, which sees the whole rest of the units, and goes on with what it leaves of the batch.</summary>
internal unsafe struct CallHost : IHandler
{
    public static ThreadedExit Run(ThreadedInstruction* i, VmState* state, long units, VirtualMachine machine)
    {
        Leave.WriteBack(i, state, units);
        if (!HostGate.Call(machine, machine.Program!.HostFunctions[(int)i->Immediate]))
            return ThreadedExit.Ended;
        ulong batch = Math.Min(state->RemainingUnits, (ulong)units);
        state->RemainingUnits -= batch;
        i++;
        units = (long)batch - i->BlockUnits;
        if (units >= 0)
            return i->Handler(i, state, units, machine);
        return Leave.Paused(i, state, units, machine);
    }
}
