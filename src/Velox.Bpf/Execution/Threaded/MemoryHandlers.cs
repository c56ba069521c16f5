using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Velox.Bpf.Threaded;

internal unsafe struct Load<TAccess> : IHandler
    where TAccess : struct, IAccess
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ThreadedExit Run(ThreadedInstruction* i, VmState* state, long units, VirtualMachine machine)
    {
        ulong address = *state->Register(i->Source) + (ulong)(long)i->Target;
        MemoryWindow* window = state->WindowOf(address);
        // As MemoryMap.TranslateAccess: below the limit, all bytes of the access are inside.
        if (address - window->Start < window->ReadLimits[TAccess.SizeLog2])
        {
            *state->Register(i->Destination) = TAccess.Read((byte*)(address + window->Distance));
            i++;
            return i->Handler(i, state, units, machine);
        }

        return Miss(i, state, units, machine);
    }

    /// <summary>An access outside the window: moves that, unless the program may not make it. Leaves in any case.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ThreadedExit Miss(ThreadedInstruction* i, VmState* state, long units, VirtualMachine machine)
    {
        ulong address = *state->Register(i->Source) + (ulong)(long)i->Target;
        byte* host = machine.Memory.Translate(address, 1ul << TAccess.SizeLog2, isStore: false);
        if (host == null)
            return Leave.Rare(i, state, units, machine);
        *state->Register(i->Destination) = TAccess.Read(host);
        return Leave.Paused(i + 1, state, units, machine);
    }
}

internal unsafe struct Store<TAccess, TOperand> : IHandler
    where TAccess : struct, IAccess
    where TOperand : struct, IOperand
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ThreadedExit Run(ThreadedInstruction* i, VmState* state, long units, VirtualMachine machine)
    {
        ulong address = *state->Register(i->Destination) + (ulong)(long)i->Target;
        MemoryWindow* window = state->WindowOf(address);
        if (address - window->Start < window->WriteLimits[TAccess.SizeLog2])
        {
            TAccess.Write((byte*)(address + window->Distance), TOperand.Of(i, state));
            i++;
            return i->Handler(i, state, units, machine);
        }

        return Miss(i, state, units, machine);
    }

    /// <summary>As that of loads.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ThreadedExit Miss(ThreadedInstruction* i, VmState* state, long units, VirtualMachine machine)
    {
        ulong address = *state->Register(i->Destination) + (ulong)(long)i->Target;
        byte* host = machine.Memory.Translate(address, 1ul << TAccess.SizeLog2, isStore: true);
        if (host == null)
            return Leave.Rare(i, state, units, machine);
        TAccess.Write(host, TOperand.Of(i, state));
        return Leave.Paused(i + 1, state, units, machine);
    }
}

/// <summary>Atomic access of any kind: it takes longer than to find out which.</summary>
internal unsafe struct Atomic : IHandler
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ThreadedExit Run(ThreadedInstruction* i, VmState* state, long units, VirtualMachine machine)
    {
        // The array is pinned, and the machine holds the program.
        Instruction* instruction =
            (Instruction*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(machine.Program!.Instructions)) + (i - state->Threaded);
        ulong address = *state->Register(i->Destination) + (ulong)(long)i->Target;
        byte* host = machine.Memory.Translate(address, (ulong)AccessSize.Of(instruction->Operation), isStore: true);
        if (host == null)
            return Leave.Rare(i, state, units, machine);
        AtomicAccess.Apply(instruction, state->Register(0), host);
        i++;
        return i->Handler(i, state, units, machine);
    }
}
