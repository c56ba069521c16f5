using Iced.Intel;
using X86 = Iced.Intel.Instruction;

namespace Velox.Bpf.Tests;

/// <summary>How instructions change what is known: the few patterns that make a checked address; all else makes nothing known.</summary>
/// <param name="slots">Of the program.</param>
/// <param name="table">Where its table of blocks is.</param>
/// <param name="hasHostFrame">Whether rbp holds the host's address of r10.</param>
internal sealed class FactRules(int slots, int table, bool hasHostFrame)
{
    private const int WindowBytes = 128;
    private static readonly InstructionInfoFactory Infos = new();

    internal Facts After(X86 instruction, Facts facts)
    {
        if (instruction.Mnemonic == Mnemonic.Call)
            return default;
        // Changed flags tell nothing, changed registers nothing, and what is based on them ends; then what is recognised is new.
        Facts after = instruction.RflagsModified == RflagsBits.None ? facts : facts with { Compared = default, ComparedTo = default };
        foreach (UsedRegister used in Infos.GetInfo(instruction).GetUsedRegisters())
        {
            Register full = used.Register.GetFullRegister();
            if (used.Access is not (OpAccess.Read or OpAccess.CondRead or OpAccess.None or OpAccess.NoMemAccess))
                after = after.Without(full).With(full, default);
        }

        return Recognise(instruction, facts, after) ?? after;
    }

    /// <summary>What is known when a jump that checks is not taken.</summary>
    internal static Facts NotTaken(X86 jump, Facts facts)
    {
        Comparison compared = facts.Compared;
        Fact fact = facts[facts.ComparedTo];
        switch (compared.Kind, jump.ConditionCode)
        {
            case (ComparisonKind.Start, ConditionCode.b) when fact.Kind == FactKind.Distance:
                return facts.With(facts.ComparedTo, fact with { Kind = FactKind.Positive });
            case (ComparisonKind.Limit, ConditionCode.ae) when fact.Kind == FactKind.Distance && fact.IsOf(compared):
                return facts with { Checked = fact with { Kind = FactKind.Checked, Bytes = compared.Bytes, IsWritable = compared.IsWritable } };
            case (ComparisonKind.Length, ConditionCode.a) when fact.Kind == FactKind.Sum && fact.IsOf(compared):
                return facts with { Checked = fact with { Kind = FactKind.Checked, IsWritable = compared.IsWritable } };
            case (ComparisonKind.Slots, ConditionCode.ae):
                return facts.With(facts.ComparedTo, new Fact(FactKind.Slot));
            case (ComparisonKind.Null, ConditionCode.e) when fact.Kind == FactKind.Answer:
                return facts.With(facts.ComparedTo, fact with { Kind = FactKind.Host, At = fact.Low });
            default:
                return facts;
        }
    }

    private Facts? Recognise(X86 i, Facts before, Facts after)
    {
        if (i.Mnemonic == Mnemonic.Mov && i is { Op0Kind: OpKind.Memory, MemoryBase: Register.R15 } && IsSavePlace(i))
            return after with { Saved = i.Op1Kind == OpKind.Register ? before[i.Op1Register] : default };
        Register target = i.OpCount > 0 && i.Op0Kind == OpKind.Register ? i.Op0Register : Register.None;
        if (target == Register.EDX && i.Mnemonic == Mnemonic.Mov && i.Op1Kind == OpKind.Immediate32)
            return after with { Rdx = new Fact(FactKind.Constant, Bytes: i.Immediate32) };
        if (target is not (Register.RCX or Register.RDX))
            return null;
        Fact fact = before[target];
        Fact? made = i.Op1Kind switch
        {
            OpKind.Memory => OfMemory(i, before, fact, target),
            OpKind.Register => OfRegister(i, before, fact),
            _ => OfImmediate(i, fact),
        };
        if (made is { } known)
            after = after.With(target, known);
        Comparison comparison = ComparisonOf(i, target);
        return comparison.Kind == ComparisonKind.None ? after : after with { Compared = comparison, ComparedTo = target };
    }

    private Fact? OfMemory(X86 i, Facts before, Fact fact, Register target)
    {
        bool isStart = Field(i) is { Offset: 0 };
        switch (i.Mnemonic)
        {
            case Mnemonic.Mov when IsSavePlace(i) && target == Register.RDX:
                return before.Saved;
            case Mnemonic.Mov when Field(i) is { } field && field.Offset == NativeOffsets.WindowDistance:
                Fact passed = before.Checked;
                return passed.Kind == FactKind.Checked && passed.Window == field.Window && passed.Index == i.MemoryIndex
                    ? new Fact(FactKind.Host, passed.Base, passed.Low, passed.Bytes, passed.IsWritable, At: 0, LacksBase: true)
                    : null;
            case Mnemonic.Lea when i.IsIPRelativeMemoryOperand:
                return (int)i.IPRelativeMemoryAddress == table ? new Fact(FactKind.Table) : null;
            case Mnemonic.Lea when i.MemoryIndex == Register.None:
                long offset = (long)i.MemoryDisplacement64;
                Fact other = before[i.MemoryBase];
                return other.Kind switch
                {
                    FactKind.Address => other with { Low = other.Low + offset },
                    FactKind.Host => other with { At = other.At + offset },
                    _ => IsProgramRegister(i.MemoryBase) ? new Fact(FactKind.Address, i.MemoryBase, offset) : null,
                };
            case Mnemonic.Sub when isStart && fact.Kind == FactKind.Address:
                return fact with { Kind = FactKind.Distance, Window = Field(i)!.Value.Window, Index = i.MemoryIndex };
            case Mnemonic.Sub when fact.Kind == FactKind.FramePart && (int)i.MemoryDisplacement64 == NativeOffsets.StackHost:
                return fact;
            case Mnemonic.Add when Field(i) is { } host && host.Offset == NativeOffsets.WindowHost && fact.Kind == FactKind.Distance:
                Fact inside = before.Checked;
                return inside == fact with { Kind = FactKind.Checked, Bytes = inside.Bytes, IsWritable = inside.IsWritable }
                    && fact.Window == host.Window && fact.Index == i.MemoryIndex
                    ? new Fact(FactKind.Host, fact.Base, fact.Low, inside.Bytes, inside.IsWritable, At: fact.Low)
                    : null;
            case Mnemonic.Cmp:
                return fact;
            default:
                return null;
        }
    }

