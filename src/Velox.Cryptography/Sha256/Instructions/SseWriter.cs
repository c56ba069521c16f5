using System.Buffers.Binary;

namespace Velox.Cryptography;

/// <summary>A general register, by its number.</summary>
internal enum GeneralRegister
{
    Rcx = 1,
    Rdx = 2,
    Rsp = 4,
    Rsi = 6,
    Rdi = 7,
    R8 = 8,
}

/// <summary>Writes x86-64 machine code: what SHA-256 needs of it. Vector registers are numbers from 0 to 15.</summary>
/// <param name="memory">Takes the code; it must be long enough.</param>
internal ref struct SseWriter(Span<byte> memory)
{
    private const int InRegister = 0xc0;
    private const int AddressOffset8 = 0x40;
    private const int AddressOffset32 = 0x80;
    private const int AddressFromCode = 0x05;
    private const int NoIndex = 0x24;

    private readonly Span<byte> _memory = memory;

    /// <summary>Bytes so far.</summary>
    internal int Position { get; private set; }

    internal void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_memory[Position..]);
        Position += bytes.Length;
    }

    /// <summary>movdqu, 16 bytes from any address.</summary>
    internal void Load(int to, GeneralRegister address, int offset)
    {
        Opcode(0xf3, to, (int)address, 0x6f);
        Memory(to, address, offset);
    }

    /// <summary>movdqu, 16 bytes to any address.</summary>
    internal void Store(int from, GeneralRegister address, int offset)
    {
        Opcode(0xf3, from, (int)address, 0x7f);
        Memory(from, address, offset);
    }

    /// <summary>movdqa.</summary>
    internal void Move(int to, int from) => Registers(to, from, 0x6f);

    /// <summary>paddd.</summary>
    internal void Add(int to, int from) => Registers(to, from, 0xfe);

    /// <summary>paddd of 16 bytes at a multiple of 16 before this code.</summary>
    internal void AddConstant(int to, int position)
    {
        Opcode(0x66, to, 0, 0xfe);
        CodeMemory(to, position);
    }

    /// <summary>paddd of 16 bytes at an address that is a multiple of 16.</summary>
    internal void Add(int to, GeneralRegister address, int offset)
    {
        Opcode(0x66, to, (int)address, 0xfe);
        Memory(to, address, offset);
    }

    /// <summary>pshufb by 16 bytes at a multiple of 16 before this code.</summary>
    internal void ShuffleBytes(int register, int position)
    {
        Opcode(0x66, register, 0, 0x38, 0x00);
        CodeMemory(register, position);
    }

    /// <summary>pshufd.</summary>
    internal void ShuffleWords(int to, int from, byte order)
    {
        Registers(to, from, 0x70);
        Byte(order);
    }

    /// <summary>palignr: 16 of the 32 bytes of two registers, <paramref name="to"/> the upper ones.</summary>
    internal void Align(int to, int low, byte bytes)
    {
        Registers(to, low, 0x3a, 0x0f);
        Byte(bytes);
    }

    /// <summary>pblendw: the upper half of another register.</summary>
    internal void TakeUpperHalf(int to, int from)
    {
        Registers(to, from, 0x3a, 0x0e);
        Byte(0xf0);
    }

    /// <summary>sha256rnds2, which takes two sums of word and constant from register 0.</summary>
    internal void TwoRounds(int to, int from) => ShaRegisters(to, from, 0xcb);

    /// <summary>sha256msg1.</summary>
    internal void Message1(int to, int from) => ShaRegisters(to, from, 0xcc);

    /// <summary>sha256msg2.</summary>
    internal void Message2(int to, int from) => ShaRegisters(to, from, 0xcd);

    internal void Add(GeneralRegister register, sbyte number)
    {
        Byte(0x48 | ((int)register >> 3));
        Byte(0x83);
        Byte(InRegister | ((int)register & 7));
        Byte((byte)number);
    }

    /// <summary>dec, and a jump back if it is not zero then.</summary>
    internal void DecrementAndRepeat(GeneralRegister register, int position)
    {
        Byte(0x48 | ((int)register >> 3));
        Byte(0xff);
        Byte(InRegister | 0x08 | ((int)register & 7));
        Byte(0x0f);
        Byte(0x85);
        Int32(position - (Position + sizeof(int)));
    }

    /// <summary>vzeroupper, without which old instructions wait for the upper halves that others left behind.</summary>
    internal void ClearUpperHalves() => Write([0xc5, 0xf8, 0x77]);

    internal void Return() => Byte(0xc3);

    private void Registers(int to, int from, params ReadOnlySpan<byte> opcode)
    {
        Opcode(0x66, to, from, opcode);
        Byte(InRegister | ((to & 7) << 3) | (from & 7));
    }

    private void ShaRegisters(int to, int from, byte opcode)
    {
        Opcode(prefix: 0, to, from, 0x38, opcode);
        Byte(InRegister | ((to & 7) << 3) | (from & 7));
    }

    private void Opcode(int prefix, int register, int other, params ReadOnlySpan<byte> opcode)
    {
        if (prefix != 0)
            Byte(prefix);
        int extension = 0x40 | (register >> 3 << 2) | (other >> 3);
        if (extension != 0x40)
            Byte(extension);
        Byte(0x0f);
        foreach (byte part in opcode)
            Byte(part);
    }

    private void Memory(int register, GeneralRegister address, int offset)
    {
        bool isShort = offset is >= sbyte.MinValue and <= sbyte.MaxValue;
        Byte((isShort ? AddressOffset8 : AddressOffset32) | ((register & 7) << 3) | ((int)address & 7));
        if (address == GeneralRegister.Rsp)
            Byte(NoIndex);
        if (isShort)
            Byte(offset);
        else
            Int32(offset);
    }

    // Counted from the end of the instruction, which ends here.
    private void CodeMemory(int register, int position)
    {
        Byte(AddressFromCode | ((register & 7) << 3));
        Int32(position - (Position + sizeof(int)));
    }

    private void Byte(int value) => _memory[Position++] = (byte)value;

    private void Int32(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_memory[Position..], value);
        Position += sizeof(int);
    }
}
