namespace Velox.Bpf;

/// <summary>The processor that code is written for.</summary>
public enum NativeArchitecture : byte
{
    X64,
    Arm64,
}

/// <summary>Registers of emitted code: the program's r0 to r9, and two that are free within one instruction.</summary>
public enum NativeRegister : byte
{
    R0, R1, R2, R3, R4, R5, R6, R7, R8, R9,
    Free0, Free1,
}

/// <summary>Two-operand arithmetic on 64 bits.</summary>
public enum NativeArithmetic : byte
{
    Add,
    Subtract,
    And,
    Or,
    Xor,
}

/// <summary>Comparisons of 64 bits.</summary>
public enum NativeCondition : byte
{
    Equal,
    NotEqual,
    UnsignedBelow,
    UnsignedAboveOrEqual,
    UnsignedAbove,
    UnsignedBelowOrEqual,
    Less,
    GreaterOrEqual,
    Greater,
    LessOrEqual,
}

/// <summary>Writes the native code of one added instruction, the same source for every processor.</summary>
/// <remarks>
/// <para>The program's registers may be read. What the instruction changes, registers and memory, changes after the last
/// <see cref="FallBackIf(NativeCondition, NativeRegister, NativeRegister)"/>: what falls back calls the instruction's function, which must find everything
/// as it was.</para>
/// <para>Nothing here is checked: an address that is loaded from or stored to is the emitter's to know valid, best by taking
/// it from a word of the host's (<see cref="VirtualMachine.HostWords"/>) or from a constant.</para>
/// </remarks>
public interface INativeCode
{
    /// <summary>The processor.</summary>
    NativeArchitecture Architecture { get; }

    /// <summary>to = value.</summary>
    void Constant(NativeRegister to, long value);

    /// <summary>to = the machine's word of that index.</summary>
    void HostWord(NativeRegister to, int index);

    /// <summary>to = 1, 2, 4 or 8 bytes at [address + displacement], extended with zeros.</summary>
    /// <param name="bytes">1, 2, 4 or 8.</param>
    /// <param name="to">Where to.</param>
    /// <param name="address">An address of the host's.</param>
    /// <param name="displacement">A multiple of the size from 0 to 255 of them.</param>
    void Load(int bytes, NativeRegister to, NativeRegister address, int displacement);

    /// <summary>[address + displacement] = the low 1, 2, 4 or 8 bytes; takes what <see cref="Load"/> takes.</summary>
    void Store(int bytes, NativeRegister from, NativeRegister address, int displacement);

    /// <summary>to = from.</summary>
    void Move(NativeRegister to, NativeRegister from);

    /// <summary>to = to op from.</summary>
    void Compute(NativeArithmetic operation, NativeRegister to, NativeRegister from);

    /// <summary>to = to &lt;&lt; count; 1 to 63.</summary>
    void ShiftLeft(NativeRegister to, int count);

    /// <summary>to = to &gt;&gt; count, filled with zeros; 1 to 63.</summary>
    void ShiftRight(NativeRegister to, int count);

    /// <summary>to = from where the comparison holds.</summary>
    void MoveIf(NativeCondition condition, NativeRegister left, NativeRegister right, NativeRegister to, NativeRegister from);

    /// <summary>Leaves for a call of the instruction's function where the comparison holds.</summary>
    void FallBackIf(NativeCondition condition, NativeRegister left, NativeRegister right);

    /// <summary>
    /// <see cref="NativeRegister.Free0"/> = the host's address of a range of the program's memory. Leaves for a call of the
    /// instruction's function where the machine does not see at a glance that all of it may be accessed so.
    /// </summary>
    /// <param name="address">One of the program's registers: where the range begins.</param>
    /// <param name="bytes">Its length, at most 2^31 - 1: a register of the program's or <see cref="NativeRegister.Free1"/>,
    /// whose value is lost either way.</param>
    /// <param name="isStore">Whether it is to be written.</param>
    void HostAddress(NativeRegister address, NativeRegister bytes, bool isStore);

    /// <summary>
    /// <see cref="NativeRegister.Free0"/> = a C function of r1 to r5 and a word of the host's: six arguments and a result of 64
    /// bits. All registers of the program stay. Only for x86-64.
    /// </summary>
    /// <param name="functionWord">The host word with the function's address, which the code has seen not to be 0: in C# a method
    /// marked <see cref="System.Runtime.InteropServices.UnmanagedCallersOnlyAttribute"/>, as the garbage collector must be told of the way back. It
    /// throws nothing, does not touch the machine, and if it has done nothing may say so by a result to fall back for.</param>
    /// <param name="argumentWord">The host word that is the sixth argument.</param>
    void Call(int functionWord, int argumentWord);

    /// <summary>The processor's own number of a register, for <see cref="Machine"/>.</summary>
    int NumberOf(NativeRegister register);

    /// <summary>
    /// Instructions of the processor, at most <see cref="AddedEmitter.MaxBytes"/> with everything else. They keep to the free
    /// registers and, on x86-64, to all vector registers, on ARM64 to v0 to v7 and v16 to v31; they call nothing.
    /// </summary>
    void Machine(scoped ReadOnlySpan<byte> code);
}

/// <summary>What an added instruction is in native code.</summary>
public abstract class AddedEmitter
{
    /// <summary>Most bytes that one instruction may become.</summary>
    public const int MaxBytes = 512;

    /// <summary>Whether it writes code for a processor; where not, native code calls the function.</summary>
    public virtual bool Supports(NativeArchitecture architecture) => true;

    /// <summary>
    /// Writes the code. The instruction's price has been looked at before and is taken after it. The frame pointer r10 is never among the
    /// operands here: the function is called for it.
    /// </summary>
    /// <param name="code">What to write to.</param>
    /// <param name="instruction">The instruction: the numbers of its registers, offset and immediate.</param>
    public abstract void Emit<TCode>(ref TCode code, InstructionWord instruction)
        where TCode : struct, INativeCode, allows ref struct;
}
