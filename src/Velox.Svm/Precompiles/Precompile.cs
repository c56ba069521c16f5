using System.Buffers.Binary;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>A signature check that runs in the place of a program: it has no accounts, costs no units and logs nothing.</summary>
/// <remarks>
/// The message loop runs it in instruction order (move_precompile_verification_to_svm); no program can call it. Keys,
/// signatures and messages may lie in the data of any instruction of the transaction (Agave precompiles/src).
/// </remarks>
public abstract class Precompile
{
    private static readonly Ed25519Precompile Ed25519 = new();
    private static readonly Secp256k1Precompile Secp256k1 = new();
    private static readonly Secp256r1Precompile Secp256r1 = new();

    private protected Precompile()
    {
    }

    public abstract Address Id { get; }

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Precompile> All { get; } = [Ed25519, Secp256k1, Secp256r1];

    /// <summary>The precompile with this id, or null.</summary>
    public static Precompile? Find(in Address id) =>
        id == ProgramIds.Ed25519Precompile ? Ed25519
        : id == ProgramIds.Secp256k1Precompile ? Secp256k1
        : id == ProgramIds.Secp256r1Precompile ? Secp256r1
        : null;

    /// <summary>Checks every signature that an instruction names. Errors: Custom(<see cref="PrecompileError"/>).</summary>
    /// <param name="data">The instruction's data.</param>
    /// <param name="transaction">The transaction, whose instructions' data it may refer to.</param>
    public InstructionError Verify(ReadOnlySpan<byte> data, in TransactionView transaction) =>
        Check(data, in transaction) is { } error ? InstructionError.Custom((uint)error) : InstructionError.None;

    private protected abstract PrecompileError? Check(ReadOnlySpan<byte> data, in TransactionView transaction);

    /// <summary>Reads one field of an entry of offsets.</summary>
    private protected static ushort Field(ReadOnlySpan<byte> entry, int index) =>
        BinaryPrimitives.ReadUInt16LittleEndian(entry[(index * sizeof(ushort))..]);

    /// <summary>The bytes that offsets name; false when they are not there.</summary>
    /// <param name="data">The precompile's own data: instruction 0xFFFF.</param>
    /// <param name="transaction">The transaction.</param>
    /// <param name="instruction">Number of the instruction in whose data they lie.</param>
    /// <param name="offset">First byte.</param>
    /// <param name="length">Bytes.</param>
    /// <param name="bytes">The bytes.</param>
    private protected static bool TrySlice(
        ReadOnlySpan<byte> data, in TransactionView transaction, ushort instruction, ushort offset, int length,
        out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (instruction != ushort.MaxValue)
        {
            if (instruction >= transaction.InstructionCount)
                return false;
            data = transaction.Instruction(instruction).Data;
        }

        if (offset + length > data.Length)
            return false;
        bytes = data.Slice(offset, length);
        return true;
    }
}