    private Fact? OfRegister(X86 i, Facts before, Fact fact)
    {
        Register source = i.Op1Register;
        switch (i.Mnemonic)
        {
            case Mnemonic.Mov when source is Register.RCX or Register.RDX:
                return before[source];
            case Mnemonic.Mov when source == Register.RBP && hasHostFrame:
                return new Fact(FactKind.FramePart);
            case Mnemonic.Mov when IsProgramRegister(source):
                return new Fact(FactKind.Address, source);
            case Mnemonic.Add when fact.Kind == FactKind.FramePart && source == i.Op0Register:
                return fact;
            // The program's address makes the distance a host address.
            case Mnemonic.Add when fact is { Kind: FactKind.Host, LacksBase: true }
                && ((source == fact.Base && IsProgramRegister(source)) || before[source] == new Fact(FactKind.Address, fact.Base)):
                return fact with { LacksBase = false };
            case Mnemonic.Sub when fact is { Kind: FactKind.Host, LacksBase: false } && fact.Base == source:
                return fact with { LacksBase = true };
            case Mnemonic.Test when source == i.Op0Register:
                return fact;
            default:
                return null;
        }
    }

    private static Fact? OfImmediate(X86 i, Fact fact) => i.Mnemonic switch
    {
        Mnemonic.Cmp => fact,
        Mnemonic.Add when fact.Kind == FactKind.Positive => fact with { Kind = FactKind.Sum, Bytes = (long)i.GetImmediate(1) },
        Mnemonic.Sub when fact.Kind == FactKind.FramePart => fact,
        Mnemonic.Bts when fact.Kind == FactKind.FramePart && i.GetImmediate(1) == 33 => new Fact(FactKind.Address, Register.RBP),
        _ => null,
    };

    private Comparison ComparisonOf(X86 i, Register target)
    {
        bool hasMemory = i.Op1Kind == OpKind.Memory;
        return i.Mnemonic switch
        {
            Mnemonic.Sub when hasMemory && Field(i) is { Offset: 0 } start => new Comparison(ComparisonKind.Start, Window: start.Window, Index: i.MemoryIndex),
            Mnemonic.Cmp when hasMemory && Field(i) is { } limit => ComparisonWith(limit, i.MemoryIndex),
            Mnemonic.Cmp when i.Op1Kind is not (OpKind.Register or OpKind.Memory) && i.GetImmediate(1) == (ulong)slots => new Comparison(ComparisonKind.Slots),
            Mnemonic.Test when i.Op1Kind == OpKind.Register && i.Op1Register == target => new Comparison(ComparisonKind.Null),
            _ => default,
        };
    }

    private static Comparison ComparisonWith((long Window, int Offset) field, Register index)
    {
        if (field.Offset == NativeOffsets.WindowReadBytes || field.Offset == NativeOffsets.WindowWriteBytes)
            return new Comparison(ComparisonKind.Length, 0, field.Offset == NativeOffsets.WindowWriteBytes, field.Window, index);
        bool isWrite = field.Offset >= NativeOffsets.WindowWriteLimits;
        int size = (field.Offset - (isWrite ? NativeOffsets.WindowWriteLimits : NativeOffsets.WindowReadLimits)) / 8;
        return size is >= 0 and < 4 ? new Comparison(ComparisonKind.Limit, 1 << size, isWrite, field.Window, index) : default;
    }

    private bool IsProgramRegister(Register register) => register switch
    {
        Register.RCX or Register.RDX or Register.RSP or Register.R11 or Register.R15 => false,
        Register.RBP => !hasHostFrame,
        _ => true,
    };

    private static bool IsSavePlace(X86 i) => i.MemoryBase == Register.R15 && (int)i.MemoryDisplacement64 == NativeOffsets.Spill + 56;

    private static (long Window, int Offset)? Field(X86 i)
    {
        long at = (long)i.MemoryDisplacement64 - NativeOffsets.Windows;
        return i.MemoryBase == Register.R15 && at is >= 0 and < MemoryMap.Segments * WindowBytes
            ? (NativeOffsets.Windows + (at / WindowBytes * WindowBytes), (int)(at % WindowBytes))
            : null;
    }
}
