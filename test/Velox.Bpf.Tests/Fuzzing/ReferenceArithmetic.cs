using System.Numerics;

namespace Velox.Bpf.Tests;

/// <summary>Arithmetic from the encoded slot, as RFC 9669 and sbpf's interpreter.rs have it.</summary>
internal static class ReferenceArithmetic
{
    /// <param name="version">Of sBPF; -1 for eBPF.</param>
    /// <param name="w">The instruction.</param>
    /// <param name="r">The registers.</param>
    internal static VmError Apply(int version, InstructionWord w, ulong[] r)
    {
        ref ulong destination = ref r[w.Destination];
        ulong source = (w.Opcode & 8) != 0 ? r[w.Source] : (ulong)w.Immediate;
        switch (w.Opcode)
        {
            case 0xd4:
                destination = Low(destination, w.Immediate);
                return VmError.None;
            case 0xdc or 0xd7:
                destination = Swap(destination, w.Immediate);
                return VmError.None;
            case 0xf7:
                destination |= (ulong)w.Immediate << 32;
                return VmError.None;
        }

        if (version == 2 && (w.Opcode & 7) == 6)
            return Product(w, ref destination, source);
        bool is64 = (w.Opcode & 7) == 7;
        int operation = w.Opcode >> 4;
        if (operation is 0x3 or 0x9)
            return Divide(version, operation == 0x9, w.Offset == 1 && version < 0, is64, ref destination, source);
        ulong value = operation switch
        {
            0x0 => destination + source,
            0x1 when version == 2 && (w.Opcode & 8) == 0 => source - destination,
            0x1 => destination - source,
            0x2 => destination * source,
            0x4 => destination | source,
            0x5 => destination & source,
            0x6 => destination << (int)(source & (is64 ? 63u : 31u)),
            0x7 => (is64 ? destination : (uint)destination) >> (int)(source & (is64 ? 63u : 31u)),
            0x8 => 0 - destination,
            0xa => destination ^ source,
            0xb => Move(version, w, source),
            _ => (ulong)((is64 ? (long)destination : (int)destination) >> (int)(source & (is64 ? 63u : 31u))),
        };
        bool isSignExtended = (version is 0 or 1 or 3 && operation <= 2)
            || (version == 2 && w.Opcode == 0xbc);
        destination = is64 ? value : isSignExtended ? (ulong)(int)value : (uint)value;
        return VmError.None;
    }

    private static ulong Move(int version, InstructionWord w, ulong source) => (version < 0 ? w.Offset : 0) switch
    {
        8 => (ulong)(sbyte)source,
        16 => (ulong)(short)source,
        32 => (ulong)(int)source,
        _ => source,
    };

    private static ulong Low(ulong value, int bits) => bits == 64 ? value : value & ((1ul << bits) - 1);

    private static ulong Swap(ulong value, int bits)
    {
        ulong swapped = 0;
        for (int i = 0; i < bits / 8; i++)
            swapped = (swapped << 8) | ((value >> (8 * i)) & 0xff);
        return swapped;
    }

    private static VmError Divide(int version, bool isModulo, bool isSigned, bool is64, ref ulong destination, ulong source)
    {
        BigInteger left = Number(destination, is64, isSigned);
        BigInteger right = Number(source, is64, isSigned);
        if (right.IsZero)
        {
            if (version >= 0)
                return VmError.DivideByZero;
            destination = isModulo ? (is64 ? destination : (uint)destination) : 0;
            return VmError.None;
        }

        destination = Wrap(isModulo ? BigInteger.Remainder(left, right) : BigInteger.Divide(left, right), is64);
        return VmError.None;
    }

    /// <summary>V2's class: 0x80 signed, 0x40 division, 0x20 high product or remainder, 0x10 64-bit.</summary>
    private static VmError Product(InstructionWord w, ref ulong destination, ulong source)
    {
        bool is64 = (w.Opcode & 0x10) != 0;
        bool isSigned = (w.Opcode & 0x80) != 0;
        bool isDivision = (w.Opcode & 0x40) != 0;
        bool isHigh = (w.Opcode & 0x20) != 0;
        // The 64-bit unsigned forms take the immediate without its sign.
        if ((w.Opcode & 8) == 0 && is64 && !isSigned && (isDivision || isHigh))
            source = (uint)source;
        BigInteger left = Number(destination, is64, isSigned);
        BigInteger right = Number(source, is64, isSigned);
        if (!isDivision)
        {
            BigInteger product = left * right;
            destination = Wrap(isHigh ? product >> 64 : product, is64);
            return VmError.None;
        }

        if (right.IsZero)
            return VmError.DivideByZero;
        BigInteger smallest = -(BigInteger.One << (is64 ? 63 : 31));
        if (isSigned && right == BigInteger.MinusOne && left == smallest)
            return VmError.DivideOverflow;
        destination = Wrap(isHigh ? BigInteger.Remainder(left, right) : BigInteger.Divide(left, right), is64);
        return VmError.None;
    }

    private static BigInteger Number(ulong value, bool is64, bool isSigned) => (is64, isSigned) switch
    {
        (true, true) => (long)value,
        (true, false) => value,
        (false, true) => (int)value,
        _ => (uint)value,
    };

    private static ulong Wrap(BigInteger value, bool is64) =>
        (ulong)(value & (is64 ? ulong.MaxValue : uint.MaxValue));
}
