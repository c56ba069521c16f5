using System.Runtime.InteropServices;

namespace Velox.Bpf;

/// <summary>What arithmetic computes, whatever its width and the place of its operand.</summary>
internal enum ArithmeticKind : byte
{
    /// <summary>No arithmetic.</summary>
    None,

    Add, Subtract, Multiply, MultiplyHigh, Divide, Modulo,
    Or, And, Xor,
    ShiftLeft, ShiftRight, ArithmeticShiftRight,
    Move,

    /// <summary>Operand minus register.</summary>
    ReverseSubtract,
    Negate,

    /// <summary>The source's low bits, extended with their sign to the width.</summary>
    SignExtend,

    /// <summary>The register's own low bits.</summary>
    Truncate,

    /// <summary>The bytes of the register's own low bits, in reverse.</summary>
    SwapBytes,
}

/// <summary>The meaning of an arithmetic operation.</summary>
[StructLayout(LayoutKind.Sequential, Size = 8)] // a power of two, so that the table is indexed without a multiplication
internal readonly record struct ArithmeticMeaning
{
    private static readonly ArithmeticMeaning[] Table = BuildTable();

    internal required ArithmeticKind Kind { get; init; }

    /// <summary>Whether it computes on 64 bits, else on 32.</summary>
    internal bool IsWide { get; init; }

    /// <summary>Whether the operand is the source register, else the immediate.</summary>
    internal bool IsRegister { get; init; }

    /// <summary>Of divisions and high products: whether the numbers have a sign.</summary>
    internal bool IsSigned { get; init; }

    /// <summary>Of divisions: whether zero, and overflow where there is a sign, stop the program.</summary>
    internal bool Traps { get; init; }

    /// <summary>Whether the 32-bit result is extended with its sign, not with zeros.</summary>
    internal bool ExtendsResult { get; init; }

    /// <summary>How many bits are extended, kept or swapped; others 0.</summary>
    internal byte Bits { get; init; }

    /// <summary>The meaning of an operation; <see cref="ArithmeticKind.None"/> for those that are no arithmetic.</summary>
    internal static ref readonly ArithmeticMeaning Of(Operation operation) => ref Table[(int)operation];

    private static ArithmeticMeaning[] BuildTable()
    {
        var table = new ArithmeticMeaning[byte.MaxValue + 1];
        Both(Operation.Add64Imm, Operation.Add32Imm, new() { Kind = ArithmeticKind.Add });
        Both(Operation.Sub64Imm, Operation.Sub32Imm, new() { Kind = ArithmeticKind.Subtract });
        Both(Operation.Mul64Imm, Operation.Mul32Imm, new() { Kind = ArithmeticKind.Multiply });
        Both(Operation.Div64Imm, Operation.Div32Imm, new() { Kind = ArithmeticKind.Divide });
        Both(Operation.Mod64Imm, Operation.Mod32Imm, new() { Kind = ArithmeticKind.Modulo });
        Both(Operation.SDiv64Imm, Operation.SDiv32Imm, new() { Kind = ArithmeticKind.Divide, IsSigned = true });
        Both(Operation.SMod64Imm, Operation.SMod32Imm, new() { Kind = ArithmeticKind.Modulo, IsSigned = true });
        Both(Operation.DivOrTrap64Imm, Operation.DivOrTrap32Imm, new() { Kind = ArithmeticKind.Divide, Traps = true });
        Both(Operation.ModOrTrap64Imm, Operation.ModOrTrap32Imm, new() { Kind = ArithmeticKind.Modulo, Traps = true });
        Both(Operation.SDivOrTrap64Imm, Operation.SDivOrTrap32Imm, new() { Kind = ArithmeticKind.Divide, IsSigned = true, Traps = true });
        Both(Operation.SModOrTrap64Imm, Operation.SModOrTrap32Imm, new() { Kind = ArithmeticKind.Modulo, IsSigned = true, Traps = true });
        Both(Operation.Or64Imm, Operation.Or32Imm, new() { Kind = ArithmeticKind.Or });
        Both(Operation.And64Imm, Operation.And32Imm, new() { Kind = ArithmeticKind.And });
        Both(Operation.Xor64Imm, Operation.Xor32Imm, new() { Kind = ArithmeticKind.Xor });
        Both(Operation.Lsh64Imm, Operation.Lsh32Imm, new() { Kind = ArithmeticKind.ShiftLeft });
        Both(Operation.Rsh64Imm, Operation.Rsh32Imm, new() { Kind = ArithmeticKind.ShiftRight });
        Both(Operation.Arsh64Imm, Operation.Arsh32Imm, new() { Kind = ArithmeticKind.ArithmeticShiftRight });
        Both(Operation.Mov64Imm, Operation.Mov32Imm, new() { Kind = ArithmeticKind.Move });
        Pair(Operation.MulHigh64Imm, new() { Kind = ArithmeticKind.MultiplyHigh, IsWide = true });
        Pair(Operation.SMulHigh64Imm, new() { Kind = ArithmeticKind.MultiplyHigh, IsWide = true, IsSigned = true });
        Pair(Operation.AddSx32Imm, new() { Kind = ArithmeticKind.Add, ExtendsResult = true });
        Pair(Operation.SubSx32Imm, new() { Kind = ArithmeticKind.Subtract, ExtendsResult = true });
        Pair(Operation.MulSx32Imm, new() { Kind = ArithmeticKind.Multiply, ExtendsResult = true });

        Set(Operation.ReverseSub64Imm, new() { Kind = ArithmeticKind.ReverseSubtract, IsWide = true });
        Set(Operation.ReverseSub32Imm, new() { Kind = ArithmeticKind.ReverseSubtract });
        Set(Operation.Neg64, new() { Kind = ArithmeticKind.Negate, IsWide = true });
        Set(Operation.Neg32, new() { Kind = ArithmeticKind.Negate });
        Set(Operation.MovWide, new() { Kind = ArithmeticKind.Move, IsWide = true });
        Set(Operation.MovSx8To32, new() { Kind = ArithmeticKind.SignExtend, IsRegister = true, Bits = 8 });
        Set(Operation.MovSx16To32, new() { Kind = ArithmeticKind.SignExtend, IsRegister = true, Bits = 16 });
        Set(Operation.MovSx8To64, new() { Kind = ArithmeticKind.SignExtend, IsRegister = true, IsWide = true, Bits = 8 });
        Set(Operation.MovSx16To64, new() { Kind = ArithmeticKind.SignExtend, IsRegister = true, IsWide = true, Bits = 16 });
        Set(Operation.MovSx32To64, new() { Kind = ArithmeticKind.SignExtend, IsRegister = true, IsWide = true, Bits = 32 });
        Set(Operation.Truncate16, new() { Kind = ArithmeticKind.Truncate, Bits = 16 });
        Set(Operation.Truncate32, new() { Kind = ArithmeticKind.Truncate, Bits = 32 });
        Set(Operation.Truncate64, new() { Kind = ArithmeticKind.Truncate, Bits = 64 });
        Set(Operation.SwapBytes16, new() { Kind = ArithmeticKind.SwapBytes, Bits = 16 });
        Set(Operation.SwapBytes32, new() { Kind = ArithmeticKind.SwapBytes, Bits = 32 });
        Set(Operation.SwapBytes64, new() { Kind = ArithmeticKind.SwapBytes, Bits = 64 });
        return table;

        void Both(Operation wide, Operation narrow, ArithmeticMeaning meaning)
        {
            Pair(wide, meaning with { IsWide = true });
            Pair(narrow, meaning);
        }

        void Pair(Operation immediate, ArithmeticMeaning meaning)
        {
            Set(immediate, meaning);
            Set(immediate + 1, meaning with { IsRegister = true });
        }

        void Set(Operation operation, ArithmeticMeaning meaning) => table[(int)operation] = meaning;
    }
}
