namespace Velox.Bpf;

/// <summary>What is used of SSE2, which every x86-64 processor has. Vector registers are numbers from 0 to 7.</summary>
internal unsafe partial struct X64Assembler
{
    /// <summary>Loads 4, 8 or 16 bytes from any address, the rest of the register zero.</summary>
    internal void LoadVector(int bytes, int to, X64Memory from)
    {
        (int prefix, int opcode) = bytes switch { 4 => (0x66, 0x6e), 8 => (0xf3, 0x7e), _ => (0, 0x10) };
        VectorMemory(prefix, opcode, to, in from);
    }

    /// <summary>Stores the low 4, 8 or 16 bytes to any address.</summary>
    internal void StoreVector(int bytes, int from, X64Memory to)
    {
        (int prefix, int opcode) = bytes switch { 4 => (0x66, 0x7e), 8 => (0x66, 0xd6), _ => (0, 0x11) };
        VectorMemory(prefix, opcode, from, in to);
    }

    /// <summary>movq: 64 bits of a register, the rest zero.</summary>
    internal void MoveToVector(int to, X64 from)
    {
        Byte(0x66);
        Rex(true, 0, from);
        Byte(0x0f);
        Byte(0x6e);
        Byte(0xc0 | (to << 3) | ((int)from & 7));
    }

    /// <summary>movq: the low 64 bits.</summary>
    internal void MoveFromVector(X64 to, int from)
    {
        Byte(0x66);
        Rex(true, 0, to);
        Byte(0x0f);
        Byte(0x7e);
        Byte(0xc0 | (from << 3) | ((int)to & 7));
    }

    /// <summary>Copies the lowest byte to all 16.</summary>
    internal void BroadcastByte(int vector)
    {
        VectorVector(0x66, 0x60, vector, vector); // punpcklbw: bytes to pairs
        VectorVector(0xf2, 0x70, vector, vector); // pshuflw: pairs to 8 bytes
        Byte(0);
        VectorVector(0x66, 0x6c, vector, vector); // punpcklqdq: 8 bytes to 16
    }

    /// <summary>pcmpeqb: all bits of each byte that is equal.</summary>
    internal void CompareBytes(int to, int with) => VectorVector(0x66, 0x74, to, with);

    internal void AndVector(int to, int with) => VectorVector(0x66, 0xdb, to, with);

    /// <summary>pmovmskb: the highest bit of each byte.</summary>
    internal void MoveMask(X64 to, int from) => VectorVector(0x66, 0xd7, (int)to, from);

    private void VectorVector(int prefix, int opcode, int to, int from)
    {
        Byte(prefix);
        Byte(0x0f);
        Byte(opcode);
        Byte(0xc0 | (to << 3) | from);
    }

    private void VectorMemory(int prefix, int opcode, int vector, in X64Memory memory)
    {
        if (prefix != 0)
            Byte(prefix);
        Rex(false, 0, in memory);
        Byte(0x0f);
        Byte(opcode);
        Memory((X64)vector, in memory);
    }
}
