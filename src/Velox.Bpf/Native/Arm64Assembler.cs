using System.Numerics;

namespace Velox.Bpf;

/// <summary>Registers of AArch64 by their encoding. 31 is zero or the stack pointer, as the instruction has it.</summary>
internal enum Arm64 : byte
{
    X0, X1, X2, X3, X4, X5, X6, X7, X8, X9, X10, X11, X12, X13, X14, X15,
    X16, X17, X18, X19, X20, X21, X22, X23, X24, X25, X26, X27, X28, X29, X30,
    Zero,
    StackPointer = Zero,
}

/// <summary>Conditions by their encoding; the lowest bit negates.</summary>
internal enum Arm64Condition : byte
{
    Equal = 0, NotEqual = 1, AboveOrEqual = 2, Below = 3, Above = 8, BelowOrEqual = 9,
    GreaterOrEqual = 10, Less = 11, Greater = 12, LessOrEqual = 13,
}

/// <summary>Sums by their encoding.</summary>
internal enum Arm64Sum : byte
{
    Add, AddFlags, Sub, SubFlags,
}

/// <summary>Bitwise operations by their encoding.</summary>
internal enum Arm64Logic : byte
{
    And, Or, Xor, AndFlags,
}

/// <summary>Instructions of two sources by their encoding.</summary>
internal enum Arm64Binary : byte
{
    UnsignedDivide = 2, SignedDivide = 3, ShiftLeft = 8, ShiftRight = 9, ArithmeticShiftRight = 10,
}

/// <summary>What is done with the base register of an access.</summary>
internal enum Arm64Index : byte
{
    /// <summary>Access at the base, then add.</summary>
    Post = 1,

    /// <summary>Nothing: the offset only counts for the access.</summary>
    Offset = 2,

    /// <summary>Add, then access.</summary>
    Pre = 3,
}

/// <summary>Writes AArch64 instructions into a buffer (Arm Architecture Reference Manual, DDI 0487, C6). Knows nothing of BPF.</summary>
/// <remarks>The buffer must have room; operands must fit: methods named <c>Try</c> write nothing where one does not.</remarks>
internal unsafe struct Arm64Assembler
{
    /// <summary>What every instruction takes.</summary>
    internal const int InstructionBytes = 4;

    private readonly byte* _start;
    private byte* _next;

    internal Arm64Assembler(byte* buffer)
    {
        _start = buffer;
        _next = buffer;
        IsInRange = true;
    }

    internal readonly int Position => (int)(_next - _start);

    /// <summary>Whether all distances patched so far fitted into their instructions.</summary>
    internal bool IsInRange { get; private set; }

    internal void Word(uint value)
    {
        *(uint*)_next = value;
        _next += InstructionBytes;
    }

    /// <summary>Writes a word that stands before.</summary>
    internal readonly void SetWord(int at, uint value) => *(uint*)(_start + at) = value;

    /// <summary>Leaves out bytes that are written later.</summary>
    internal void Skip(int bytes) => _next += bytes;

    /// <summary>Makes the branch or <c>adr</c> at a position point to another.</summary>
    internal void Patch(int at, int target)
    {
        uint* instruction = (uint*)(_start + at);
        int distance = target - at;
        if ((*instruction & 0x7c00_0000) == 0x1400_0000)
        {
            IsInRange &= Fits(distance, 28);
            *instruction |= (uint)(distance >> 2) & 0x3ff_ffff;
        }
        else if ((*instruction & 0x1f00_0000) == 0x1000_0000)
        {
            IsInRange &= Fits(distance, 21);
            *instruction |= (((uint)distance & 3) << 29) | (((uint)(distance >> 2) & 0x7_ffff) << 5);
        }
        else
        {
            IsInRange &= Fits(distance, 21);
            *instruction |= ((uint)(distance >> 2) & 0x7_ffff) << 5;
        }
    }

    internal void PatchHere(int at) => Patch(at, Position);

    internal void Move(bool wide, Arm64 to, Arm64 from) => Logic(wide, Arm64Logic.Or, to, Arm64.Zero, from);

    /// <summary>Moves from or to the stack pointer.</summary>
    internal void MoveStackPointer(Arm64 to, Arm64 from) => TrySum(true, Arm64Sum.Add, to, from, 0);

