using System.Buffers.Binary;

namespace Velox.Bpf.Tests;

/// <summary>Instructions as another room would add them: with and without code of their own, with memory, price and failure.</summary>
internal static class SampleInstructions
{
    /// <summary>dst = the larger one.</summary>
    internal static readonly AddedInstruction Max = new(0xe7, "max64", OperandForm.Immediate, (_, x) => Math.Max(x.Destination, (ulong)x.Immediate))
    {
        Selector = OpcodeSelector.Source,
        Key = 1,
        Emitter = new MaxEmitter(),
    };

    /// <summary>dst = the larger one of two registers.</summary>
    internal static readonly AddedInstruction MaxRegister = new(0xef, "maxr64", OperandForm.Register, (_, x) => Math.Max(x.Destination, x.Source))
    {
        Emitter = new MaxRegisterEmitter(),
    };

    /// <summary>dst += a word of the host's.</summary>
    internal static readonly AddedInstruction AddWord = new(
        0xe7, "addword", OperandForm.Immediate, (call, x) => x.Destination + call.Machine.HostWords[x.Immediate])
    {
        Selector = OpcodeSelector.Source,
        Key = 2,
        Check = word => word.Immediate is >= 0 and < VirtualMachine.HostWordCount
            ? null
            : $"word {word.Immediate}; there are the words 0 to {VirtualMachine.HostWordCount - 1}.",
        Emitter = new AddWordEmitter(),
    };

    /// <summary>Half of dst, which must be even.</summary>
    internal static readonly AddedInstruction Halve = new(
        0xf7, "halve", OperandForm.Unary, (call, x) => x.Destination % 2 == 0 ? x.Destination / 2 : call.Fail("odd"))
    {
        PriceUnits = 7,
        Emitter = new HalveEmitter(),
    };

    /// <summary>dst = the sum of the 8 bytes at [src + off].</summary>
    internal static readonly AddedInstruction SumBytes = new(0xf1, "sumbytes", OperandForm.Load, Sum) { PriceUnits = 2 };

    /// <summary>The double of src to [dst + off].</summary>
    internal static readonly AddedInstruction StoreDouble = new(0xf3, "storedouble", OperandForm.StoreRegister, Store) { WritesDestination = false };

    /// <summary>dst = the 8 bytes at [dst], the first of src bytes that must be there, to be written where the key says so.</summary>
    internal static readonly AddedInstruction FirstOfRange = Range(5, "firstread", isStore: false);

    internal static readonly AddedInstruction FirstOfWritable = Range(6, "firstwrite", isStore: true);

    /// <summary>Ends the program with an immediate.</summary>
    internal static readonly AddedInstruction Finish = new(
        0xe4, "finish", OperandForm.Immediate, (call, x) => call.EndProgram((ulong)x.Immediate));

    /// <summary>Throws.</summary>
    internal static readonly AddedInstruction Throw = new(
        0xe6, "throw", OperandForm.None, (_, _) => throw new InvalidOperationException("thrown"))
    { WritesDestination = false };

    internal static readonly AddedInstruction[] All = [Max, MaxRegister, AddWord, Halve, SumBytes, StoreDouble, Finish, Throw, FirstOfRange, FirstOfWritable];

    internal static readonly Dialect Ebpf = Dialect.Ebpf.With("ebpf-sample", All);

    internal static readonly Dialect SbpfV1 = Dialect.SbpfV1.With("sbpf-v1-sample", Finish, Halve, SumBytes);

    private static AddedInstruction Range(int key, string name, bool isStore) => new(0xdf, name, OperandForm.Register, (call, x) =>
    {
        ReadOnlySpan<byte> bytes;
        if (isStore)
        {
            if (!call.TryWrite(x.Destination, x.Source, out Span<byte> writable))
                return 0;
            bytes = writable;
        }
        else if (!call.TryRead(x.Destination, x.Source, out bytes))
        {
            return 0;
        }

        return bytes.Length < 8 ? call.Fail("short") : BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    })
    {
        Selector = OpcodeSelector.Immediate,
        Key = key,
        Emitter = new RangeEmitter(isStore),
    };

    private static ulong Sum(HostCall call, AddedOperands x)
    {
        if (!call.TryRead(x.Source + (ulong)(long)x.Offset, 8, out ReadOnlySpan<byte> bytes))
            return 0;
        ulong sum = 0;
        foreach (byte value in bytes)
            sum += value;
        return sum;
    }

    private static ulong Store(HostCall call, AddedOperands x)
    {
        if (call.TryWrite(x.Destination + (ulong)(long)x.Offset, 8, out Span<byte> bytes))
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, x.Source * 2);
        return 0;
    }

    private sealed class MaxEmitter : AddedEmitter
    {
        public override void Emit<TCode>(ref TCode code, InstructionWord instruction)
        {
            var to = (NativeRegister)instruction.Destination;
            code.Constant(NativeRegister.Free1, instruction.Immediate);
            code.MoveIf(NativeCondition.UnsignedBelow, to, NativeRegister.Free1, to, NativeRegister.Free1);
        }
    }

    private sealed class MaxRegisterEmitter : AddedEmitter
    {
        public override void Emit<TCode>(ref TCode code, InstructionWord instruction)
        {
            (var to, var from) = ((NativeRegister)instruction.Destination, (NativeRegister)instruction.Source);
            code.Move(NativeRegister.Free0, to);
            code.MoveIf(NativeCondition.UnsignedAbove, from, to, NativeRegister.Free0, from);
            code.Move(to, NativeRegister.Free0);
        }
    }

    private sealed class AddWordEmitter : AddedEmitter
    {
        public override void Emit<TCode>(ref TCode code, InstructionWord instruction)
        {
            code.HostWord(NativeRegister.Free0, instruction.Immediate);
            code.Compute(NativeArithmetic.Add, (NativeRegister)instruction.Destination, NativeRegister.Free0);
        }
    }

    private sealed class RangeEmitter(bool isStore) : AddedEmitter
    {
        public override void Emit<TCode>(ref TCode code, InstructionWord instruction)
        {
            (var address, var bytes) = ((NativeRegister)instruction.Destination, (NativeRegister)instruction.Source);
            code.Constant(NativeRegister.Free0, 8);
            code.FallBackIf(NativeCondition.UnsignedBelow, bytes, NativeRegister.Free0);
            code.Constant(NativeRegister.Free0, int.MaxValue);
            code.FallBackIf(NativeCondition.UnsignedAbove, bytes, NativeRegister.Free0);
            code.HostAddress(address, bytes, isStore);
            code.Load(8, address, NativeRegister.Free0, 0);
        }
    }

    private sealed class HalveEmitter : AddedEmitter
    {
        public override void Emit<TCode>(ref TCode code, InstructionWord instruction)
        {
            var value = (NativeRegister)instruction.Destination;
            code.Move(NativeRegister.Free0, value);
            code.Constant(NativeRegister.Free1, 1);
            code.Compute(NativeArithmetic.And, NativeRegister.Free0, NativeRegister.Free1);
            code.FallBackIf(NativeCondition.Equal, NativeRegister.Free0, NativeRegister.Free1);
            code.ShiftRight(value, 1);
        }
    }
}
