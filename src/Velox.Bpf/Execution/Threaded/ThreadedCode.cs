using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Velox.Bpf.Threaded;

namespace Velox.Bpf;

/// <summary>A program's instructions with their handlers. Immutable.</summary>
internal sealed unsafe class ThreadedCode
{
    /// <summary>A longer block is cut by an instruction without handler. At most a batch, else no block could start.</summary>
    internal const int MaxBlockUnits = 4096;

    // Pinned: handlers have addresses in it.
    private readonly ThreadedInstruction[] _instructions;

    internal ThreadedCode(Instruction[] instructions)
    {
        _instructions = GC.AllocateUninitializedArray<ThreadedInstruction>(instructions.Length, pinned: true);
        // Backwards: an instruction's units to the end of its block are one more than its successor's.
        for (int index = instructions.Length - 1; index >= 0; index--)
        {
            ref readonly Instruction instruction = ref instructions[index];
            Operation operation = instruction.Operation;
            int rest = HandlerTable.EndsBlock(operation) ? 0 : _instructions[index + Slots(operation)].BlockUnits;
            if (rest == MaxBlockUnits)
                (operation, rest) = (Operation.Unsupported, 0);
            bool hasTarget = operation is (>= Operation.Jump and <= Operation.JumpSLe32Reg) or Operation.CallLocal;
            _instructions[index] = new ThreadedInstruction
            {
                Handler = HandlerTable.Of(operation),
                Immediate = operation is Operation.CallLocal or Operation.CallRegister ? index + 1 : instruction.Immediate,
                Target = hasTarget ? (instruction.Target - index) * sizeof(ThreadedInstruction) : instruction.Target,
                Destination = instruction.Destination,
                Source = instruction.Source,
                BlockUnits = (ushort)(rest + 1),
            };
        }
    }

    /// <summary>The first instruction; valid as long as this is referenced.</summary>
    internal ThreadedInstruction* Start =>
        (ThreadedInstruction*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_instructions));

    /// <summary>To the next instruction.</summary>
    private static int Slots(Operation operation) => operation == Operation.MovWide ? 2 : 1;
}
