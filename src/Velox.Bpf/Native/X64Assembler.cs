using System.Runtime.CompilerServices;

namespace Velox.Bpf;

/// <summary>Registers of x86-64 by their encoding.</summary>
internal enum X64 : byte
{
    Rax, Rcx, Rdx, Rbx, Rsp, Rbp, Rsi, Rdi, R8, R9, R10, R11, R12, R13, R14, R15,
}

/// <summary>Conditions by their encoding.</summary>
internal enum Condition : byte
{
    Below = 2, AboveOrEqual = 3, Equal = 4, NotEqual = 5, BelowOrEqual = 6, Above = 7,
    Less = 12, GreaterOrEqual = 13, LessOrEqual = 14, Greater = 15,
}

/// <summary>Two-operand arithmetic by the encoding of its immediate form.</summary>
internal enum X64Alu : byte
{
    Add = 0, Or = 1, And = 4, Sub = 5, Xor = 6, Compare = 7,
}

/// <summary>Shifts by their encoding.</summary>
internal enum X64Shift : byte
{
    Left = 4, Right = 5, ArithmeticRight = 7,
}

/// <summary>[base + index + displacement]. rsp is no index in the encoding, and so means none.</summary>
internal readonly record struct X64Memory(X64 Base, int Displacement, X64 Index = X64.Rsp);

/// <summary>Writes x86-64 instructions into a buffer (Intel SDM volume 2). Knows nothing of BPF.</summary>
/// <remarks>The buffer must have room: the compiler checks before each BPF instruction and each out-of-line part.</remarks>
internal unsafe partial struct X64Assembler
{
    private readonly byte* _start;
    private byte* _next;

    internal X64Assembler(byte* buffer)
    {
        _start = buffer;
        _next = buffer;
    }

    internal readonly int Position => (int)(_next - _start);

    internal void Byte(int value) => *_next++ = (byte)value;

    internal void Bytes(ReadOnlySpan<byte> code)
    {
        code.CopyTo(new Span<byte>(_next, code.Length));
        _next += code.Length;
    }

    internal void Int32(int value)
    {
        Unsafe.WriteUnaligned(_next, value);
        _next += 4;
    }

    internal void Int64(long value)
    {
        Unsafe.WriteUnaligned(_next, value);
        _next += 8;
    }

    /// <summary>Makes the 32-bit distance at a position point to another.</summary>
    internal readonly void Patch(int at, int target) => Unsafe.WriteUnaligned(_start + at, target - (at + 4));

    /// <summary>Makes the 8-bit distance at a position point to the next instruction.</summary>
    internal readonly void PatchShort(int at) => _start[at] = (byte)(Position - at - 1);

    internal void Move(bool wide, X64 to, X64 from) => RegisterRegister(wide, 0x89, from, to);

    internal void MoveImmediate(X64 to, long value)
    {
        if (value == 0)
        {
            RegisterRegister(false, 0x31, to, to);
        }
        else if ((ulong)value <= uint.MaxValue)
        {
            Rex(false, 0, to);
            Byte(0xb8 | ((int)to & 7));
            Int32((int)value);
        }
        else if (value == (int)value)
        {
            Rex(true, 0, to);
            Byte(0xc7);
            Byte(0xc0 | ((int)to & 7));
            Int32((int)value);
        }
        else
        {
            Rex(true, 0, to);
            Byte(0xb8 | ((int)to & 7));
            Int64(value);
        }
    }

    internal void Alu(bool wide, X64Alu operation, X64 to, X64 from) =>
        RegisterRegister(wide, ((int)operation << 3) | 1, from, to);

    internal void Alu(bool wide, X64Alu operation, X64 to, int immediate)
    {
        Rex(wide, 0, to);
        bool isShort = immediate == (sbyte)immediate;
        Byte(isShort ? 0x83 : 0x81);
        Byte(0xc0 | ((int)operation << 3) | ((int)to & 7));
        if (isShort)
            Byte(immediate);
        else
            Int32(immediate);
    }

    /// <summary>register op= memory.</summary>
    internal void Alu(bool wide, X64Alu operation, X64 to, X64 baseRegister, int displacement) =>
        RegisterMemory(wide, ((int)operation << 3) | 3, to, baseRegister, displacement);

