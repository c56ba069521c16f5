namespace Velox.Bpf;

/// <summary>The operands of one execution of an added instruction; what its form does not have is 0.</summary>
/// <param name="Destination">The destination register's value.</param>
/// <param name="Source">The source register's value.</param>
/// <param name="Offset">The offset field.</param>
/// <param name="Immediate">The immediate field.</param>
public readonly record struct AddedOperands(ulong Destination, ulong Source, short Offset, int Immediate);

/// <summary>What an added instruction does.</summary>
/// <param name="call">Memory, meter, context and r1 to r5, as a host function has them; not to be kept.</param>
/// <param name="operands">Its operands.</param>
/// <returns>The destination's new value, for an instruction that writes it. Ignored when the call failed.</returns>
public delegate ulong AddedFunction(HostCall call, AddedOperands operands);

/// <summary>An instruction that another room brings along: how it is written, what is allowed, what it does and costs.</summary>
/// <remarks>
/// <see cref="Dialect.With"/> makes a dialect that has it: assembler, disassembler, verifier and interpreter then know it, and
/// native code calls its function, or has in its place what its <see cref="Emitter"/> writes. Immutable.
/// </remarks>
/// <example>
/// <code>
/// var larger = new AddedInstruction(0xe7, "max64", OperandForm.Register, (_, x) => Math.Max(x.Destination, x.Source));
/// Dialect dialect = Dialect.Ebpf.With("ebpf-max", larger);
/// </code>
/// </example>
/// <param name="Opcode">The first byte of its encoding; not 0. Instructions may share one, told apart by <see cref="Selector"/>.</param>
/// <param name="Mnemonic">Its name in assembly, not taken in the dialect.</param>
/// <param name="Form">Its operands: none, one or two registers, register and immediate, or one of the memory forms.</param>
/// <param name="Function">What it does.</param>
public sealed record AddedInstruction(byte Opcode, string Mnemonic, OperandForm Form, AddedFunction Function)
{
    /// <summary>The field that must equal <see cref="Key"/>; not one that the form uses.</summary>
    public OpcodeSelector Selector { get; init; }

    /// <summary>What the selected field holds.</summary>
    public int Key { get; init; }

    /// <summary>Whether the function's result goes into the destination register.</summary>
    public bool WritesDestination { get; init; } = true;

    /// <summary>What it costs, beside the unit of every instruction.</summary>
    public ulong PriceUnits { get; init; }

    /// <summary>A rule of its own for the verifier: what is wrong, with value and bound, or null.</summary>
    public Func<InstructionWord, string?>? Check { get; init; }

    /// <summary>What native code has in place of a call of the function; null for the call.</summary>
    public AddedEmitter? Emitter { get; init; }
}