    /// <summary>A constant of 64 bits: one to four instructions.</summary>
    internal void MoveImmediate(Arm64 to, long value)
    {
        int zeros = 0, ones = 0;
        for (int part = 0; part < 4; part++)
        {
            ushort bits = (ushort)(value >> (16 * part));
            zeros += bits == 0 ? 1 : 0;
            ones += bits == ushort.MaxValue ? 1 : 0;
        }

        if (zeros < 3 && ones < 3 && TryLogic(true, Arm64Logic.Or, to, Arm64.Zero, (ulong)value))
            return;
        bool isInverted = ones > zeros;
        ushort filler = isInverted ? ushort.MaxValue : (ushort)0;
        bool isFirst = true;
        for (uint part = 0; part < 4; part++)
        {
            ushort bits = (ushort)(value >> (int)(16 * part));
            bool isLastChance = part == 3 && isFirst;
            if (bits == filler && !isLastChance)
                continue;
            if (isFirst)
                Word((isInverted ? 0x9280_0000 : 0xd280_0000) | (part << 21) | ((uint)(ushort)(bits ^ filler) << 5) | (uint)to);
            else
                Word(0xf280_0000 | (part << 21) | ((uint)bits << 5) | (uint)to);
            isFirst = false;
        }
    }

    internal void Sum(bool wide, Arm64Sum operation, Arm64 to, Arm64 left, Arm64 right, int shiftLeft = 0) =>
        Word(Wide(wide) | 0x0b00_0000 | ((uint)operation << 29) | ((uint)right << 16) | ((uint)shiftLeft << 10) | Pair(to, left));

    /// <summary>With an immediate of 0 to 4095, or a multiple of 4096 below 2^24.</summary>
    internal bool TrySum(bool wide, Arm64Sum operation, Arm64 to, Arm64 left, long immediate)
    {
        bool isShifted = (immediate & 0xfff) == 0 && immediate != 0;
        long bits = isShifted ? immediate >> 12 : immediate;
        if (bits is < 0 or > 0xfff)
            return false;
        Word(Wide(wide) | 0x1100_0000 | ((uint)operation << 29) | (isShifted ? 1u << 22 : 0) | ((uint)bits << 10) | Pair(to, left));
        return true;
    }

    internal void Logic(bool wide, Arm64Logic operation, Arm64 to, Arm64 left, Arm64 right) =>
        Word(Wide(wide) | 0x0a00_0000 | ((uint)operation << 29) | ((uint)right << 16) | Pair(to, left));

    /// <summary>With an immediate that is a repeated, rotated run of ones.</summary>
    internal bool TryLogic(bool wide, Arm64Logic operation, Arm64 to, Arm64 left, ulong immediate)
    {
        if (!TryEncodeMask(wide ? immediate : (uint)immediate | (immediate << 32), out uint mask))
            return false;
        Word(Wide(wide) | 0x1200_0000 | ((uint)operation << 29) | mask | Pair(to, left));
        return true;
    }

    /// <summary>If the condition holds compares, else sets the flags N, Z, C, V from the four bits.</summary>
    internal void CompareIf(Arm64Condition condition, Arm64 left, Arm64 right, int otherwise) =>
        Word(0xfa40_0000 | ((uint)right << 16) | ((uint)condition << 12) | ((uint)left << 5) | (uint)otherwise);

    /// <summary>csel: one of two registers.</summary>
    internal void Select(Arm64Condition condition, Arm64 to, Arm64 where, Arm64 otherwise) =>
        Word(0x9a80_0000 | ((uint)otherwise << 16) | ((uint)condition << 12) | Pair(to, where));

    internal void Binary(bool wide, Arm64Binary operation, Arm64 to, Arm64 left, Arm64 right) =>
        Word(Wide(wide) | 0x1ac0_0000 | ((uint)right << 16) | ((uint)operation << 10) | Pair(to, left));

    internal void Multiply(bool wide, Arm64 to, Arm64 left, Arm64 right) =>
        Word(Wide(wide) | 0x1b00_7c00 | ((uint)right << 16) | Pair(to, left));

    /// <summary>to = minuend - left * right.</summary>
    internal void MultiplySubtract(bool wide, Arm64 to, Arm64 left, Arm64 right, Arm64 minuend) =>
        Word(Wide(wide) | 0x1b00_8000 | ((uint)right << 16) | ((uint)minuend << 10) | Pair(to, left));

    /// <summary>The high half of the product.</summary>
    internal void MultiplyHigh(bool isSigned, Arm64 to, Arm64 left, Arm64 right) =>
        Word((isSigned ? 0x9b40_7c00 : 0x9bc0_7c00) | ((uint)right << 16) | Pair(to, left));

    internal void ShiftLeft(bool wide, Arm64 to, Arm64 from, int count)
    {
        int bits = wide ? 64 : 32;
        BitField(wide, isSigned: false, to, from, (bits - count) & (bits - 1), bits - 1 - count);
    }

    internal void ShiftRight(bool wide, bool isSigned, Arm64 to, Arm64 from, int count) =>
        BitField(wide, isSigned, to, from, count, wide ? 63 : 31);