    /// <summary>register op= memory.</summary>
    internal void Alu(X64Alu operation, X64 to, X64Memory from)
    {
        Rex(true, to, in from);
        Byte(((int)operation << 3) | 3);
        Memory(to, in from);
    }

    /// <summary>cmovcc: moves where the condition holds.</summary>
    internal void MoveIf(Condition condition, X64 to, X64 from)
    {
        Rex(true, to, from);
        Byte(0x0f);
        Byte(0x40 | (int)condition);
        Byte(0xc0 | (((int)to & 7) << 3) | ((int)from & 7));
    }

    internal void Test(bool wide, X64 a, X64 b) => RegisterRegister(wide, 0x85, b, a);

    internal void TestImmediate(bool wide, X64 register, int immediate)
    {
        Rex(wide, 0, register);
        Byte(0xf7);
        Byte(0xc0 | ((int)register & 7));
        Int32(immediate);
    }

    internal void Multiply(bool wide, X64 to, X64 from)
    {
        Rex(wide, to, from);
        Byte(0x0f);
        Byte(0xaf);
        Byte(0xc0 | (((int)to & 7) << 3) | ((int)from & 7));
    }

    internal void MultiplyImmediate(bool wide, X64 to, int immediate)
    {
        Rex(wide, to, to);
        Byte(0x69);
        Byte(0xc0 | (((int)to & 7) << 3) | ((int)to & 7));
        Int32(immediate);
    }

    /// <summary>One-operand group F7: 3 neg, 4 mul, 5 imul, 6 div, 7 idiv.</summary>
    internal void Unary(bool wide, int extension, X64 register)
    {
        Rex(wide, 0, register);
        Byte(0xf7);
        Byte(0xc0 | (extension << 3) | ((int)register & 7));
    }

    /// <summary>cdq or cqo: the sign of rax into rdx.</summary>
    internal void ExtendAccumulator(bool wide)
    {
        if (wide)
            Byte(0x48);
        Byte(0x99);
    }

    internal void ShiftImmediate(bool wide, X64Shift shift, X64 register, int count)
    {
        Rex(wide, 0, register);
        Byte(0xc1);
        Byte(0xc0 | ((int)shift << 3) | ((int)register & 7));
        Byte(count);
    }

    /// <summary>Shifts by cl.</summary>
    internal void ShiftByCl(bool wide, X64Shift shift, X64 register)
    {
        Rex(wide, 0, register);
        Byte(0xd3);
        Byte(0xc0 | ((int)shift << 3) | ((int)register & 7));
    }

    /// <summary>BMI2: shlx, shrx, sarx register, register, count.</summary>
    internal void ShiftByRegister(bool wide, X64Shift shift, X64 register, X64 count)
    {
        int prefix = shift switch { X64Shift.Left => 1, X64Shift.Right => 3, _ => 2 };
        bool isHigh = ((int)register & 8) != 0;
        Byte(0xc4);
        Byte((isHigh ? 0 : 0xa0) | 0x40 | 2);
        Byte((wide ? 0x80 : 0) | ((~(int)count & 15) << 3) | prefix);
        Byte(0xf7);
        Byte(0xc0 | (((int)register & 7) << 3) | ((int)register & 7));
    }

    /// <summary>Rotates a 16-bit register by 8: swaps its bytes.</summary>
    internal void SwapBytes16(X64 register)
    {
        Byte(0x66);
        ShiftImmediate(false, 0, register, 8);
    }

    internal void SwapBytes(bool wide, X64 register)
    {
        Rex(wide, 0, register);
        Byte(0x0f);
        Byte(0xc8 | ((int)register & 7));
    }

    /// <summary>movzx or movsx from a register's low 8 or 16 bits, movsxd from its low 32.</summary>
    internal void Extend(bool wide, bool isSigned, int bits, X64 to, X64 from)
    {
        Rex(wide, to, from, force: bits == 8);
        ExtendOpcode(isSigned, bits);
        Byte(0xc0 | (((int)to & 7) << 3) | ((int)from & 7));
    }

    internal void Lea(X64 to, X64 baseRegister, int displacement) =>
        RegisterMemory(true, 0x8d, to, baseRegister, displacement);

    internal void Lea(X64 to, X64Memory from)
    {
        Rex(true, to, in from);
        Byte(0x8d);
        Memory(to, in from);
    }

    internal void LoadWide(X64 to, X64 baseRegister, int displacement) =>
        RegisterMemory(true, 0x8b, to, baseRegister, displacement);

