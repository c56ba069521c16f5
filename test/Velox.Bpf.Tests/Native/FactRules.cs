using Iced.Intel;
using X86 = Iced.Intel.Instruction;

namespace Velox.Bpf.Tests;

/// <summary>How instructions change what is known: the few patterns that make a checked address; all else makes nothing known.</summary>
/// <remarks>
/// A window changes only while code outside runs, so facts about windows hold until a call. A fact about an address holds until
/// the address's register is written.
/// </remarks>
internal static class FactRules
{
    private const int WindowBytes = 128;

    private const long WindowMask = (MemoryMap.Segments - 1) * WindowBytes;

    // It hands out its own lists, so tests that run side by side need one each.
    [ThreadStatic]
    private static InstructionInfoFactory? OwnInfos;

    private static InstructionInfoFactory Infos => OwnInfos ??= new InstructionInfoFactory();

    /// <summary>What is known after an instruction; nothing after a call.</summary>
    internal static Facts After(X86 i, Facts facts, EmittedCode code)
    {
        if (i.Mnemonic == Mnemonic.Call)
            return default;
        Facts after = Forget(i, facts);
        if (i is { Mnemonic: Mnemonic.Mov, Op0Kind: OpKind.Memory, Op1Register: Register.RDX } && IsSavePlace(i))
            return after with { Saved = facts.Rdx };
        if (IsNoteOfFrame(i))
            return after with { Rcx = facts.Rcx with { Kind = FactKind.CheckedFrame } };
        if (i.OpCount == 0 || i.Op0Kind != OpKind.Register)
            return after;
        Register target = i.Op0Register.GetFullRegister();
        if (target is not (Register.RCX or Register.RDX))
            return after;
        if (i.Mnemonic is Mnemonic.Cmp or Mnemonic.Test)
            return after with { Compared = ComparisonOf(i, code) };
        Fact made = i.Op0Register == target ? Made(i, target, facts, code) : MadeNarrow(i, facts, code);
        if (made.Index == target)
            return after; // chosen by what the register was before
        after = after.With(target, made);
        return i.Mnemonic == Mnemonic.Sub && made.Kind == FactKind.Distance
            ? after with { Compared = new Comparison(ComparisonKind.Start, target, Window: made.Window, Index: made.Index) }
            : after;
    }

    /// <summary>What is known when a jump that checks is not taken.</summary>
    internal static Facts NotTaken(X86 jump, Facts facts, EmittedCode code)
    {
        Comparison compared = facts.Compared;
        Fact fact = facts[compared.Register];
        bool isSameWindow = fact.Window == compared.Window && fact.Index == compared.Index;
        Fact known = (compared.Kind, jump.ConditionCode, fact.Kind) switch
        {
            (ComparisonKind.Start, ConditionCode.b, FactKind.Distance) when isSameWindow => fact with { Kind = FactKind.Positive },
            (ComparisonKind.Limit, ConditionCode.ae, FactKind.Distance) when isSameWindow =>
                fact with { Kind = FactKind.Inside, Bytes = compared.Bytes, IsWritable = compared.IsWritable },
            (ComparisonKind.Length, ConditionCode.a, FactKind.Sum) when isSameWindow =>
                fact with { Kind = FactKind.Inside, IsWritable = compared.IsWritable, IsGroup = true },
            (ComparisonKind.Slots, ConditionCode.ae, _) => new Fact(FactKind.Slot),
            (ComparisonKind.Frame, _, FactKind.NextFrame) when jump.ConditionCode == code.IsFurther => fact with { Kind = FactKind.CheckedFrame },
            (ComparisonKind.LastFrame, _, FactKind.NextFrame) when jump.ConditionCode == code.IsFurther => fact with { Kind = FactKind.AllowedFrame },
            (ComparisonKind.FrameEnd, ConditionCode.a, FactKind.FrameEnd) => fact with { Kind = FactKind.InsideFrame },
            (ComparisonKind.Frame, ConditionCode.ae, FactKind.FrameCandidate) =>
                fact with { Kind = FactKind.Host, IsWritable = true, IsGroup = true, IsInFrame = true },
            (ComparisonKind.Null, ConditionCode.e, FactKind.Answer) => fact with { Kind = FactKind.Host },
            (ComparisonKind.Null, ConditionCode.e, FactKind.Entry) => fact with { Kind = FactKind.Block },
            _ => fact,
        };
        return facts.With(compared.Register, known);
    }

