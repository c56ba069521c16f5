namespace Velox.Bpf;

/// <summary>A run of accesses through one register that share a check.</summary>
/// <param name="Low">Lowest offset.</param>
/// <param name="High">Behind the highest byte.</param>
/// <param name="IsStore">Whether any of them writes.</param>
/// <param name="Last">The last one's index.</param>
/// <param name="Count">How many they are.</param>
internal readonly record struct AccessSpan(int Low, int High, bool IsStore, int Last, int Count)
{
    /// <summary>Longest span.</summary>
    private const int MaxBytes = 256;

    /// <summary>How far ahead accesses are looked for that could share a check.</summary>
    private const int MaxInstructions = 64;

    internal int Bytes => High - Low;

    internal bool IsGroup => Count > 1;

    /// <summary>The accesses of the block from the current instruction down that can share one check with it.</summary>
    /// <param name="state">What is compiled.</param>
    /// <param name="baseRegister">The register with the address.</param>
    /// <param name="divisionEnds">Whether a division or high product ends the span.</param>
    internal static AccessSpan Find(in CompilerState state, int baseRegister, bool divisionEnds)
    {
        Instruction[] code = state.Program.Instructions;
        int frameBytes = baseRegister == CompilerState.FramePointer ? state.FrameBytes : 0;
        int first = state.Index;
        var span = new AccessSpan(int.MaxValue, int.MinValue, false, first, 0);
        int end = Math.Min(code.Length, first + MaxInstructions);
        for (int i = first; i < end; i++)
        {
            ref readonly Instruction instruction = ref code[i];
            Operation operation = instruction.Operation;
            if (i > first && state.Flow.IsLeader(i))
                break;
            if (operation is >= Operation.Load8 and <= Operation.Store64Reg)
            {
                bool isStore = operation >= Operation.Store8Imm;
                int bytes = AccessSize.Of(operation);
                bool isMember = (isStore ? instruction.Destination : instruction.Source) == baseRegister
                    && !IsInFrame(instruction.Target, bytes, frameBytes);
                if (isMember && !span.TryAdd(instruction.Target, bytes, isStore, i, out span))
                    break;
            }

            if (instruction.Destination == baseRegister && operation < Operation.Store8Imm)
                break;
            if (operation is >= Operation.AtomicAdd32 and <= Operation.CompareExchange64 || (divisionEnds && IsDivision(operation)))
                break;
        }

        return span;
    }

    /// <summary>Whether an access through r10 stays in a frame of this size; none does in one of 0.</summary>
    internal static bool IsInFrame(int offset, int bytes, int frameBytes) => offset >= -frameBytes && offset + bytes <= 0;

    private static bool IsDivision(Operation operation) =>
        ArithmeticMeaning.Of(operation).Kind is ArithmeticKind.Divide or ArithmeticKind.Modulo or ArithmeticKind.MultiplyHigh;

    private bool TryAdd(int offset, int bytes, bool isStore, int index, out AccessSpan span)
    {
        int low = Math.Min(Low, offset);
        int high = Math.Max(High, offset + bytes);
        bool fits = high - low <= MaxBytes;
        span = fits ? new AccessSpan(low, high, IsStore | isStore, index, Count + 1) : this;
        return fits;
    }
}
