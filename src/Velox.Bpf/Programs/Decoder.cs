namespace Velox.Bpf;

/// <summary>Turns verified text into decoded instructions and binds calls to what they call.</summary>
internal static class Decoder
{
    /// <summary>
    /// Decodes into an array with one more element than the text has slots: the last is <see cref="Operation.Overrun"/>.
    /// </summary>
    /// <param name="image">A program whose text the verifier passed.</param>
    /// <param name="host">What it may call.</param>
    /// <param name="error">A call that cannot be bound where the dialect demands that it can.</param>
    internal static Instruction[]? Decode(ProgramImage image, HostFunctionTable host, out VerifierError? error)
    {
        error = null;
        ReadOnlySpan<byte> text = image.Text.Span;
        int count = text.Length / InstructionWord.Bytes;
        // Pinned: native addresses into it are kept while programs run.
        Instruction[] instructions = GC.AllocateUninitializedArray<Instruction>(count + 1, pinned: true);
        for (int index = 0; index < count; index++)
        {
            var word = InstructionWord.Read(text, index);
            OpcodeEntry entry = image.Dialect.Find(in word)!;
            switch (entry.Form)
            {
                case OperandForm.Wide:
                    long high = (long)InstructionWord.Read(text, index + 1).Immediate << 32;
                    instructions[index] = Plain(entry, in word, 0, high | (uint)word.Immediate);
                    instructions[++index] = default;
                    break;
                case OperandForm.Call:
                    instructions[index] = BindCall(image, host, entry, in word, index);
                    if (instructions[index].Operation == Operation.Unsupported && image.Dialect.Calls == CallConvention.Ebpf)
                    {
                        error = new VerifierError(
                            VerifierRule.UnknownHostFunction, index, entry.Mnemonic,
                            $"there is no host function {word.Immediate}: add it to the table.");
                        return null;
                    }

                    break;
                case OperandForm.CallRegister:
                    instructions[index] = Plain(entry, in word, 0, 0) with { Destination = CallRegister(image.Dialect, in word) };
                    break;
                case var _ when entry.AddedIndex >= 0:
                    instructions[index] = Plain(entry, in word, word.Offset, ((long)entry.AddedIndex << 32) | (uint)word.Immediate);
                    break;
                default:
                    instructions[index] = Plain(entry, in word, Target(entry, in word, index), Extend(entry, word.Immediate));
                    break;
            }
        }

        instructions[count] = new Instruction(Operation.Overrun, 0, 0, 0, 0);
        return instructions;
    }

    private static Instruction Plain(OpcodeEntry entry, in InstructionWord word, int target, long immediate) =>
        new(entry.Operation, word.Destination, word.Source, target, immediate);

    private static int Target(OpcodeEntry entry, in InstructionWord word, int index) => entry.Form switch
    {
        OperandForm.Jump or OperandForm.JumpImmediate or OperandForm.JumpRegister => index + 1 + word.Offset,
        OperandForm.JumpFar => index + 1 + word.Immediate,
        _ => word.Offset,
    };

    private static long Extend(OpcodeEntry entry, int immediate) => entry.Extension switch
    {
        ImmediateExtension.Zero => (uint)immediate,
        ImmediateExtension.High => (long)immediate << 32,
        _ => immediate,
    };

    private static byte CallRegister(Dialect dialect, in InstructionWord word) => dialect.CallRegisterField switch
    {
        CallRegisterField.Source => word.Source,
        CallRegisterField.Immediate => (byte)word.Immediate,
        _ => word.Destination,
    };

    private static Instruction BindCall(
        ProgramImage image, HostFunctionTable host, OpcodeEntry entry, in InstructionWord word, int index)
    {
        bool mayBeHost = image.Dialect.Calls == CallConvention.Key || word.Source == 0;
        if (mayBeHost && host.IndexOf((uint)word.Immediate) is >= 0 and int function)
            return new Instruction(Operation.CallHost, 0, 0, 0, function);

        long target = -1;
        if (image.Dialect.Calls == CallConvention.Key)
            target = image.Functions.TryGetValue((uint)word.Immediate, out FunctionSymbol symbol) ? symbol.Index : -1;
        else if (entry.Operation == Operation.CallLocal && word.Source == 1)
            target = index + 1L + word.Immediate;
        bool isInside = target >= 0 && target < image.Text.Length / InstructionWord.Bytes;
        return isInside ? new Instruction(Operation.CallLocal, 0, 0, (int)target, 0) : default;
    }
}
