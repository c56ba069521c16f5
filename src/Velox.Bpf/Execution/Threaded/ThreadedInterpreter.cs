using Velox.Bpf.Threaded;

namespace Velox.Bpf;

/// <summary>
/// The first tier where the runtime makes tail calls: each instruction's handler jumps to the next one's. Ends exactly as
/// <see cref="Interpreter"/>, which executes what is rare or fails.
/// </summary>
/// <remarks>
/// <para>The meter is charged a block at a time, before the block. A block ends where control may go elsewhere, or out of the
/// handlers; who leaves within one gives the rest of it back. Where fewer units are left than a block takes, the switch
/// executes them: the program cannot get out of the block any more.</para>
/// <para>Handlers get a batch of units and return when it is used up. A thread can only be stopped for the garbage collector
/// where the runtime knows how; in a chain of jumps that depends on what the compiler made of each handler. And should a
/// runtime make a call of what is meant to be a jump, a batch of frames still fits the stack.</para>
/// </remarks>
internal static unsafe class ThreadedInterpreter
{
    /// <summary>Takes some microseconds; returning so seldom costs nothing.</summary>
    internal const ulong BatchUnits = 8192;

    /// <summary>Whether handlers can be used in this process.</summary>
    internal static bool IsSupported { get; } = TailCalls.Happen();

    /// <summary>As <see cref="Interpreter.Run"/>.</summary>
    internal static void Run(VirtualMachine machine, BpfProgram program, VmState* state)
    {
        ThreadedInstruction* start = program.Threaded.Start;
        state->Threaded = start;
        while (true)
        {
            ThreadedInstruction* next = start + state->InstructionIndex;
            ulong batch = Math.Min(state->RemainingUnits, BatchUnits);
            if (batch < next->BlockUnits)
            {
                Interpreter.Run(machine, program, state);
                return;
            }

            state->RemainingUnits -= batch;
            ThreadedExit exit = next->Handler(next, state, (long)batch - next->BlockUnits, machine);
            if (exit == ThreadedExit.Ended)
                return;
            if (exit == ThreadedExit.Rare && !Interpreter.RunOne(machine, program, state))
                return;
        }
    }
}
