using System.Runtime.CompilerServices;

namespace Velox.Bpf;

/// <summary>Jumps, calls and returns, and the no-operations that align them.</summary>
internal unsafe partial struct X64Assembler
{
    /// <summary>Makes the 32-bit distance at a position point to another.</summary>
    internal readonly void Patch(int at, int target) => Unsafe.WriteUnaligned(_start + at, target - (at + 4));

    /// <summary>Makes the 8-bit distance at a position point to the next instruction.</summary>
    internal readonly void PatchShort(int at) => _start[at] = (byte)(Position - at - 1);

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
}
