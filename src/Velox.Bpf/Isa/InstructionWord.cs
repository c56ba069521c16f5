using System.Buffers.Binary;

namespace Velox.Bpf;

/// <summary>One encoded instruction: 8 bytes, little-endian.</summary>
/// <remarks>Opcode 8 bits; destination in the low and source in the high 4 bits of the next byte; offset 16; immediate 32 (RFC 9669, 3.1).</remarks>
public readonly record struct InstructionWord(byte Opcode, byte Destination, byte Source, short Offset, int Immediate)
{
    /// <summary>Bytes of one slot.</summary>
    public const int Bytes = 8;

    /// <summary>Reads the slot at an index. The text must hold it.</summary>
    public static InstructionWord Read(ReadOnlySpan<byte> text, int index)
    {
        ulong bits = BinaryPrimitives.ReadUInt64LittleEndian(text[(index * Bytes)..]);
        return new InstructionWord(
            (byte)bits, (byte)((bits >> 8) & 15), (byte)((bits >> 12) & 15), (short)(bits >> 16), (int)(bits >> 32));
    }

    /// <summary>Writes the slot.</summary>
    /// <param name="destination">At least 8 bytes.</param>
    public void Write(Span<byte> destination)
    {
        ulong bits = Opcode | ((ulong)(Destination & 15) << 8) | ((ulong)(Source & 15) << 12)
            | ((ulong)(ushort)Offset << 16) | ((ulong)(uint)Immediate << 32);
        BinaryPrimitives.WriteUInt64LittleEndian(destination, bits);
    }
}
