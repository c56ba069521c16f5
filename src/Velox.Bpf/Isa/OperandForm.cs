namespace Velox.Bpf;

/// <summary>Which fields of an instruction mean something, and what.</summary>
public enum OperandForm : byte
{
    /// <summary>No operand: exit.</summary>
    None,

    /// <summary>dst, imm.</summary>
    Immediate,

    /// <summary>dst, src.</summary>
    Register,

    /// <summary>dst.</summary>
    Unary,

    /// <summary>dst, 64-bit imm, in two slots.</summary>
    Wide,

    /// <summary>dst, [src + off].</summary>
    Load,

    /// <summary>[dst + off], imm.</summary>
    StoreImmediate,

    /// <summary>[dst + off], src.</summary>
    StoreRegister,

    /// <summary>[dst + off], src; writes src or r0 when it fetches.</summary>
    Atomic,

    /// <summary>off.</summary>
    Jump,

    /// <summary>imm: a jump further than 16 bits reach.</summary>
    JumpFar,

    /// <summary>dst, imm, off.</summary>
    JumpImmediate,

    /// <summary>dst, src, off.</summary>
    JumpRegister,

    /// <summary>imm: a host function's key, or a local function by key or distance.</summary>
    Call,

    /// <summary>A register, in the field that the dialect says.</summary>
    CallRegister,
}
