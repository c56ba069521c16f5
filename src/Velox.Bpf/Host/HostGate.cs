namespace Velox.Bpf;

/// <summary>The way from a running program to the host: prices are taken, faults become values, results go into registers.</summary>
internal static unsafe class HostGate
{
    /// <summary>Calls a host function: takes its price, runs it, keeps its result in r0.</summary>
    /// <returns>Whether the program goes on.</returns>
    internal static bool Call(VirtualMachine machine, HostFunctionEntry entry)
    {
        VmState* state = machine.State;
        if (!new HostCall(machine).TryConsume(entry.PriceUnits))
            return false;
        try
        {
            state->Registers[0] = entry.Function(new HostCall(machine));
        }
        catch (Exception exception)
        {
            // No exception may cross native code, and one function's fault is its caller's to handle: a value.
            state->Registers[0] = new HostCall(machine).Fail(exception);
        }

        return state->Error == VmError.None;
    }

    /// <summary>As <see cref="Call"/>, by the function's key.</summary>
    internal static bool CallByKey(VirtualMachine machine, BpfProgram program, ulong key)
    {
        int index = key <= uint.MaxValue ? program.Host.IndexOf((uint)key) : -1;
        if (index >= 0)
            return Call(machine, program.HostFunctions[index]);
        machine.State->Error = VmError.UnknownHostFunction;
        return false;
    }

    /// <summary>Runs an added instruction: takes its price, calls its function, keeps its result in the destination.</summary>
    /// <returns>Whether the program goes on.</returns>
    internal static bool RunAdded(VirtualMachine machine, Instruction* instruction)
    {
        VmState* state = machine.State;
        AddedInstruction added = machine.Program!.Added[(int)(instruction->Immediate >> 32)];
        if (!new HostCall(machine).TryConsume(added.PriceUnits))
            return false;
        var operands = new AddedOperands(
            state->Registers[instruction->Destination], state->Registers[instruction->Source],
            (short)instruction->Target, (int)instruction->Immediate);
        ulong result;
        try
        {
            result = added.Function(new HostCall(machine), operands);
        }
        catch (Exception exception)
        {
            result = new HostCall(machine).Fail(exception); // as for host functions
        }

        if (state->Error == VmError.None)
        {
            if (added.WritesDestination)
                state->Registers[instruction->Destination] = result;
            return true;
        }

        if (state->Error == VmError.EndedByHost)
            state->Registers[0] = result;
        return false;
    }
}
