using System.Buffers;

namespace Velox.Bpf;

/// <summary>A run between two instructions: registers, suspended callers, and what stack and heap hold. Immutable.</summary>
/// <remarks>
/// <para>What the host mapped is the host's: it is part of a snapshot only where <see cref="VirtualMachine.TakeSnapshot"/> was
/// asked for it. Host functions, <see cref="VirtualMachine.Context"/> and the units left are never part of one.</para>
/// <para>The bytes carry no signature: a changed snapshot is refused or is a state of the same program in the same memory, and
/// ends alike in all tiers; but which state, its author chooses.</para>
/// </remarks>
public sealed class VmSnapshot
{
    internal VmSnapshot(SnapshotState state) => State = state;

    /// <summary>The program's instruction set; read from bytes, without what rooms have added to it.</summary>
    public Dialect Dialect => State.Dialect;

    /// <summary>The instruction to run next.</summary>
    public int InstructionIndex => State.InstructionIndex;

    /// <summary>Functions entered and not left, without the first.</summary>
    public int CallDepth => State.Frames.Length;

    /// <summary>r0 to r10.</summary>
    public ReadOnlySpan<ulong> Registers => State.Registers;

    internal SnapshotState State { get; }

    /// <summary>Writes it in its binary form, little-endian, with a version in front.</summary>
    public void Write(IBufferWriter<byte> writer) => SnapshotFormat.Write(State, writer);

    /// <summary>It in its binary form.</summary>
    public byte[] ToArray()
    {
        var writer = new ArrayBufferWriter<byte>();
        Write(writer);
        return writer.WrittenSpan.ToArray();
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="SnapshotException">The bytes are no snapshot.</exception>
    public static VmSnapshot Read(ReadOnlySpan<byte> bytes)
    {
        SnapshotError? error = TryRead(bytes, out VmSnapshot? snapshot);
        return snapshot ?? throw new SnapshotException(error!);
    }

    /// <summary>Reads what <see cref="Write"/> wrote; the error when the bytes, which may be anything, are no snapshot, else null.</summary>
    public static SnapshotError? TryRead(ReadOnlySpan<byte> bytes, out VmSnapshot? snapshot)
    {
        SnapshotError? error = SnapshotFormat.TryRead(bytes, out SnapshotState? state);
        snapshot = state is null ? null : new VmSnapshot(state);
        return error;
    }
}
