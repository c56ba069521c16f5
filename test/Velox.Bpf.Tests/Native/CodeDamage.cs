using System.Buffers.Binary;
using Iced.Intel;
using X86 = Iced.Intel.Instruction;

namespace Velox.Bpf.Tests;

/// <summary>One change to native code after which some access is not checked, or not as it is made.</summary>
/// <param name="Kind">What kind of change.</param>
/// <param name="At">Which instruction.</param>
/// <param name="What">It, in words.</param>
/// <param name="Code">The damaged code.</param>
/// <param name="MayBeHarmless">Whether there may be no access behind it.</param>
internal sealed record CodeDamage(string Kind, int At, string What, EmittedCode Code, bool MayBeHarmless = false);

/// <summary>Damages native code in every place where the safety of accesses hangs on it.</summary>
internal sealed class CodeDamager
{
    private readonly EmittedCode _code;
    private readonly List<(X86 Instruction, ConstantOffsets Constants)> _instructions = [];

    internal CodeDamager(EmittedCode code)
    {
        _code = code;
        var decoder = Iced.Intel.Decoder.Create(64, new ByteArrayCodeReader(code.Bytes, 0, code.Table), ip: 0);
        while (decoder.IP < (ulong)code.Table)
        {
            X86 instruction = decoder.Decode();
            if ((int)instruction.IP >= code.Start && instruction.Mnemonic != Mnemonic.Nop)
                _instructions.Add((instruction, decoder.GetConstantOffsets(instruction)));
        }
    }

    /// <summary>All that the checker must report.</summary>
    internal IEnumerable<CodeDamage> All()
    {
        for (int n = 0; n < _instructions.Count; n++)
        {
            foreach (CodeDamage damage in Of(n))
                yield return damage;
        }
    }

    private IEnumerable<CodeDamage> Of(int n)
    {
        (X86 i, ConstantOffsets constants) = _instructions[n];
        X86 before = At(n - 1);
        bool isAnswer = before.Mnemonic == Mnemonic.Je && IsNullTest(n - 2);
        bool isFree = i.Op0Register is Register.RCX or Register.RDX;
        switch (i.Mnemonic)
        {
            case not Mnemonic.Nop when IsFrameLookUp(n):
                return [Without("frame", i), .. Immediates("frame", i, constants, [1, -1])];
            case Mnemonic.Jb or Mnemonic.Ja or Mnemonic.Jae when UsesState(before):
            case Mnemonic.Je when IsNullTest(n - 1):
                return [Without("jump", i), Turned(i)];
            case Mnemonic.Mov when IsSavePlace(i) && (isFree || i.Op1Register == Register.RDX):
                return [Without("saving", i) with { MayBeHarmless = true }];
            case Mnemonic.Mov when FactRules.IsNoteOfFrame(i):
                return [Without("note of a frame", i), .. Displaced("note of a frame", i, constants, [8, -128])];
            case Mnemonic.Mov or Mnemonic.Sub or Mnemonic.Cmp or Mnemonic.Add when UsesState(i):
                return [Without("use of the state", i), .. Displaced("field", i, constants, [8, -128]), .. Overwritten(n)];
            case Mnemonic.Add when i.Op0Register == Register.RCX && before.Mnemonic == Mnemonic.Jb && UsesState(At(n - 2)):
                return [Without("span", i), .. Immediates("span", i, constants, [1, -1])];
            case Mnemonic.Add when i.Op0Register == Register.RDX && i.Op1Kind == OpKind.Register && !isAnswer && !IsTable(before):
                return IsTable(At(n - 3)) ? [] : [Without("pointer", i)];
            case Mnemonic.Mov when i.Op0Register == Register.EDX && IsTranslated(n):
                return Immediates("request", i, constants, [1, -1, NativeGateway.StoreFlag, NativeGateway.GroupFlag]);
            case Mnemonic.Shr or Mnemonic.And when IsLookUp(n) || IsLookUp(n - 1):
                return [Without("segment", i), .. Immediates("segment", i, constants, [1, -1])];
            case Mnemonic.Sub when isAnswer && i.Op1Kind == OpKind.Register:
                return [Without("answer", i)];
            case Mnemonic.Lea when i.MemoryBase == Register.RCX && isFree:
                return Displaced("answer", i, constants, [1, -1]);
            case Mnemonic.Mov or Mnemonic.Lea when i.Op0Register == Register.RCX && (UsesState(At(n + 1)) || IsTranslated(n + 1) || IsLookUp(n + 2) || IsFrameLookUp(n + 1)):
                return [Without("address", i), .. i.Mnemonic == Mnemonic.Lea ? Displaced("address", i, constants, [1, -1]) : []];
            case not Mnemonic.Lea when i.MemoryBase == Register.RCX && _code.IsProgramRegister(i.MemoryIndex):
                return Displaced("access", i, constants, [1, -1]);
            case not Mnemonic.Lea when i.MemoryBase == Register.RDX && constants.DisplacementSize == 4:
                return Displaced("access", i, constants, [1000, -1000]); // further than any span is long
            default:
                return [];
        }
    }

