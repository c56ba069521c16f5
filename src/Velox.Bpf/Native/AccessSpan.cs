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

    /// <summary>The accesses of the block from an instruction down that can share one check with it.</summary>
    /// <param name="program">The program.</param>
    /// <param name="flow">Its analysis.</param>
    /// <param name="first">Index of the access that is checked.</param>
    /// <param name="baseRegister">The register with its address.</param>
    /// <param name="frameBytes">Accesses through r10 this far below it need no check; 0 for none.</param>
    internal static AccessSpan Find(BpfProgram program, FlowAnalysis flow, int first, int baseRegister, int frameBytes)
    {
        Instruction[] code = program.Instructions;
        var span = new AccessSpan(int.MaxValue, int.MinValue, false, first, 0);
        int end = Math.Min(code.Length, first + MaxInstructions);
        for (int i = first; i < end; i++)
        {
            ref readonly Instruction instruction = ref code[i];
            Operation operation = instruction.Operation;
            if (i > first && flow.IsLeader(i))
                break;
            if (operation is >= Operation.Load8 and <= Operation.Store64Reg)
            {
                bool isStore = operation >= Operation.Store8Imm;
                int bytes = AccessSize.Of(operation);
                bool isMember = (isStore ? instruction.Destination : instruction.Source) == baseRegister
                    && !(baseRegister == 10 && IsInFrame(instruction.Target, bytes, frameBytes));
                if (isMember && !span.TryAdd(instruction.Target, bytes, isStore, i, out span))
                    break;
            }

            if (instruction.Destination == baseRegister && operation < Operation.Store8Imm)
                break;
            if (operation is >= Operation.AtomicAdd32 and <= Operation.CompareExchange64)
                break;
        }

        return span;
    }

    /// <summary>Whether an access through r10 stays in a frame of this size.</summary>
    internal static bool IsInFrame(int offset, int bytes, int frameBytes) => offset >= -frameBytes && offset + bytes <= 0;

    private bool TryAdd(int offset, int bytes, bool isStore, int index, out AccessSpan span)
    {
        int low = Math.Min(Low, offset);
        int high = Math.Max(High, offset + bytes);
        bool fits = high - low <= MaxBytes;
        span = fits ? new AccessSpan(low, high, IsStore | isStore, index, Count + 1) : this;
        return fits;
    }
}
