using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Velox.Bpf.Threaded;

/// <summary>What is computed of two operands; each is compiled into a handler of its own.</summary>
internal interface IArithmetic
{
    static abstract ulong Apply(ulong left, ulong right);
}

/// <summary>What is made of one operand.</summary>
internal interface IConversion
{
    static abstract ulong Apply(ulong value);
}

internal struct Add64 : IArithmetic { public static ulong Apply(ulong left, ulong right) => left + right; }
internal struct Sub64 : IArithmetic { public static ulong Apply(ulong left, ulong right) => left - right; }
internal struct Mul64 : IArithmetic { public static ulong Apply(ulong left, ulong right) => left * right; }
internal struct Or64 : IArithmetic { public static ulong Apply(ulong left, ulong right) => left | right; }
internal struct And64 : IArithmetic { public static ulong Apply(ulong left, ulong right) => left & right; }
internal struct Xor64 : IArithmetic { public static ulong Apply(ulong left, ulong right) => left ^ right; }
internal struct Lsh64 : IArithmetic { public static ulong Apply(ulong left, ulong right) => left << (int)right; }
internal struct Rsh64 : IArithmetic { public static ulong Apply(ulong left, ulong right) => left >> (int)right; }
internal struct Arsh64 : IArithmetic { public static ulong Apply(ulong left, ulong right) => (ulong)((long)left >> (int)right); }
internal struct Div64 : IArithmetic { public static ulong Apply(ulong left, ulong right) => Arithmetic.Divide(left, right); }
internal struct Mod64 : IArithmetic { public static ulong Apply(ulong left, ulong right) => Arithmetic.Modulo(left, right); }
internal struct ReverseSub64 : IArithmetic { public static ulong Apply(ulong left, ulong right) => right - left; }
internal struct Neg64 : IArithmetic { public static ulong Apply(ulong left, ulong right) => 0 - left; }
internal struct MulHigh64 : IArithmetic { public static ulong Apply(ulong left, ulong right) => HighProduct.Of(left, right); }
internal struct Add32 : IArithmetic { public static ulong Apply(ulong left, ulong right) => (uint)left + (uint)right; }
internal struct Sub32 : IArithmetic { public static ulong Apply(ulong left, ulong right) => (uint)left - (uint)right; }
internal struct Mul32 : IArithmetic { public static ulong Apply(ulong left, ulong right) => (uint)left * (uint)right; }
internal struct Or32 : IArithmetic { public static ulong Apply(ulong left, ulong right) => (uint)left | (uint)right; }
internal struct And32 : IArithmetic { public static ulong Apply(ulong left, ulong right) => (uint)left & (uint)right; }
internal struct Xor32 : IArithmetic { public static ulong Apply(ulong left, ulong right) => (uint)left ^ (uint)right; }
internal struct Lsh32 : IArithmetic { public static ulong Apply(ulong left, ulong right) => (uint)left << (int)right; }
internal struct Rsh32 : IArithmetic { public static ulong Apply(ulong left, ulong right) => (uint)left >> (int)right; }
internal struct Arsh32 : IArithmetic { public static ulong Apply(ulong left, ulong right) => (uint)((int)left >> (int)right); }
internal struct Div32 : IArithmetic { public static ulong Apply(ulong left, ulong right) => Arithmetic.Divide((uint)left, (uint)right); }
internal struct Mod32 : IArithmetic { public static ulong Apply(ulong left, ulong right) => Arithmetic.Modulo((uint)left, (uint)right); }
internal struct ReverseSub32 : IArithmetic { public static ulong Apply(ulong left, ulong right) => (uint)right - (uint)left; }
internal struct Neg32 : IArithmetic { public static ulong Apply(ulong left, ulong right) => 0 - (uint)left; }
internal struct AddSx32 : IArithmetic { public static ulong Apply(ulong left, ulong right) => (ulong)(long)(int)((uint)left + (uint)right); }
internal struct SubSx32 : IArithmetic { public static ulong Apply(ulong left, ulong right) => (ulong)(long)(int)((uint)left - (uint)right); }
internal struct MulSx32 : IArithmetic { public static ulong Apply(ulong left, ulong right) => (ulong)(long)(int)((uint)left * (uint)right); }
internal struct Truncate16 : IArithmetic { public static ulong Apply(ulong left, ulong right) => (ushort)left; }
internal struct Truncate32 : IArithmetic { public static ulong Apply(ulong left, ulong right) => (uint)left; }
internal struct SwapBytes16 : IArithmetic { public static ulong Apply(ulong left, ulong right) => BinaryPrimitives.ReverseEndianness((ushort)left); }
internal struct SwapBytes32 : IArithmetic { public static ulong Apply(ulong left, ulong right) => BinaryPrimitives.ReverseEndianness((uint)left); }
internal struct SwapBytes64 : IArithmetic { public static ulong Apply(ulong left, ulong right) => BinaryPrimitives.ReverseEndianness(left); }
internal struct SDiv64 : IArithmetic { public static ulong Apply(ulong left, ulong right) => Arithmetic.SignedDivide(left, right); }
internal struct SMod64 : IArithmetic { public static ulong Apply(ulong left, ulong right) => Arithmetic.SignedModulo(left, right); }
internal struct SDiv32 : IArithmetic { public static ulong Apply(ulong left, ulong right) => Arithmetic.SignedDivide((uint)left, (uint)right); }
internal struct SMod32 : IArithmetic { public static ulong Apply(ulong left, ulong right) => Arithmetic.SignedModulo((uint)left, (uint)right); }
internal struct SMulHigh64 : IArithmetic { public static ulong Apply(ulong left, ulong right) => HighProduct.OfSigned(left, right); }
internal struct Truncate64 : IArithmetic { public static ulong Apply(ulong left, ulong right) => left; }

internal struct Mov64 : IConversion { public static ulong Apply(ulong value) => value; }
internal struct Mov32 : IConversion { public static ulong Apply(ulong value) => (uint)value; }
internal struct MovSx8To32 : IConversion { public static ulong Apply(ulong value) => (uint)(sbyte)value; }
internal struct MovSx16To32 : IConversion { public static ulong Apply(ulong value) => (uint)(short)value; }
internal struct MovSx8To64 : IConversion { public static ulong Apply(ulong value) => (ulong)(sbyte)value; }
internal struct MovSx16To64 : IConversion { public static ulong Apply(ulong value) => (ulong)(short)value; }
internal struct MovSx32To64 : IConversion { public static ulong Apply(ulong value) => (ulong)(int)value; }

/// <summary>Calls of their own: with the low half, which has an address, in a handler's frame it could not jump to the next.</summary>
internal static class HighProduct
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static ulong Of(ulong left, ulong right) => Math.BigMul(left, right, out _);

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static ulong OfSigned(ulong left, ulong right) => (ulong)Math.BigMul((long)left, (long)right, out _);
}
