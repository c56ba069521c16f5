namespace Velox.Bpf;

/// <summary>Whether a snapshot stands at an instruction of the program, and its callers are where calls leave them.</summary>
/// <remarks>
/// The interpreter would take any index inside the program. Native code has return addresses only behind calls, and does not
/// save registers that the called function leaves alone: a caller suspended by a call to f must have f's code inside it, or
/// both tiers would not end alike.
/// </remarks>
internal static class SnapshotCallers
{
    internal static SnapshotError? Check(BpfProgram program, SnapshotState state)
    {
        if (state.InstructionIndex > program.Count)
            return new SnapshotError(SnapshotField.InstructionIndex, $"{state.InstructionIndex}; the program has {program.Count} slots.");
        if (state.Frames.Length == 0)
            return null;
        var flow = new FlowAnalysis(program);
        int[] functions = [.. Enumerable.Range(0, program.Count).Where(flow.IsFunction)];
        for (int depth = 0; depth < state.Frames.Length; depth++)
        {
            long call = state.Frames[depth].ReturnIndex - 1;
            if (call < 0 || call >= program.Count || !IsCall(program.Instructions[call]))
                return Error(depth, $"returns to {call + 1}, where no call of a function precedes");
            long inner = depth + 1 < state.Frames.Length ? state.Frames[depth + 1].ReturnIndex - 1 : state.InstructionIndex;
            if (!MayLeadTo(program, flow, functions, program.Instructions[call], inner))
                return Error(depth, $"is suspended by the call at {call}, which does not lead to {inner}");
        }

        return null;
    }

    private static bool IsCall(in Instruction instruction) => instruction.Operation is Operation.CallLocal or Operation.CallRegister;

    private static bool MayLeadTo(BpfProgram program, FlowAnalysis flow, int[] functions, in Instruction call, long index)
    {
        // A call by address may lead anywhere, and saves everything.
        if (call.Operation == Operation.CallRegister || flow.SavedRegisters(call.Target) == FlowAnalysis.AllSaved)
            return true;
        // The run fails at the second slot of a wide load: nothing of what stands around it is executed.
        if (FlowAnalysis.IsSecondSlot(program.Instructions, call.Target))
            return index == call.Target;
        int next = Array.BinarySearch(functions, call.Target) + 1;
        return index >= call.Target && (next == functions.Length || index < functions[next]);
    }

    private static SnapshotError Error(int depth, string detail) =>
        new(SnapshotField.Caller, $"the caller at depth {depth} {detail}.");
}
