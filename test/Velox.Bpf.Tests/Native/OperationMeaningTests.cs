using System.Text.RegularExpressions;

namespace Velox.Bpf.Tests;

/// <summary>What the compilers' tables say of an operation is what its name says.</summary>
public sealed partial class OperationMeaningTests
{
    public static TheoryData<Operation> Operations => [.. Enum.GetValues<Operation>()];

    public static TheoryData<Operation> ConditionalJumps =>
        [.. Enum.GetValues<Operation>().Where(operation => operation is >= Operation.JumpEq64Imm and <= Operation.JumpSLe32Reg)];

    [Theory]
    [MemberData(nameof(Operations))]
    public void Arithmetic_is_what_its_name_says(Operation operation)
    {
        ArithmeticMeaning meaning = ArithmeticMeaning.Of(operation);
        string name = operation.ToString();
        if (operation is <= Operation.Overrun or >= Operation.Load8)
        {
            Assert.Equal(ArithmeticKind.None, meaning.Kind);
        }
        else if (BitsPattern().Match(name) is { Success: true } bits)
        {
            Assert.Equal(KindOf(bits.Groups["kind"].Value), meaning.Kind);
            Assert.Equal(bits.Groups["bits"].Value, $"{meaning.Bits}");
            Assert.Equal(bits.Groups["width"].Value == "64", meaning.IsWide);
        }
        else
        {
            Match match = OperandPattern().Match(name);
            Assert.True(match.Success, name);
            Assert.Equal(KindOf(match.Groups["kind"].Value), meaning.Kind);
            Assert.Equal(match.Groups["width"].Value is "64" or "Wide", meaning.IsWide);
            Assert.Equal(match.Groups["form"].Value == "Reg", meaning.IsRegister);
            Assert.Equal(match.Groups["signed"].Success, meaning.IsSigned);
            Assert.Equal(match.Groups["traps"].Success, meaning.Traps);
            Assert.Equal(match.Groups["extends"].Success, meaning.ExtendsResult);
        }
    }

    [Theory]
    [MemberData(nameof(ConditionalJumps))]
    public void A_jump_has_the_condition_that_its_name_says(Operation operation)
    {
        JumpCondition condition = JumpCondition.Of(operation);
        Match match = JumpPattern().Match(operation.ToString());
        Assert.True(match.Success, operation.ToString());
        NativeCondition expected = match.Groups["condition"].Value switch
        {
            "Eq" => NativeCondition.Equal,
            "Ne" or "Set" => NativeCondition.NotEqual,
            "Gt" => NativeCondition.UnsignedAbove,
            "Ge" => NativeCondition.UnsignedAboveOrEqual,
            "Lt" => NativeCondition.UnsignedBelow,
            "Le" => NativeCondition.UnsignedBelowOrEqual,
            "SGt" => NativeCondition.Greater,
            "SGe" => NativeCondition.GreaterOrEqual,
            "SLt" => NativeCondition.Less,
            _ => NativeCondition.LessOrEqual,
        };
        Assert.Equal(expected, condition.Condition);
        Assert.Equal(match.Groups["condition"].Value == "Set", condition.TestsBits);
        Assert.Equal(match.Groups["width"].Value == "64", condition.IsWide);
        Assert.Equal(match.Groups["form"].Value == "Reg", condition.IsRegister);
    }

    private static ArithmeticKind KindOf(string name) => name switch
    {
        "Add" => ArithmeticKind.Add,
        "Sub" => ArithmeticKind.Subtract,
        "ReverseSub" => ArithmeticKind.ReverseSubtract,
        "Mul" => ArithmeticKind.Multiply,
        "MulHigh" => ArithmeticKind.MultiplyHigh,
        "Div" => ArithmeticKind.Divide,
        "Mod" => ArithmeticKind.Modulo,
        "Or" => ArithmeticKind.Or,
        "And" => ArithmeticKind.And,
        "Xor" => ArithmeticKind.Xor,
        "Lsh" => ArithmeticKind.ShiftLeft,
        "Rsh" => ArithmeticKind.ShiftRight,
        "Arsh" => ArithmeticKind.ArithmeticShiftRight,
        "Mov" => ArithmeticKind.Move,
        "Neg" => ArithmeticKind.Negate,
        "MovSx" => ArithmeticKind.SignExtend,
        "Truncate" => ArithmeticKind.Truncate,
        "SwapBytes" => ArithmeticKind.SwapBytes,
        _ => ArithmeticKind.None,
    };

    [GeneratedRegex("^(?<kind>MovSx|Truncate|SwapBytes)(?<bits>8|16|32|64)(To(?<width>32|64))?$")]
    private static partial Regex BitsPattern();

    [GeneratedRegex("^(?<signed>S(?=Div|Mod|MulHigh))?(?<kind>[A-Z][a-z]+(High|Sub)?)(?<traps>OrTrap)?(?<extends>Sx)?(?<width>32|64|Wide)(?<form>Imm|Reg)?$")]
    private static partial Regex OperandPattern();

    [GeneratedRegex("^Jump(?<condition>[A-Za-z]+)(?<width>32|64)(?<form>Imm|Reg)$")]
    private static partial Regex JumpPattern();
}