    /// <summary>The low bits, extended with the sign or with zeros.</summary>
    internal void Extend(bool wide, bool isSigned, int bits, Arm64 to, Arm64 from) => BitField(wide, isSigned, to, from, 0, bits - 1);

    /// <summary>Bits of a register, moved to the lowest place.</summary>
    internal void ExtractBits(Arm64 to, Arm64 from, int lowest, int count) =>
        BitField(true, isSigned: false, to, from, lowest, lowest + count - 1);

    /// <summary>Reverses the bytes of each 16 bits, of 32 bits, or of 64.</summary>
    internal void ReverseBytes(int bits, Arm64 to, Arm64 from) =>
        Word((bits == 64 ? 0xdac0_0c00 : bits == 32 ? 0x5ac0_0800u : 0x5ac0_0400) | Pair(to, from));

    /// <summary>Loads 1, 2, 4 or 8 bytes, extended to 64 bits. Takes what <see cref="IsOffset"/> says.</summary>
    internal void Load(int bytes, bool isSigned, Arm64 to, Arm64 baseRegister, int offset) =>
        Transfer(bytes, isSigned ? 2u : 1, to, baseRegister, offset);

    /// <summary>Stores 1, 2, 4 or 8 bytes. Takes what <see cref="IsOffset"/> says.</summary>
    internal void Store(int bytes, Arm64 from, Arm64 baseRegister, int offset) => Transfer(bytes, 0, from, baseRegister, offset);

    /// <summary>Whether an access can have this offset: -256 to 255, or a multiple of the size below 4096 of them.</summary>
    internal static bool IsOffset(int bytes, int offset) =>
        offset is >= -256 and <= 255 || (offset >= 0 && offset % bytes == 0 && offset / bytes < 4096);

    /// <summary>As <see cref="Load"/>, from the sum of two registers.</summary>
    internal void LoadIndexed(int bytes, bool isSigned, Arm64 to, Arm64 baseRegister, Arm64 index, bool isScaled = false) =>
        TransferIndexed(bytes, isSigned ? 2u : 1, to, baseRegister, index, isScaled);

    /// <summary>As <see cref="Store"/>, to the sum of two registers.</summary>
    internal void StoreIndexed(int bytes, Arm64 from, Arm64 baseRegister, Arm64 index) =>
        TransferIndexed(bytes, 0, from, baseRegister, index, isScaled: false);

    /// <summary>Loads a word and moves the base register by -256 to 255 bytes.</summary>
    internal void LoadMoving(Arm64 to, Arm64 baseRegister, int step, Arm64Index index) =>
        Word(0xf840_0000 | (((uint)step & 0x1ff) << 12) | ((uint)index << 10) | Pair(to, baseRegister));

    /// <summary>Stores a word and moves the base register by -256 to 255 bytes.</summary>
    internal void StoreMoving(Arm64 from, Arm64 baseRegister, int step, Arm64Index index) =>
        Word(0xf800_0000 | (((uint)step & 0x1ff) << 12) | ((uint)index << 10) | Pair(from, baseRegister));

    /// <summary>Loads two words; the offset is a multiple of 8 from -512 to 504.</summary>
    internal void LoadPair(Arm64 first, Arm64 second, Arm64 baseRegister, int offset, Arm64Index index = Arm64Index.Offset) =>
        TransferPair(1u << 22, first, second, baseRegister, offset, index);

    /// <summary>Stores two words; the offset is a multiple of 8 from -512 to 504.</summary>
    internal void StorePair(Arm64 first, Arm64 second, Arm64 baseRegister, int offset, Arm64Index index = Arm64Index.Offset) =>
        TransferPair(0, first, second, baseRegister, offset, index);

    /// <summary>The address of a position that is patched in, up to 1 MiB away.</summary>
    internal int Address(Arm64 to) => Placed(0x1000_0000 | (uint)to);

    /// <summary>Jumps up to 128 MiB; as all jumps returns where to patch the target in.</summary>
    internal int Jump() => Placed(0x1400_0000);

    internal void JumpTo(int target) => Patch(Jump(), target);

    /// <summary>As <see cref="Jump"/>, with the return address in x30.</summary>
    internal int Call() => Placed(0x9400_0000);

    internal void CallTo(int target) => Patch(Call(), target);

    /// <summary>Jumps up to 1 MiB.</summary>
    internal int JumpIf(Arm64Condition condition) => Placed(0x5400_0000 | (uint)condition);

    /// <summary>Jumps up to 1 MiB when a register is zero, or when it is not.</summary>
    internal int JumpIfZero(bool wide, bool isZero, Arm64 register) =>
        Placed(Wide(wide) | (isZero ? 0x3400_0000u : 0x3500_0000) | (uint)register);