    /// <summary>Whether an instruction notes the frame in rcx as the furthest reached; only an allowed one may be.</summary>
    internal static bool IsNoteOfFrame(X86 i) =>
        i is { Mnemonic: Mnemonic.Mov, Op0Kind: OpKind.Memory, MemoryBase: Register.R15, MemoryIndex: Register.None, Op1Register: Register.RCX }
        && (int)i.MemoryDisplacement64 == NativeOffsets.FrameLimit;

    /// <summary>The registers that an instruction writes, in full.</summary>
    internal static IEnumerable<Register> WrittenBy(X86 instruction) =>
        Infos.GetInfo(instruction).GetUsedRegisters()
            .Where(used => used.Access is not (OpAccess.Read or OpAccess.CondRead or OpAccess.None or OpAccess.NoMemAccess))
            .Select(used => used.Register.GetFullRegister())
            .ToArray();

    private static Facts Forget(X86 instruction, Facts facts)
    {
        Facts after = instruction.RflagsModified == RflagsBits.None ? facts : facts with { Compared = default };
        // A store into the state may hit the place where rdx is kept.
        if (instruction is { OpCount: > 0, Op0Kind: OpKind.Memory, MemoryBase: Register.R15 })
            after = after with { Saved = default };
        foreach (Register register in WrittenBy(instruction))
            after = after.Without(register);
        return after;
    }

    /// <summary>What rcx or rdx has after an instruction that writes all of it.</summary>
    private static Fact Made(X86 i, Register target, Facts facts, EmittedCode code)
    {
        Fact fact = facts[target];
        switch (i.Mnemonic)
        {
            case Mnemonic.Mov or Mnemonic.Movsxd when i.Op1Kind == OpKind.Memory:
                return Loaded(i, target, facts);
            case Mnemonic.Mov when i.Op1Kind == OpKind.Register:
                return Moved(i.Op1Register, facts, code);
            case Mnemonic.Lea when i.MemoryIndex == Register.None:
                return Computed(i, facts, code);
            case Mnemonic.Sub when i.Op1Kind == OpKind.Memory:
                return SubtractedField(i, target, facts);
            case Mnemonic.Sub when i.Op1Kind == OpKind.Register:
                return fact.Kind == FactKind.Host && fact.Base == i.Op1Register && code.IsProgramRegister(i.Op1Register)
                    ? fact with { Kind = FactKind.HostDistance }
                    : default;
            case Mnemonic.Sub when HasImmediate(i, code.Dialect.FrameBytes) && fact.Kind == FactKind.FrameDoubled:
                return fact with { Kind = FactKind.FrameGapped };
            case Mnemonic.Add when IsStackHost(i):
                return fact.Kind == FactKind.StackHalf && facts.Rdx == fact with { Kind = FactKind.InsideFrame, Bytes = facts.Rdx.Bytes }
                    ? fact with { Kind = FactKind.FrameCandidate, Bytes = facts.Rdx.Bytes }
                    : default;
            case Mnemonic.Add when i.Op1Kind == OpKind.Memory:
                return Field(i) is { } host && host.Offset == NativeOffsets.WindowHost && IsInside(fact, host.Window, i.MemoryIndex)
                    ? fact with { Kind = FactKind.Host, Low = 0, Window = 0, Index = Register.None }
                    : default;
            case Mnemonic.Add when i.Op1Kind == OpKind.Register:
                return AddedRegister(i.Op1Register, target, facts, code);
            case Mnemonic.Add:
                return AddedBytes(fact, (long)i.GetImmediate(1));
            case Mnemonic.Bts when HasImmediate(i, 33) && fact.Kind == (code.HasGaps ? FactKind.FrameGapped : FactKind.FrameOffset):
                return new Fact(FactKind.Address, Register.RBP);
            case Mnemonic.Btc when HasImmediate(i, 33) && fact.Kind == FactKind.Address && code.HasGaps:
                return fact with { Kind = FactKind.StackOffset };
            case Mnemonic.Shr when HasImmediate(i, 1) && fact.Kind == FactKind.StackSum:
                return fact with { Kind = FactKind.StackHalf };
            case Mnemonic.Shr when HasImmediate(i, 32 - 7) && fact.Kind == FactKind.Address:
                return fact with { Kind = FactKind.Shifted };
            default:
                return default;
        }
    }

