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

    private void Int16(int value)
    {
        Byte(value);
        Byte(value >> 8);
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

    /// <summary>bts register, bit: sets one bit.</summary>
    internal void SetBit(X64 register, int bit) => ChangeBit(5, register, bit);

    /// <summary>btc register, bit: inverts one bit.</summary>
    internal void ToggleBit(X64 register, int bit) => ChangeBit(7, register, bit);

    private void ChangeBit(int extension, X64 register, int bit)
    {
        Rex(true, 0, register);
        Byte(0x0f);
        Byte(0xba);
        Byte(0xc0 | (extension << 3) | ((int)register & 7));
        Byte(bit);
    }

    private void Rex(bool wide, X64 register, X64 rm, bool force = false)
    {
        int rex = 0x40 | (wide ? 8 : 0) | (((int)register & 8) >> 1) | (((int)rm & 8) >> 3);
        if (rex != 0x40 || force)
            Byte(rex);
    }

    private void RegisterRegister(bool wide, int opcode, X64 register, X64 rm)
    {
        Rex(wide, register, rm);
        Byte(opcode);
        Byte(0xc0 | (((int)register & 7) << 3) | ((int)rm & 7));
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
}
