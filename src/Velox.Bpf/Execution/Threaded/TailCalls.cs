using System.Runtime.CompilerServices;

namespace Velox.Bpf.Threaded;

/// <summary>
/// Whether the runtime makes jumps of handlers' last calls. It does where it optimizes on a processor with enough registers; in
/// a debug build, or where a tool forbids it, the stack would overflow.
/// </summary>
internal static unsafe class TailCalls
{
    private const int Steps = 64;

    /// <summary>Runs a short and a longer chain of handlers: with jumps both end at the same stack address.</summary>
    internal static bool Happen()
    {
        ThreadedInstruction* chain = stackalloc ThreadedInstruction[Steps];
        VmState* state = stackalloc VmState[1];
        *state = default;
        for (int k = 0; k < Steps; k++)
        {
            chain[k] = new ThreadedInstruction
            {
                // Both kinds of handlers: with a way out beside the next handler, and without.
                Handler = HandlerTable.Of(k % 2 == 0 ? Operation.Mov64Imm : Operation.JumpEq64Imm),
                Target = sizeof(ThreadedInstruction),
            };
        }

        chain[Steps - 1].Handler = HandlerEntry<NoteStackAddress>.Pointer;
        return EndOf(chain + Steps - 2, state) == EndOf(chain, state);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ulong EndOf(ThreadedInstruction* chain, VmState* state)
    {
        chain->Handler(chain, state, 0, null!);
        return state->FaultAddress;
    }

    private struct NoteStackAddress : IHandler
    {
        public static ThreadedExit Run(ThreadedInstruction* i, VmState* state, long units, VirtualMachine machine)
        {
            byte here;
            state->FaultAddress = (ulong)&here;
            return ThreadedExit.Ended;
        }
    }
}