    internal void StoreWide(X64 from, X64 baseRegister, int displacement) =>
        RegisterMemory(true, 0x89, from, baseRegister, displacement);

    /// <summary>Loads 1, 2, 4 or 8 bytes, extended to 64 bits.</summary>
    internal void Load(int bytes, bool isSigned, X64 to, X64Memory from)
    {
        if (bytes == 8 || (bytes == 4 && !isSigned))
        {
            Rex(bytes == 8, to, in from);
            Byte(0x8b);
        }
        else
        {
            Rex(isSigned, to, in from);
            ExtendOpcode(isSigned, bytes * 8);
        }

        Memory(to, in from);
    }

    internal void Store(int bytes, X64 from, X64Memory to)
    {
        if (bytes == 2)
            Byte(0x66);
        // Without the prefix the byte forms of rsp to rdi would be ah to bh.
        Rex(bytes == 8, from, in to, force: bytes == 1);
        Byte(bytes == 1 ? 0x88 : 0x89);
        Memory(from, in to);
    }

    internal void StoreImmediate(int bytes, int value, X64Memory to)
    {
        if (bytes == 2)
            Byte(0x66);
        Rex(bytes == 8, 0, in to);
        Byte(bytes == 1 ? 0xc6 : 0xc7);
        Memory(0, in to);
        if (bytes == 1)
            Byte(value);
        else if (bytes == 2)
            Int16(value);
        else
            Int32(value);
    }

    internal void Push(X64 register)
    {
        Rex(false, 0, register);
        Byte(0x50 | ((int)register & 7));
    }

    internal void Pop(X64 register)
    {
        Rex(false, 0, register);
        Byte(0x58 | ((int)register & 7));
    }

    /// <summary>Pushes the word at [register].</summary>
    internal void PushMemory(X64 register)
    {
        Rex(false, 0, register);
        Byte(0xff);
        Memory((X64)6, new X64Memory(register, 0));
    }

    internal void Return() => Byte(0xc3);

    /// <summary>jmp register.</summary>
    internal void JumpRegister(X64 register)
    {
        Rex(false, 0, register);
        Byte(0xff);
        Byte(0xe0 | ((int)register & 7));
    }

    internal void CallRegister(X64 register)
    {
        Rex(false, 0, register);
        Byte(0xff);
        Byte(0xd0 | ((int)register & 7));
    }

    /// <summary>movsxd register, [base + index * 4].</summary>
    internal void LoadTableEntry(X64 to, X64 baseRegister, X64 index)
    {
        Byte(0x48 | (((int)to & 8) >> 1) | (((int)index & 8) >> 2) | (((int)baseRegister & 8) >> 3));
        Byte(0x63);
        Byte(0x04 | (((int)to & 7) << 3));
        Byte(0x80 | (((int)index & 7) << 3) | ((int)baseRegister & 7));
    }

    /// <summary>call [register + displacement].</summary>
    internal void CallMemory(X64 register, int displacement)
    {
        Rex(false, 0, register);
        Byte(0xff);
        Memory((X64)2, new X64Memory(register, displacement));
    }

    /// <summary>call; returns where the distance stands.</summary>
    internal int Call()
    {
        Byte(0xe8);
        Int32(0);
        return Position - 4;
    }

    /// <summary>jmp; returns where the distance stands.</summary>
    internal int Jump()
    {
        Byte(0xe9);
        Int32(0);
        return Position - 4;
    }

    internal void JumpTo(int target) => Patch(Jump(), target);

    internal void CallTo(int target) => Patch(Call(), target);

    /// <summary>A conditional jump; returns where the distance stands.</summary>
    internal int JumpIf(Condition condition)
    {
        Byte(0x0f);
        Byte(0x80 | (int)condition);
        Int32(0);
        return Position - 4;
    }

    /// <summary>Whether a jump from here, of at most so many bytes, reaches a place before it with a short distance.</summary>
    internal readonly bool IsShortBack(int target, int bytes) => Position + bytes - target <= 128;

    /// <summary>A short jump back; unconditional without a condition.</summary>
    internal void JumpBackShort(Condition? condition, int target)
    {
        Byte(condition is { } given ? 0x70 | (int)given : 0xeb);
        Byte(target - (Position + 1));
    }

