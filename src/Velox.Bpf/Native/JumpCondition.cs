namespace Velox.Bpf;

/// <summary>When a conditional jump is taken.</summary>
/// <param name="Condition">What is compared, or <see cref="NativeCondition.NotEqual"/> to 0 where bits are tested.</param>
/// <param name="TestsBits">Whether the operands are joined by "and", and the result compared with 0.</param>
/// <param name="IsWide">Whether 64 bits are compared, else 32.</param>
/// <param name="IsRegister">Whether the right operand is the source register, else the immediate.</param>
internal readonly record struct JumpCondition(NativeCondition Condition, bool TestsBits, bool IsWide, bool IsRegister)
{
    private static readonly JumpCondition[] Table = BuildTable();

    /// <summary>The condition of an operation from <see cref="Operation.JumpEq64Imm"/> to <see cref="Operation.JumpSLe32Reg"/>.</summary>
    internal static ref readonly JumpCondition Of(Operation operation) => ref Table[operation - Operation.JumpEq64Imm];

    private static JumpCondition[] BuildTable()
    {
        var table = new JumpCondition[Operation.JumpSLe32Reg - Operation.JumpEq64Imm + 1];
        Four(Operation.JumpEq64Imm, NativeCondition.Equal);
        Four(Operation.JumpNe64Imm, NativeCondition.NotEqual);
        Four(Operation.JumpSet64Imm, NativeCondition.NotEqual, testsBits: true);
        Four(Operation.JumpGt64Imm, NativeCondition.UnsignedAbove);
        Four(Operation.JumpGe64Imm, NativeCondition.UnsignedAboveOrEqual);
        Four(Operation.JumpLt64Imm, NativeCondition.UnsignedBelow);
        Four(Operation.JumpLe64Imm, NativeCondition.UnsignedBelowOrEqual);
        Four(Operation.JumpSGt64Imm, NativeCondition.Greater);
        Four(Operation.JumpSGe64Imm, NativeCondition.GreaterOrEqual);
        Four(Operation.JumpSLt64Imm, NativeCondition.Less);
        Four(Operation.JumpSLe64Imm, NativeCondition.LessOrEqual);
        return table;

        // In the order of the operations: 64-bit immediate, 64-bit register, 32-bit immediate, 32-bit register.
        void Four(Operation first, NativeCondition condition, bool testsBits = false)
        {
            for (int i = 0; i < 4; i++)
                table[first - Operation.JumpEq64Imm + i] = new(condition, testsBits, IsWide: i < 2, IsRegister: i % 2 == 1);
        }
    }
}
