namespace Velox.Bpf;

/// <summary>What an instruction does, whatever its dialect and encoding: the language of interpreter and native code.</summary>
/// <remarks>
/// <para>Where an operation takes a register or an immediate, the two stand together: Reg = Imm + 1. A comparing jump has
/// four: 64-bit Imm, 64-bit Reg, 32-bit Imm, 32-bit Reg.</para>
/// <para>32-bit operations take the low halves and zero the high half of the result, but those named <c>Sx</c>, which sign-extend
/// it (sBPF V0, V1 and V3). <c>Div</c> by zero gives 0 and <c>Mod</c> by zero leaves the dividend (RFC 9669); those named <c>OrTrap</c>
/// stop the program (sBPF). Shift counts are masked.</para>
/// </remarks>
public enum Operation : byte
{
    /// <summary>No instruction: the second slot of a wide load, or a call to nowhere. Stops the program.</summary>
    Unsupported,

    /// <summary>Stands behind the last instruction, so that running off the end needs no check.</summary>
    Overrun,

    Add64Imm, Add64Reg, Sub64Imm, Sub64Reg, Mul64Imm, Mul64Reg,
    Div64Imm, Div64Reg, Mod64Imm, Mod64Reg, SDiv64Imm, SDiv64Reg, SMod64Imm, SMod64Reg,
    DivOrTrap64Imm, DivOrTrap64Reg, ModOrTrap64Imm, ModOrTrap64Reg,
    SDivOrTrap64Imm, SDivOrTrap64Reg, SModOrTrap64Imm, SModOrTrap64Reg,
    MulHigh64Imm, MulHigh64Reg, SMulHigh64Imm, SMulHigh64Reg,
    Or64Imm, Or64Reg, And64Imm, And64Reg, Xor64Imm, Xor64Reg,
    Lsh64Imm, Lsh64Reg, Rsh64Imm, Rsh64Reg, Arsh64Imm, Arsh64Reg, Mov64Imm, Mov64Reg,

    Add32Imm, Add32Reg, Sub32Imm, Sub32Reg, Mul32Imm, Mul32Reg,
    AddSx32Imm, AddSx32Reg, SubSx32Imm, SubSx32Reg, MulSx32Imm, MulSx32Reg,
    Div32Imm, Div32Reg, Mod32Imm, Mod32Reg, SDiv32Imm, SDiv32Reg, SMod32Imm, SMod32Reg,
    DivOrTrap32Imm, DivOrTrap32Reg, ModOrTrap32Imm, ModOrTrap32Reg,
    SDivOrTrap32Imm, SDivOrTrap32Reg, SModOrTrap32Imm, SModOrTrap32Reg,
    Or32Imm, Or32Reg, And32Imm, And32Reg, Xor32Imm, Xor32Reg,
    Lsh32Imm, Lsh32Reg, Rsh32Imm, Rsh32Reg, Arsh32Imm, Arsh32Reg, Mov32Imm, Mov32Reg,

    /// <summary>Immediate minus register (sBPF V2).</summary>
    ReverseSub64Imm,
    ReverseSub32Imm,
    Neg64, Neg32,

    /// <summary>A 64-bit immediate; takes two slots and counts as one instruction.</summary>
    MovWide,
    MovSx8To32, MovSx16To32, MovSx8To64, MovSx16To64, MovSx32To64,

    /// <summary>Little-endian conversion on the machine that the VM is: keeps the low bits.</summary>
    Truncate16, Truncate32, Truncate64,
    SwapBytes16, SwapBytes32, SwapBytes64,

    Load8, Load16, Load32, Load64, LoadSx8, LoadSx16, LoadSx32,
    Store8Imm, Store8Reg, Store16Imm, Store16Reg, Store32Imm, Store32Reg, Store64Imm, Store64Reg,

    AtomicAdd32, AtomicAdd64, AtomicOr32, AtomicOr64, AtomicAnd32, AtomicAnd64, AtomicXor32, AtomicXor64,
    FetchAdd32, FetchAdd64, FetchOr32, FetchOr64, FetchAnd32, FetchAnd64, FetchXor32, FetchXor64,
    Exchange32, Exchange64, CompareExchange32, CompareExchange64,

    Jump,
    JumpEq64Imm, JumpEq64Reg, JumpEq32Imm, JumpEq32Reg,
    JumpNe64Imm, JumpNe64Reg, JumpNe32Imm, JumpNe32Reg,
    JumpSet64Imm, JumpSet64Reg, JumpSet32Imm, JumpSet32Reg,
    JumpGt64Imm, JumpGt64Reg, JumpGt32Imm, JumpGt32Reg,
    JumpGe64Imm, JumpGe64Reg, JumpGe32Imm, JumpGe32Reg,
    JumpLt64Imm, JumpLt64Reg, JumpLt32Imm, JumpLt32Reg,
    JumpLe64Imm, JumpLe64Reg, JumpLe32Imm, JumpLe32Reg,
    JumpSGt64Imm, JumpSGt64Reg, JumpSGt32Imm, JumpSGt32Reg,
    JumpSGe64Imm, JumpSGe64Reg, JumpSGe32Imm, JumpSGe32Reg,
    JumpSLt64Imm, JumpSLt64Reg, JumpSLt32Imm, JumpSLt32Reg,
    JumpSLe64Imm, JumpSLe64Reg, JumpSLe32Imm, JumpSLe32Reg,

    /// <summary>Calls the host function whose index is the immediate.</summary>
    CallHost,

    /// <summary>Calls the host function whose key is in a register (eBPF callx).</summary>
    CallHostRegister,

    /// <summary>Calls the function at the target.</summary>
    CallLocal,

    /// <summary>Calls the function at the address in a register (sBPF callx).</summary>
    CallRegister,

    /// <summary>Runs the added instruction whose index is the immediate's high half; the low half is the field.</summary>
    Added,

    /// <summary>Returns from a function, or ends the program.</summary>
    Exit,
}