    private X86 At(int n) => n >= 0 && n < _instructions.Count ? _instructions[n].Instruction : default;

    /// <summary>Of the memory map's answer; divisors are tested too.</summary>
    private bool IsNullTest(int n) => At(n) is { Mnemonic: Mnemonic.Test, Op0Register: Register.RCX, Op1Register: Register.RCX }
        && At(n - 1).Mnemonic == Mnemonic.Call;

    private bool IsTranslated(int n) => At(n) is { Mnemonic: Mnemonic.Mov, Op0Register: Register.EDX } && IsNullTest(n + 2);

    private bool IsLookUp(int n) => At(n) is { Mnemonic: Mnemonic.Shr, Op0Register: Register.RDX } && UsesState(At(n + 2));

    /// <summary>From the stack's bit to the address in the host's stack, before that is compared with what was reached.</summary>
    private bool IsFrameLookUp(int n)
    {
        const int Length = 9;
        for (int first = n; first > n - Length; first--)
        {
            if (At(first) is { Mnemonic: Mnemonic.Btc, Op0Register: Register.RCX })
                return true;
        }

        return false;
    }

    private static bool IsTable(X86 i) => i is { Mnemonic: Mnemonic.Movsxd, MemoryBase: Register.RCX, MemoryIndex: Register.RDX };

    private static bool IsSavePlace(X86 i) => i.MemoryBase == Register.R15 && (int)i.MemoryDisplacement64 == NativeOffsets.Spill + 56;

    /// <summary>With a window or with the last frame; r10's value is also computed where it is no address.</summary>
    private static bool UsesState(X86 i) =>
        i is { OpCount: 2, Op1Kind: OpKind.Memory, MemoryBase: Register.R15, Op0Register: Register.RCX or Register.RDX }
        && (int)i.MemoryDisplacement64 != NativeOffsets.StackHost && !IsSavePlace(i);

    /// <summary>In the place of a no-operation inside a check, a change of the register whose address is checked.</summary>
    private CodeDamage[] Overwritten(int n)
    {
        (X86 i, X86 address) = (At(n), At(n - 1));
        Register register = address.Mnemonic == Mnemonic.Lea ? address.MemoryBase : address.Op1Register;
        int room = (int)(At(n + 1).IP - i.NextIP);
        if (i.Mnemonic != Mnemonic.Sub || !_code.IsProgramRegister(register) || room == 0)
            return [];
        var writer = new CodeBytes();
        var encoder = Iced.Intel.Encoder.Create(64, writer);
        encoder.Encode(X86.Create(Code.Lea_r64_m, register, new MemoryOperand(register, 1)), 0);
        if (writer.Bytes.Count > room)
            return [];
        byte[] bytes = Copy();
        bytes.AsSpan((int)i.NextIP, room).Fill(0x90);
        writer.Bytes.CopyTo(bytes, (int)i.NextIP);
        return [Damaged("overwritten register", i, bytes)];
    }

    private CodeDamage Without(string kind, X86 i)
    {
        byte[] bytes = Copy();
        bytes.AsSpan((int)i.IP, i.Length).Fill(0x90);
        return Damaged($"no {kind}", i, bytes);
    }

    /// <summary>A jump on the opposite condition: they differ in the lowest bit.</summary>
    private CodeDamage Turned(X86 i)
    {
        byte[] bytes = Copy();
        bytes[(int)i.IP + 1] ^= 1;
        return Damaged("turned jump", i, bytes);
    }

    private IEnumerable<CodeDamage> Displaced(string kind, X86 i, ConstantOffsets constants, int[] steps) => constants.HasDisplacement
        ? Changed($"displaced {kind}", i, constants.DisplacementOffset, constants.DisplacementSize, steps)
        : [];

    private IEnumerable<CodeDamage> Immediates(string kind, X86 i, ConstantOffsets constants, int[] steps) => constants.HasImmediate
        ? Changed($"other {kind}", i, constants.ImmediateOffset, constants.ImmediateSize, steps)
        : [];

    private IEnumerable<CodeDamage> Changed(string kind, X86 i, int offset, int size, int[] steps)
    {
        foreach (int step in steps)
        {
            byte[] bytes = Copy();
            Span<byte> place = bytes.AsSpan((int)i.IP + offset, size);
            if (size == 4)
                BinaryPrimitives.WriteInt32LittleEndian(place, BinaryPrimitives.ReadInt32LittleEndian(place) + step);
            else if ((sbyte)place[0] + step is >= sbyte.MinValue and <= sbyte.MaxValue)
                place[0] += (byte)step;
            else
                continue;
            yield return Damaged($"{kind} by {step}", i, bytes);
        }
    }

    private byte[] Copy() => (byte[])_code.Bytes.Clone();

    private CodeDamage Damaged(string kind, X86 i, byte[] bytes) => new(kind, (int)i.IP, i.ToString(), _code with { Bytes = bytes });

    private sealed class CodeBytes : CodeWriter
    {
        internal List<byte> Bytes { get; } = [];

        public override void WriteByte(byte value) => Bytes.Add(value);
    }
}
