namespace Velox.Bpf;

/// <summary>Where a program's basic blocks start.</summary>
internal static class BasicBlocks
{
    /// <summary>
    /// The given functions, the targets of jumps, and what stands behind a jump, a local call or an exit. A call of the
    /// host ends no block.
    /// </summary>
    internal static SortedSet<int> Starts(BpfProgram program, IEnumerable<int> functions)
    {
        var starts = new SortedSet<int>(functions);
        for (int index = 0; index < program.Count; index++)
        {
            Instruction instruction = program.Instructions[index];
            bool isJump = instruction.Operation is >= Operation.Jump and <= Operation.JumpSLe32Reg;
            if (isJump)
                starts.Add(instruction.Target);
            if ((isJump || instruction.Operation is Operation.CallLocal or Operation.CallRegister or Operation.Exit)
                && index + 1 < program.Count)
            {
                starts.Add(index + 1);
            }
        }

        return starts;
    }
}
