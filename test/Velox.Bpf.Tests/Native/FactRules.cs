using Iced.Intel;
using X86 = Iced.Intel.Instruction;

namespace Velox.Bpf.Tests;

/// <summary>How instructions change what is known: the few patterns that make a checked address; all else makes nothing known.</summary>
internal static class FactRules
{
    private const int WindowBytes = 128;
    private static readonly InstructionInfoFactory Infos = new();

    internal static Facts After(X86 instruction, Facts facts, int slots, int table)
    {
        if (instruction.Mnemonic == Mnemonic.Call)
            return default; // also what comes after a call of ours: nothing is known
        Facts after = Recognise(instruction, facts, slots, table) ?? Forget(instruction, facts);
        // A window is chosen by a register: what hangs on it ends with it.
        foreach (UsedRegister used in Infos.GetInfo(instruction).GetUsedRegisters())
        {
            Register full = used.Register.GetFullRegister();
            if (used.Access is OpAccess.Read or OpAccess.CondRead || full is not (Register.RCX or Register.RDX))
                continue;
            after = after with
            {
                Rcx = after.Rcx.Index == full ? default : after.Rcx,
                Rdx = after.Rdx.Index == full ? default : after.Rdx,
                Compared = after.Compared.Index == full ? default : after.Compared,
            };
        }

        return after;
    }

    /// <summary>What is known when a jump that checks is not taken.</summary>
    internal static Facts NotTaken(X86 jump, Facts facts)
    {
        (Comparison compared, Register register) = (facts.Compared, facts.ComparedTo);
        Fact fact = facts[register];
        bool isSameWindow = fact.Window == compared.Window && fact.Index == compared.Index;
        switch (compared.Kind, jump.ConditionCode)
        {
            case (ComparisonKind.Start, ConditionCode.b) when fact.Kind == FactKind.Distance:
                return facts.With(register, fact with { Kind = FactKind.Positive });
            case (ComparisonKind.Limit, ConditionCode.ae) when fact.Kind == FactKind.Distance && isSameWindow:
                return facts.With(register, fact with { Kind = FactKind.Inside, Bytes = compared.Bytes, IsWritable = compared.IsWritable });
            case (ComparisonKind.Length, ConditionCode.be or ConditionCode.a) when fact.Kind == FactKind.Sum && isSameWindow && jump.ConditionCode == ConditionCode.a:
                // Either rcx has the sum and rdx the distance, or rdx both.
                return register == Register.RCX && facts.Rdx is { Kind: FactKind.Positive } distance && distance.Window == fact.Window
                    ? facts.With(Register.RDX, distance with { Kind = FactKind.Inside, Bytes = fact.Bytes, IsWritable = compared.IsWritable })
                    : facts.With(register, fact with { Kind = FactKind.InsideSum, IsWritable = compared.IsWritable });
            case (ComparisonKind.Slots, ConditionCode.ae):
                return facts.With(register, new Fact(FactKind.Slot));
            case (ComparisonKind.Null, ConditionCode.e) when fact.Kind == FactKind.Answer:
                return facts.With(register, fact with { Kind = FactKind.Host });
            default:
                return facts;
        }
    }

