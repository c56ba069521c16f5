namespace Velox.BookVm;

/// <summary>Writes the few x86-64 instructions, AVX2 among them, that a price check is made of (Intel SDM volume 2).</summary>
/// <remarks>General registers are numbers from 0 to 15 as the processor has them, vector registers too. The buffer has room.</remarks>
internal ref struct X64Vectors(Span<byte> buffer)
{
    /// <summary>Maps of opcodes, as a VEX prefix names them.</summary>
    private const int Map0F = 1, Map0F38 = 2, Map0F3A = 3;

    /// <summary>Mandatory prefixes, as a VEX prefix names them.</summary>
    private const int NoPrefix = 0, Prefix66 = 1;

    private readonly Span<byte> _buffer = buffer;
    private int _length;

    internal readonly int Position => _length;

    internal readonly ReadOnlySpan<byte> Written => _buffer[.._length];

    /// <summary>vmovq vector, register: 64 bits, the rest zero.</summary>
    internal void ToVector(int vector, int from) => Vex(Map0F, Prefix66, 0x6e, vector, 0, from, isWide: true, is256: false);

    /// <summary>vmovq register, vector: the low 64 bits.</summary>
    internal void FromVector(int to, int vector) => Vex(Map0F, Prefix66, 0x7e, vector, 0, to, isWide: true, is256: false);

    /// <summary>vpbroadcastq: the low 64 bits to all four.</summary>
    internal void Broadcast(int to, int from) => Vex(Map0F38, Prefix66, 0x59, to, 0, from);

    /// <summary>vpcmpeqd: all bits set.</summary>
    internal void Ones(int vector) => Vex(Map0F, Prefix66, 0x76, vector, vector, vector);

    /// <summary>vpsllq: shifts each of the four.</summary>
    internal void ShiftLeft(int vector, int count)
    {
        Vex(Map0F, Prefix66, 0x73, 6, vector, vector);
        Byte(count);
    }

    /// <summary>vpxor.</summary>
    internal void Xor(int to, int left, int right) => Vex(Map0F, Prefix66, 0xef, to, left, right);

    /// <summary>vpxor to, left, [rcx + displacement]; -128 to 127.</summary>
    internal void XorWithMemory(int to, int left, int displacement)
    {
        VexPrefix(Map0F, Prefix66, to, left, rm: 1, isWide: false, is256: true);
        Byte(0xef);
        Byte(0x41 | ((to & 7) << 3));
        Byte(displacement);
    }

    /// <summary>vpcmpgtq: all bits of each of the four where left is greater, signed.</summary>
    internal void Greater(int to, int left, int right) => Vex(Map0F38, Prefix66, 0x37, to, left, right);

    /// <summary>vshufps 0x88: the even 32-bit parts of left, then of right, in each half.</summary>
    internal void EvenParts(int to, int left, int right)
    {
        Vex(Map0F, NoPrefix, 0xc6, to, left, right);
        Byte(0x88);
    }

    /// <summary>vpackssdw: 32-bit masks to 16, in each half.</summary>
    internal void Pack32(int to, int left, int right) => Vex(Map0F, Prefix66, 0x6b, to, left, right);

    /// <summary>vpacksswb: 16-bit masks to 8, in each half.</summary>
    internal void Pack16(int to, int left, int right) => Vex(Map0F, Prefix66, 0x63, to, left, right);

    /// <summary>vextracti128: the upper half.</summary>
    internal void UpperHalf(int to, int from)
    {
        Vex(Map0F3A, Prefix66, 0x39, from, 0, to);
        Byte(1);
    }

    /// <summary>vinserti128: left with another upper half.</summary>
    internal void WithUpperHalf(int to, int left, int upper)
    {
        Vex(Map0F3A, Prefix66, 0x38, to, left, upper);
        Byte(1);
    }

    /// <summary>vpunpcklwd: the lower 16-bit parts of both, in turns; 128 bits.</summary>
    internal void InterleaveLow(int to, int left, int right) => Vex(Map0F, Prefix66, 0x61, to, left, right, is256: false);

    /// <summary>vpunpckhwd: the upper 16-bit parts of both, in turns; 128 bits.</summary>
    internal void InterleaveHigh(int to, int left, int right) => Vex(Map0F, Prefix66, 0x69, to, left, right, is256: false);

    /// <summary>vpmovmskb: the highest bit of each of the 32 bytes.</summary>
    internal void MoveMask(int to, int vector) => Vex(Map0F, Prefix66, 0xd7, to, 0, vector);

    /// <summary>vzeroupper: later code without VEX prefixes stays fast.</summary>
    internal void ZeroUpper()
    {
        Byte(0xc5);
        Byte(0xf8);
        Byte(0x77);
    }

    /// <summary>mov to, from; 64 bits.</summary>
    internal void Move(int to, int from) => Plain(0x89, from, to, isWide: true);

    /// <summary>add to, from; 64 bits.</summary>
    internal void Add(int to, int from) => Plain(0x01, from, to, isWide: true);

    /// <summary>xor to, to; 32 bits.</summary>
    internal void Clear(int to) => Plain(0x31, to, to, isWide: false);

    /// <summary>not to; 32 bits.</summary>
    internal void Not32(int to) => Plain(0xf7, 2, to, isWide: false);

    /// <summary>cmp left, right; 64 bits.</summary>
    internal void Compare(int left, int right) => Plain(0x39, right, left, isWide: true);

    /// <summary>shl register, count; 64 bits.</summary>
    internal void ShiftRegisterLeft(int register, int count)
    {
        Plain(0xc1, 4, register, isWide: true);
        Byte(count);
    }

    /// <summary>sub register, -128 to 127; 64 bits.</summary>
    internal void SubtractImmediate(int register, int value)
    {
        Plain(0x83, 5, register, isWide: true);
        Byte(value);
    }

    /// <summary>popcnt to, from; 32 bits.</summary>
    internal void CountBits32(int to, int from)
    {
        Byte(0xf3);
        Byte(0x40 | ((to & 8) >> 1) | ((from & 8) >> 3));
        Byte(0x0f);
        Byte(0xb8);
        Byte(0xc0 | ((to & 7) << 3) | (from & 7));
    }

    /// <summary>mov [rdx], from; 32 bits.</summary>
    internal void Store32AtRdx(int from)
    {
        Byte(0x40 | ((from & 8) >> 1));
        Byte(0x89);
        Byte(0x02 | ((from & 7) << 3));
    }

    /// <summary>jb: back to a position, where the last comparison's left was below its right.</summary>
    internal void JumpBackIfBelow(int position)
    {
        const int jumpBytes = 6;
        int distance = position - (_length + jumpBytes);
        Byte(0x0f);
        Byte(0x82);
        for (int shift = 0; shift < 32; shift += 8)
            Byte(distance >> shift);
    }

    private void Plain(int opcode, int register, int rm, bool isWide)
    {
        Byte(0x40 | (isWide ? 8 : 0) | ((register & 8) >> 1) | ((rm & 8) >> 3));
        Byte(opcode);
        Byte(0xc0 | ((register & 7) << 3) | (rm & 7));
    }

    private void Vex(int map, int prefix, int opcode, int register, int second, int rm, bool isWide = false, bool is256 = true)
    {
        VexPrefix(map, prefix, register, second, rm, isWide, is256);
        Byte(opcode);
        Byte(0xc0 | ((register & 7) << 3) | (rm & 7));
    }

    private void VexPrefix(int map, int prefix, int register, int second, int rm, bool isWide, bool is256)
    {
        // Bits of register numbers are inverted in this prefix.
        Byte(0xc4);
        Byte(((register & 8) != 0 ? 0 : 0x80) | 0x40 | ((rm & 8) != 0 ? 0 : 0x20) | map);
        Byte((isWide ? 0x80 : 0) | ((~second & 15) << 3) | (is256 ? 4 : 0) | prefix);
    }

    private void Byte(int value) => _buffer[_length++] = (byte)value;
}
