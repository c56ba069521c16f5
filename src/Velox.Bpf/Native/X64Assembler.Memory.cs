namespace Velox.Bpf;

/// <summary>Loads, stores and the stack, and how their addresses are encoded.</summary>
internal unsafe partial struct X64Assembler
{
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

    /// <summary>movsxd register, [base + index * 4].</summary>
    internal void LoadTableEntry(X64 to, X64 baseRegister, X64 index)
    {
        Byte(0x48 | (((int)to & 8) >> 1) | (((int)index & 8) >> 2) | (((int)baseRegister & 8) >> 3));
        Byte(0x63);
        Byte(0x04 | (((int)to & 7) << 3));
        Byte(0x80 | (((int)index & 7) << 3) | ((int)baseRegister & 7));
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

    private void Rex(bool wide, X64 register, in X64Memory memory, bool force = false)
    {
        int rex = 0x40 | (wide ? 8 : 0) | (((int)register & 8) >> 1) | (((int)memory.Index & 8) >> 2) | (((int)memory.Base & 8) >> 3);
        if (rex != 0x40 || force)
            Byte(rex);
    }

    private void RegisterMemory(bool wide, int opcode, X64 register, X64 baseRegister, int displacement)
    {
        Rex(wide, register, baseRegister);
        Byte(opcode);
        Memory(register, new X64Memory(baseRegister, displacement));
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