    /// <summary>The same for instructions that write the low half, and zero above.</summary>
    private static Fact MadeNarrow(X86 i, Facts facts, EmittedCode code) => i switch
    {
        { Mnemonic: Mnemonic.Mov, Op0Register: Register.EDX, Op1Kind: OpKind.Immediate32 } => new Fact(FactKind.Constant, Bytes: i.Immediate32),
        { Mnemonic: Mnemonic.And, Op0Register: Register.EDX } when facts.Rdx.Kind == FactKind.Shifted && HasImmediate(i, WindowMask) =>
            facts.Rdx with { Kind = FactKind.Segment },
        { Mnemonic: Mnemonic.Mov, Op0Register: Register.EDX, Op1Kind: OpKind.Register, Op1Register: Register.ECX }
            when facts.Rcx.Kind == FactKind.StackOffset => facts.Rcx with { Kind = FactKind.StackCopy },
        { Mnemonic: Mnemonic.And, Op0Register: Register.EDX }
            when facts.Rdx.Kind == FactKind.StackCopy && HasImmediate(i, (2 * code.Dialect.FrameBytes) - 1) =>
            facts.Rdx with { Kind = FactKind.FramePlace },
        { Mnemonic: Mnemonic.Add, Op0Register: Register.EDX } when facts.Rdx.Kind == FactKind.FramePlace && IsLength(i) =>
            facts.Rdx with { Kind = FactKind.FrameEnd, Bytes = (long)i.GetImmediate(1) },
        _ => default,
    };

    private static Fact Loaded(X86 i, Register target, Facts facts)
    {
        if (i is { Mnemonic: Mnemonic.Movsxd, MemoryBase: Register.RCX, MemoryIndex: Register.RDX, MemoryIndexScale: 4, MemoryDisplacement64: 0 })
            return facts.Rcx.Kind == FactKind.Table && facts.Rdx.Kind == FactKind.Slot ? new Fact(FactKind.Entry) : default;
        if (i.Mnemonic != Mnemonic.Mov)
            return default;
        if (IsSavePlace(i) && target == Register.RDX)
            return facts.Saved;
        Fact inside = facts.Rcx;
        return Field(i) is { } field && field.Offset == NativeOffsets.WindowDistance && IsInside(inside, field.Window, i.MemoryIndex)
            ? inside with { Kind = FactKind.HostDistance, Low = inside.At, Window = 0, Index = Register.None }
            : default;
    }

    private static Fact Moved(Register from, Facts facts, EmittedCode code)
    {
        if (from == Register.RBP && code.HasHostFrame)
            return new Fact(FactKind.FrameHost, Register.RBP);
        if (code.IsProgramRegister(from))
            return new Fact(FactKind.Address, from);
        return facts[from].Kind == FactKind.Address ? facts[from] : default;
    }

    private static Fact Computed(X86 i, Facts facts, EmittedCode code)
    {
        long displacement = (long)i.MemoryDisplacement64;
        if (i.IsIPRelativeMemoryOperand)
            return (int)i.IPRelativeMemoryAddress == code.Table ? new Fact(FactKind.Table) : default;
        if (i.MemoryBase == Register.RBP && code.HasHostFrame)
            return displacement == code.FrameStep ? new Fact(FactKind.NextFrame, Register.RBP) : default;
        if (code.IsProgramRegister(i.MemoryBase))
            return new Fact(FactKind.Address, i.MemoryBase, displacement);
        Fact fact = facts[i.MemoryBase];
        return fact.Kind switch
        {
            FactKind.Address => fact with { At = fact.At + displacement },
            FactKind.Host or FactKind.HostDistance => fact with { Low = fact.Low - displacement },
            _ => default,
        };
    }

    private static Fact SubtractedField(X86 i, Register target, Facts facts)
    {
        Fact fact = facts[target];
        if (i is { MemoryBase: Register.R15, MemoryIndex: Register.None } && (int)i.MemoryDisplacement64 == NativeOffsets.StackHost)
            return fact.Kind == FactKind.FrameHost ? fact with { Kind = FactKind.FrameOffset } : default;
        if (Field(i) is not { Offset: 0 } start || fact.Kind != FactKind.Address)
            return default;
        if (i.MemoryIndex != Register.None && facts.Rdx != fact with { Kind = FactKind.Segment })
            return default;
        return fact with { Kind = FactKind.Distance, Window = start.Window, Index = i.MemoryIndex };
    }

    private static Fact AddedRegister(Register from, Register target, Facts facts, EmittedCode code)
    {
        Fact fact = facts[target];
        Fact added = code.IsProgramRegister(from) ? new Fact(FactKind.Address, from) : facts[from];
        return fact.Kind switch
        {
            FactKind.FrameOffset when from == target => fact with { Kind = FactKind.FrameDoubled },
            FactKind.StackOffset when added == fact with { Kind = FactKind.FramePlace } => fact with { Kind = FactKind.StackSum },
            FactKind.HostDistance when added == new Fact(FactKind.Address, fact.Base) => fact with { Kind = FactKind.Host },
            FactKind.Block when added.Kind == FactKind.Table => new Fact(FactKind.Code),
            _ => default,
        };
    }

