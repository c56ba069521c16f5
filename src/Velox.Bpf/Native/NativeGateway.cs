using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Velox.Bpf;

/// <summary>What native code calls. No exception leaves these functions: it could not pass native frames.</summary>
internal static unsafe class NativeGateway
{
    /// <summary>Marks a store in the length handed to <see cref="Translate"/>.</summary>
    internal const int StoreFlag = 1 << 16;

    /// <summary>Marks the span of several accesses, each of which must be inside by itself.</summary>
    internal const int GroupFlag = 1 << 17;

    /// <summary>Sets the addresses that native code calls.</summary>
    internal static void Connect(VmState* state, GCHandle machine)
    {
        state->Native.Machine = GCHandle.ToIntPtr(machine);
        state->Native.CallHost = (delegate* unmanaged<VmState*, int, int>)&CallHost;
        state->Native.Translate = (delegate* unmanaged<VmState*, ulong, int, byte*>)&Translate;
        state->Native.RunInstruction = (delegate* unmanaged<VmState*, int, int>)&RunInstruction;
        state->Native.RunAdded = (delegate* unmanaged<VmState*, int, int>)&RunAdded;
    }

    /// <summary>As <see cref="HostGate.Call"/>, written out: a method with a handler is never inlined.</summary>
    [UnmanagedCallersOnly]
    private static int CallHost(VmState* state, int function)
    {
        VirtualMachine machine = MachineOf(state);
        HostFunctionEntry entry = machine.Program!.HostFunctions[function];
        if (!new HostCall(machine).TryConsume(entry.PriceUnits))
            return 0;
        try
        {
            state->Registers[0] = entry.Function(new HostCall(machine));
        }
        catch (Exception exception)
        {
            state->Registers[0] = new HostCall(MachineOf(state)).Fail(exception);
        }

        return state->Error == VmError.None ? 1 : 0;
    }

    [UnmanagedCallersOnly]
    private static byte* Translate(VmState* state, ulong address, int lengthAndKind)
    {
        MemoryMap memory = MachineOf(state).Memory;
        ulong bytes = (ulong)(lengthAndKind & (StoreFlag - 1));
        bool isStore = (lengthAndKind & StoreFlag) != 0;
        byte* host = memory.Translate(address, bytes, isStore);
        // One access may run over a frame's end (consensus), but one of several may start in the gap there.
        if (host != null && (lengthAndKind & GroupFlag) != 0 && memory.Translate(address + bytes - 1, 1, isStore) != host + bytes - 1)
            return null;
        return host;
    }

    /// <summary>
    /// Runs an atomic or an added instruction on the registers in the state. 0 for an atomic one that faults and has done
    /// nothing, and for an added one that has ended the program.
    /// </summary>
    [UnmanagedCallersOnly]
    private static int RunInstruction(VmState* state, int index)
    {
        VirtualMachine machine = MachineOf(state);
        fixed (Instruction* instruction = &machine.Program!.Instructions[index])
        {
            ulong hostFrame = state->Registers[10];
            state->Registers[10] = machine.Frames.AddressOf(hostFrame);
            state->InstructionIndex = index;
            bool goesOn = instruction->Operation == Operation.Added
                ? HostGate.RunAdded(machine, instruction)
                : ApplyAtomic(machine, state, instruction);
            state->Registers[10] = hostFrame;
            return goesOn ? 1 : 0;
        }
    }

    /// <summary>
    /// As <see cref="HostGate.RunAdded"/>, written out, for an instruction that does not use the frame pointer. Its operands and r0 to
    /// r5 are in the state. 0 when it has ended the program.
    /// </summary>
    [UnmanagedCallersOnly]
    private static int RunAdded(VmState* state, int index)
    {
        VirtualMachine machine = MachineOf(state);
        state->InstructionIndex = index;
        ref readonly Instruction instruction = ref machine.Program!.Instructions[index];
        AddedInstruction added = machine.Program.Added[(int)(instruction.Immediate >> 32)];
        if (!new HostCall(machine).TryConsume(added.PriceUnits))
            return 0;
        ulong result;
        try
        {
            result = added.Function(new HostCall(machine), new AddedOperands(
                state->Registers[instruction.Destination], state->Registers[instruction.Source],
                (short)instruction.Target, (int)instruction.Immediate));
        }
        catch (Exception exception)
        {
            result = new HostCall(machine).Fail(exception);
        }

        if (state->Error == VmError.None)
        {
            if (added.WritesDestination)
                state->Registers[instruction.Destination] = result;
            return 1;
        }

        if (state->Error == VmError.EndedByHost)
            state->Registers[0] = result;
        return 0;
    }

    private static bool ApplyAtomic(VirtualMachine machine, VmState* state, Instruction* instruction)
    {
        ulong address = state->Registers[instruction->Destination] + (ulong)(long)instruction->Target;
        byte* host = machine.Memory.Translate(address, (ulong)AccessSize.Of(instruction->Operation), isStore: true);
        if (host == null)
            return false;
        AtomicAccess.Apply(instruction, state->Registers, host);
        return true;
    }

    /// <summary>Only <see cref="Connect"/> writes the handle, so its target needs no check of its type.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static VirtualMachine MachineOf(VmState* state) =>
        Unsafe.As<VirtualMachine>(GCHandle.FromIntPtr(state->Native.Machine).Target!);
}