    /// <summary>A short conditional jump; returns where the distance stands.</summary>
    internal int JumpIfShort(Condition condition)
    {
        Byte(0x70 | (int)condition);
        Byte(0);
        return Position - 1;
    }

    /// <summary>A short jump; returns where the distance stands.</summary>
    internal int JumpShort()
    {
        Byte(0xeb);
        Byte(0);
        return Position - 1;
    }

    /// <summary>lea register, [rip + distance]; returns where the distance stands.</summary>
    internal int LeaRelative(X64 to)
    {
        Byte(0x48 | (((int)to & 8) >> 1));
        Byte(0x8d);
        Byte(0x05 | (((int)to & 7) << 3));
        Int32(0);
        return Position - 4;
    }

    /// <summary>bts register, bit: sets one bit.</summary>
    internal void SetBit(X64 register, int bit)
    {
        Rex(true, 0, register);
        Byte(0x0f);
        Byte(0xba);
        Byte(0xe8 | ((int)register & 7));
        Byte(bit);
    }

    /// <summary>Fills with the long no-operations that processors decode best.</summary>
    internal void Nop(int bytes)
    {
        ReadOnlySpan<byte> forms =
        [
            0x90,
            0x66, 0x90,
            0x0f, 0x1f, 0x00,
            0x0f, 0x1f, 0x40, 0x00,
            0x0f, 0x1f, 0x44, 0x00, 0x00,
            0x66, 0x0f, 0x1f, 0x44, 0x00, 0x00,
            0x0f, 0x1f, 0x80, 0x00, 0x00, 0x00, 0x00,
            0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00,
        ];
        for (int rest = bytes; rest > 0;)
        {
            // Up to six more prefixes make one instruction of what would be two: it takes one place in the pipeline.
            int length = Math.Min(rest, 8);
            int prefixes = Math.Min(rest - length, 6);
            for (int i = 0; i < prefixes; i++)
                Byte(0x66);
            forms.Slice(length * (length - 1) / 2, length).CopyTo(new Span<byte>(_next, length));
            _next += length;
            rest -= length + prefixes;
        }
    }

    private void Int16(int value)
    {
        Byte(value);
        Byte(value >> 8);
    }

    private void Rex(bool wide, X64 register, X64 rm, bool force = false)
    {
        int rex = 0x40 | (wide ? 8 : 0) | (((int)register & 8) >> 1) | (((int)rm & 8) >> 3);
        if (rex != 0x40 || force)
            Byte(rex);
    }

    private void Rex(bool wide, X64 register, in X64Memory memory, bool force = false)
    {
        int rex = 0x40 | (wide ? 8 : 0) | (((int)register & 8) >> 1) | (((int)memory.Index & 8) >> 2) | (((int)memory.Base & 8) >> 3);
        if (rex != 0x40 || force)
            Byte(rex);
    }

    private void RegisterRegister(bool wide, int opcode, X64 register, X64 rm)
    {
        Rex(wide, register, rm);
        Byte(opcode);
        Byte(0xc0 | (((int)register & 7) << 3) | ((int)rm & 7));
    }

    private void RegisterMemory(bool wide, int opcode, X64 register, X64 baseRegister, int displacement)
    {
        Rex(wide, register, baseRegister);
        Byte(opcode);
        Memory(register, new X64Memory(baseRegister, displacement));
    }

    private void ExtendOpcode(bool isSigned, int bits)
    {
        if (bits == 32)
        {
            Byte(0x63);
            return;
        }

        Byte(0x0f);
        Byte((isSigned ? 0xbe : 0xb6) | (bits == 16 ? 1 : 0));
    }

    /// <summary>ModRM (and SIB).</summary>
    private void Memory(X64 register, in X64Memory memory)
    {
        int reg = ((int)register & 7) << 3;
        int rm = (int)memory.Base & 7;
        bool needsSib = rm == 4 || memory.Index != X64.Rsp;
        // rbp and r13 have no form without displacement.
        int displacement = memory.Displacement;
        int mode = displacement == 0 && rm != 5 ? 0x00 : displacement == (sbyte)displacement ? 0x40 : 0x80;
        Byte(mode | reg | (needsSib ? 4 : rm));
        if (needsSib)
            Byte((((int)memory.Index & 7) << 3) | rm);
        if (mode == 0x40)
            Byte(displacement);
        else if (mode == 0x80)
            Int32(displacement);
    }
}