    internal void JumpRegister(Arm64 register) => Word(0xd61f_0000 | ((uint)register << 5));

    internal void CallRegister(Arm64 register) => Word(0xd63f_0000 | ((uint)register << 5));

    internal void Return() => Word(0xd65f_03c0);

    internal void SystemCall() => Word(0xd400_0001);

    /// <summary>Reads CTR_EL0: the line sizes of the caches.</summary>
    internal void ReadCacheType(Arm64 to) => Word(0xd53b_0020 | (uint)to);

    /// <summary>Writes the data line at an address back to where instructions are fetched from.</summary>
    internal void CleanDataLine(Arm64 address) => Word(0xd50b_7b20 | (uint)address);

    /// <summary>Forgets the instruction line at an address.</summary>
    internal void InvalidateInstructionLine(Arm64 address) => Word(0xd50b_7520 | (uint)address);

    /// <summary>Waits until earlier memory and cache operations are seen by all processors.</summary>
    internal void DataBarrier() => Word(0xd503_3b9f);

    /// <summary>Fetches what follows anew.</summary>
    internal void InstructionBarrier() => Word(0xd503_3fdf);

    private int Placed(uint instruction)
    {
        Word(instruction);
        return Position - InstructionBytes;
    }

    private void BitField(bool wide, bool isSigned, Arm64 to, Arm64 from, int rotate, int last) =>
        Word((wide ? 0x9340_0000 : 0x1300_0000u) | (isSigned ? 0 : 0x4000_0000u) | ((uint)rotate << 16) | ((uint)last << 10) | Pair(to, from));

    private void Transfer(int bytes, uint kind, Arm64 register, Arm64 baseRegister, int offset)
    {
        uint form = ((uint)int.Log2(bytes) << 30) | (kind << 22) | Pair(register, baseRegister);
        if (offset >= 0 && offset % bytes == 0)
            Word(form | 0x3900_0000 | ((uint)(offset / bytes) << 10));
        else
            Word(form | 0x3800_0000 | (((uint)offset & 0x1ff) << 12));
    }

    private void TransferIndexed(int bytes, uint kind, Arm64 register, Arm64 baseRegister, Arm64 index, bool isScaled) =>
        Word(((uint)int.Log2(bytes) << 30) | (kind << 22) | 0x3820_6800 | ((uint)index << 16) | (isScaled ? 1u << 12 : 0) | Pair(register, baseRegister));

    private void TransferPair(uint kind, Arm64 first, Arm64 second, Arm64 baseRegister, int offset, Arm64Index index) =>
        Word(0xa800_0000 | kind | ((uint)index << 23) | (((uint)(offset / 8) & 0x7f) << 15) | ((uint)second << 10) | Pair(first, baseRegister));

    private static uint Wide(bool wide) => wide ? 1u << 31 : 0;

    private static uint Pair(Arm64 to, Arm64 from) => ((uint)from << 5) | (uint)to;

    private static bool Fits(int distance, int bits) => distance >> (bits - 1) == distance >> 31;

    /// <summary>The fields N, immr, imms of a mask: an element of 2 to 64 bits, repeated, in which a run of ones is rotated.</summary>
    private static bool TryEncodeMask(ulong value, out uint fields)
    {
        fields = 0;
        if (value is 0 or ulong.MaxValue)
            return false;
        int size = 64;
        while (size > 2 && value == BitOperations.RotateRight(value, size / 2))
            size /= 2;
        ulong element = size == 64 ? value : value & ((1ul << size) - 1);
        // Turns the run so that it starts at bit 0.
        int ones = BitOperations.PopCount(element);
        int start = (element & 1) == 0
            ? BitOperations.TrailingZeroCount(element)
            : (size - LeadingOnes(element, size)) % size;
        ulong run = ones == 64 ? ulong.MaxValue : (1ul << ones) - 1;
        if (Rotate(element, start, size) != run)
            return false;
        uint rotate = (uint)((size - start) % size);
        uint sizeBits = size == 64 ? 0 : (uint)(-size << 1) & 0x3f;
        fields = (size == 64 ? 1u << 22 : 0) | (rotate << 16) | ((sizeBits | (uint)(ones - 1)) << 10);
        return true;
    }

    private static int LeadingOnes(ulong element, int size) => BitOperations.LeadingZeroCount(~(element << (64 - size)));

    private static ulong Rotate(ulong element, int right, int size)
    {
        ulong turned = right == 0 ? element : (element >> right) | (element << (size - right));
        return size == 64 ? turned : turned & ((1ul << size) - 1);
    }
}
