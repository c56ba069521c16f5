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
        while (Interpreter.RunOne(machine, program, state));
    }
}