    private static Facts? Recognise(X86 i, Facts facts, int slots, int table)
    {
        Register target = i.OpCount > 0 && i.Op0Kind == OpKind.Register ? i.Op0Register : Register.None;
        bool isFree = target is Register.RCX or Register.RDX;
        bool hasMemory = i.OpCount == 2 && i.Op1Kind == OpKind.Memory;
        if (i.Mnemonic == Mnemonic.Mov && i is { OpCount: 2, Op0Kind: OpKind.Memory, Op1Kind: OpKind.Register, MemoryBase: Register.R15 })
            return IsSavePlace(i) && i.Op1Register == Register.RDX ? facts with { Saved = facts.Rdx } : facts;
        if (i.Mnemonic == Mnemonic.Mov && i.Op0Kind == OpKind.Register && i.Op0Register is Register.EDX && i.Op1Kind == OpKind.Immediate32)
            return facts with { Rdx = new Fact(FactKind.Constant, i.Immediate32) };
        if (!isFree)
            return null;
        Fact fact = facts[target];
        switch (i.Mnemonic)
        {
            case Mnemonic.Mov when hasMemory && i.MemoryBase == Register.R15 && IsSavePlace(i) && target == Register.RDX:
                return facts with { Rdx = facts.Saved };
            case Mnemonic.Mov when i.Op1Kind == OpKind.Register && i.Op1Register is Register.RCX or Register.RDX:
                return facts.With(target, facts[i.Op1Register]);
            case Mnemonic.Lea when i.IsIPRelativeMemoryOperand:
                return facts.With(target, (int)i.IPRelativeMemoryAddress == table ? new Fact(FactKind.Table) : default);
            case Mnemonic.Lea when i.MemoryBase == Register.RDX && target == Register.RCX && facts.Rdx.Kind == FactKind.Positive:
                return facts with { Rcx = facts.Rdx with { Kind = FactKind.Sum, Bytes = (long)i.MemoryDisplacement64 } };
            case Mnemonic.Sub when hasMemory && Field(i) is { } start && start.Offset == 0:
                Fact distance = new(FactKind.Distance, Window: start.Window, Index: i.MemoryIndex);
                return facts.With(target, distance) with
                {
                    Compared = new Comparison(ComparisonKind.Start, Window: start.Window, Index: i.MemoryIndex),
                    ComparedTo = target,
                };
            case Mnemonic.Cmp when hasMemory && Field(i) is { } limit:
                return facts with { Compared = ComparisonWith(limit, i.MemoryIndex), ComparedTo = target };
            case Mnemonic.Cmp when i.Op1Kind != OpKind.Register && !hasMemory:
                return facts with { Compared = i.GetImmediate(1) == (ulong)slots ? new Comparison(ComparisonKind.Slots) : default, ComparedTo = target };
            case Mnemonic.Test when i.Op1Kind == OpKind.Register && i.Op1Register == target:
                return facts with { Compared = new Comparison(ComparisonKind.Null), ComparedTo = target };
            case Mnemonic.Add when hasMemory && Field(i) is { } host && host.Offset == NativeOffsets.WindowDistance:
                bool isSame = host.Window == fact.Window && i.MemoryIndex == fact.Index;
                FactKind kind = !isSame ? FactKind.None
                    : fact.Kind == FactKind.Inside ? FactKind.Host
                    : fact.Kind == FactKind.InsideSum ? FactKind.HostSum : FactKind.None;
                Fact made = kind == FactKind.None ? default : new Fact(kind, fact.Bytes, fact.IsWritable);
                return facts.With(target, made) with { Compared = default };
            case Mnemonic.Add when fact.Kind == FactKind.Positive && i.Op1Kind != OpKind.Register && !hasMemory:
                return facts.With(target, fact with { Kind = FactKind.Sum, Bytes = (long)i.GetImmediate(1) }) with { Compared = default };
            case Mnemonic.Sub when fact.Kind == FactKind.HostSum && !hasMemory && i.Op1Kind != OpKind.Register && (long)i.GetImmediate(1) == fact.Bytes:
                return facts.With(target, fact with { Kind = FactKind.Host }) with { Compared = default };
            default:
                return null;
        }
    }

    private static bool IsSavePlace(X86 i) => (int)i.MemoryDisplacement64 == NativeOffsets.Spill + 56;

    private static (long Window, int Offset)? Field(X86 i)
    {
        long at = (long)i.MemoryDisplacement64 - NativeOffsets.Windows;
        return i.MemoryBase == Register.R15 && at is >= 0 and < MemoryMap.Segments * WindowBytes
            ? (NativeOffsets.Windows + (at / WindowBytes * WindowBytes), (int)(at % WindowBytes))
            : null;
    }

    private static Comparison ComparisonWith((long Window, int Offset) field, Register index)
    {
        if (field.Offset == NativeOffsets.WindowReadBytes || field.Offset == NativeOffsets.WindowWriteBytes)
            return new Comparison(ComparisonKind.Length, 0, field.Offset == NativeOffsets.WindowWriteBytes, field.Window, index);
        bool isWrite = field.Offset >= NativeOffsets.WindowWriteLimits;
        int size = (field.Offset - (isWrite ? NativeOffsets.WindowWriteLimits : NativeOffsets.WindowReadLimits)) / 8;
        return size is >= 0 and < 4 ? new Comparison(ComparisonKind.Limit, 1 << size, isWrite, field.Window, index) : default;
    }

    private static Facts Forget(X86 instruction, Facts facts)
    {
        Facts after = instruction.RflagsModified == RflagsBits.None ? facts : facts with { Compared = default };
        foreach (UsedRegister used in Infos.GetInfo(instruction).GetUsedRegisters())
        {
            if (used.Access is not (OpAccess.Read or OpAccess.CondRead or OpAccess.None or OpAccess.NoMemAccess))
                after = after.With(used.Register.GetFullRegister(), default);
        }

        return after;
    }
}