    /// <summary>
    /// The end of a span. The sum must not wrap, or the end of the address space would be taken for the first segment: the
    /// window is one of a higher segment, or the one of the address's own.
    /// </summary>
    private static Fact AddedBytes(Fact fact, long bytes)
    {
        bool cannotWrap = fact.Index != Register.None || fact.Window != NativeOffsets.Windows;
        return fact.Kind == FactKind.Positive && cannotWrap && bytes is > 0 and <= int.MaxValue
            ? fact with { Kind = FactKind.Sum, Bytes = bytes }
            : default;
    }

    private static bool IsInside(Fact fact, long window, Register index) =>
        fact.Kind == FactKind.Inside && fact.Window == window && fact.Index == index;

    private static bool HasImmediate(X86 i, long value) =>
        i.OpCount == 2 && i.Op1Kind is not (OpKind.Register or OpKind.Memory) && (long)i.GetImmediate(1) == value;

    private static bool IsLength(X86 i) =>
        i.OpCount == 2 && i.Op1Kind is not (OpKind.Register or OpKind.Memory) && (long)i.GetImmediate(1) is > 0 and < int.MaxValue;

    private static bool IsStackHost(X86 i) =>
        i is { OpCount: 2, Op1Kind: OpKind.Memory, MemoryBase: Register.R15, MemoryIndex: Register.None }
        && (int)i.MemoryDisplacement64 == NativeOffsets.StackHost;

    private static bool IsSavePlace(X86 i) =>
        i is { MemoryBase: Register.R15, MemoryIndex: Register.None } && (int)i.MemoryDisplacement64 == NativeOffsets.Spill + 56;

    /// <summary>The window and the field of an operand: of the window that rdx chooses, the first one's.</summary>
    private static (long Window, int Offset)? Field(X86 i)
    {
        long at = (long)i.MemoryDisplacement64 - NativeOffsets.Windows;
        int windows = i.MemoryIndex == Register.None ? MemoryMap.Segments : 1;
        bool isPlain = i.MemoryIndex is Register.None or Register.RDX && i.MemoryIndexScale == 1;
        return i.MemoryBase == Register.R15 && isPlain && at >= 0 && at < windows * WindowBytes
            ? (NativeOffsets.Windows + (at / WindowBytes * WindowBytes), (int)(at % WindowBytes))
            : null;
    }

    private static Comparison ComparisonOf(X86 i, EmittedCode code)
    {
        Register register = i.Op0Register;
        if (register == Register.EDX && i.Mnemonic == Mnemonic.Cmp && HasImmediate(i, code.Dialect.FrameBytes))
            return new Comparison(ComparisonKind.FrameEnd, Register.RDX);
        if (register.GetFullRegister() != register)
            return default;
        if (i.Mnemonic == Mnemonic.Test)
            return i.Op1Kind == OpKind.Register && i.Op1Register == register ? new Comparison(ComparisonKind.Null, register) : default;
        if (HasImmediate(i, code.Slots))
            return new Comparison(ComparisonKind.Slots, register);
        if (i.Op1Kind != OpKind.Memory)
            return default;
        if (i is { MemoryBase: Register.R15, MemoryIndex: Register.None } && (int)i.MemoryDisplacement64 == NativeOffsets.FrameLimit)
            return new Comparison(ComparisonKind.Frame, register);
        if (i is { MemoryBase: Register.R15, MemoryIndex: Register.None } && (int)i.MemoryDisplacement64 == NativeOffsets.LastFrame)
            return new Comparison(ComparisonKind.LastFrame, register);
        return Field(i) is { } field ? ComparisonWith(field, register, i.MemoryIndex) : default;
    }

    private static Comparison ComparisonWith((long Window, int Offset) field, Register register, Register index)
    {
        if (field.Offset == NativeOffsets.WindowReadBytes || field.Offset == NativeOffsets.WindowWriteBytes)
            return new Comparison(ComparisonKind.Length, register, 0, field.Offset == NativeOffsets.WindowWriteBytes, field.Window, index);
        bool isWrite = field.Offset >= NativeOffsets.WindowWriteLimits;
        int distance = field.Offset - (isWrite ? NativeOffsets.WindowWriteLimits : NativeOffsets.WindowReadLimits);
        return distance is >= 0 and < 32 && distance % 8 == 0
            ? new Comparison(ComparisonKind.Limit, register, 1 << (distance / 8), isWrite, field.Window, index)
            : default;
    }
}
