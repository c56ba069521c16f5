namespace Velox.Bpf;

/// <summary>The interpreter one instruction at a time, with an observer: same results, counts and errors.</summary>
/// <remarks>The interpreter's own loop knows nothing of it, so that runs without an observer pay nothing.</remarks>
internal static unsafe class ObservedInterpreter
{
    /// <summary>As <see cref="Interpreter.Run"/>.</summary>
    internal static void Run(VirtualMachine machine, BpfProgram program, VmState* state, IInstructionObserver observer)
    {
        do
        {
            if (state->RemainingUnits == 0)
            {
                state->Error = VmError.BudgetExceeded;
                return;
            }

            // The mark behind the last instruction takes a unit, but is no instruction.
            if (state->InstructionIndex < program.Count)
                observer.BeforeInstruction(machine);
        }
        while (Step(machine, program, state));
    }

    /// <summary>Executes one instruction; false when the program has ended.</summary>
    private static bool Step(VirtualMachine machine, BpfProgram program, VmState* state)
    {
        Instruction instruction = program.Instructions[state->InstructionIndex];
        if (instruction.Operation is Operation.CallHost or Operation.CallHostRegister or Operation.Added)
        {
            // The host takes units of its own and may ask what is left: it needs the whole budget, not a slice of one.
            state->RemainingUnits--;
            bool goesOn = instruction.Operation switch
            {
                Operation.CallHost => HostGate.Call(machine, program.HostFunctions[(int)instruction.Immediate]),
                Operation.Added => HostGate.RunAdded(machine, &instruction),
                _ => HostGate.CallByKey(machine, program, state->Registers[instruction.Destination]),
            };
            if (goesOn)
                state->InstructionIndex++;
            return goesOn;
        }

        ulong rest = state->RemainingUnits - 1;
        state->RemainingUnits = 1;
        Interpreter.Run(machine, program, state);
        state->RemainingUnits += rest;
        if (state->Error != VmError.BudgetExceeded)
            return false;
        // Only the slice is used up.
        state->Error = VmError.None;
        return true;
    }
}
