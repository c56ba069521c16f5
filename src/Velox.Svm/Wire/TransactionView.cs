using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>
/// A parsed and sanitised transaction, read in place: it keeps the caller's bytes and the offsets of their fields, and
/// allocates nothing. It is 240 bytes: pass it by <c>in</c>.
/// </summary>
/// <remarks>
/// The bytes stay the caller's and must not change while the view is in use. Signatures, blockhash age, duplicate keys
/// and lookup tables are not judged here: they need state. The <c>default</c> value has no field of any kind.
/// </remarks>
public readonly struct TransactionView
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly TransactionFrame _frame;

    /// <summary>Parses and sanitises exactly one transaction; no byte may follow it.</summary>
    /// <param name="bytes">Untrusted bytes.</param>
    /// <param name="view">The view; <c>default</c> on error.</param>
    /// <returns><see cref="WireError.None"/>, or the first cause met in wire order.</returns>
    public static WireError TryParse(ReadOnlyMemory<byte> bytes, out TransactionView view)
    {
        // In place, as 240 bytes are slow to copy: nobody has seen the view before.
        view = default;
        Unsafe.AsRef(in view._bytes) = bytes;
        WireError error = TransactionParser.Parse(bytes.Span, ref Unsafe.AsRef(in view._frame));
        if (error != WireError.None)
            view = default;
        return error;
    }

    /// <summary>The whole serialized transaction.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes;

    public TransactionVersion Version => _frame.Version;

    /// <summary>1 to 12; equals <see cref="RequiredSignatures"/>.</summary>
    public int SignatureCount => _frame.SignatureCount;

    /// <summary>The message: what each signature signs, version byte included.</summary>
    public ReadOnlySpan<byte> Message => _bytes.Span[_frame.MessageOffset.._frame.MessageEnd];

    /// <summary>The first this many static keys are signers.</summary>
    public int RequiredSignatures => _frame.RequiredSignatures;

    /// <summary>The last this many signers are read-only; below <see cref="RequiredSignatures"/>.</summary>
    public int ReadonlySigned => _frame.ReadonlySigned;

    /// <summary>The last this many static keys are read-only and no signers.</summary>
    public int ReadonlyUnsigned => _frame.ReadonlyUnsigned;

    /// <summary>1 to 38; up to 64 of version 1.</summary>
    public int StaticKeyCount => _frame.StaticKeyCount;

    /// <summary>The first static key, which signs, is writable and pays the fee.</summary>
    public Address FeePayer => StaticKey(0);

    /// <summary>All static keys, in place.</summary>
    // Unsafe only in name: an address is 32 bytes without alignment or invalid values, and the parser has checked the bounds.
    internal ReadOnlySpan<Address> StaticKeys =>
        MemoryMarshal.Cast<byte, Address>(Slice(_frame.StaticKeysOffset, StaticKeyCount * Address.Size));

    /// <summary>Where the first signature and the static keys are among the bytes.</summary>
    internal (int Signature, int StaticKeys) Offsets => (_frame.SignaturesOffset, _frame.StaticKeysOffset);

    /// <summary>A recent blockhash, or the value of a durable nonce.</summary>
    public Hash256 RecentBlockhash => new(Slice(_frame.BlockhashOffset, Hash256.Size));

    /// <summary>0 to 64.</summary>
    public int InstructionCount => _frame.InstructionCount;

    /// <summary>0 to 31; 0 unless the version is 0.</summary>
    public int LookupCount => _frame.LookupCount;

    /// <summary>How many accounts all lookups together load writable.</summary>
    public int WritableLookupAccounts => _frame.WritableLookupAccounts;

    /// <summary>How many accounts all lookups together load read-only.</summary>
    public int ReadonlyLookupAccounts => _frame.ReadonlyLookupAccounts;

    /// <summary>
    /// Static keys, then the writable looked-up accounts of all lookups, then the read-only ones: the order in which
    /// account indexes count. 1 to 256.
    /// </summary>
    public int AccountCount => StaticKeyCount + WritableLookupAccounts + ReadonlyLookupAccounts;

    /// <summary>What a v1 message asks for; empty for the others, which have compute budget instructions.</summary>
    public TransactionConfig Config =>
        Version == TransactionVersion.Version1
            ? Version1Parser.ReadConfig(_bytes.Span[_frame.ConfigOffset..], _frame.ConfigMask)
            : default;

    /// <exception cref="ArgumentOutOfRangeException">Not 0 to <see cref="SignatureCount"/> - 1.</exception>
    public Signature Signature(int index)
    {
        CheckIndex(index, SignatureCount);
        return new Signature(
            Slice(_frame.SignaturesOffset + (index * Primitives.Signature.Size), Primitives.Signature.Size));
    }

    /// <exception cref="ArgumentOutOfRangeException">Not 0 to <see cref="StaticKeyCount"/> - 1.</exception>
    public Address StaticKey(int index)
    {
        CheckIndex(index, StaticKeyCount);
        return new Address(Slice(_frame.StaticKeysOffset + index * Address.Size, Address.Size));
    }

    /// <summary>Whether the static key must have signed.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not 0 to <see cref="StaticKeyCount"/> - 1.</exception>
    public bool IsStaticSigner(int index)
    {
        CheckIndex(index, StaticKeyCount);
        return index < RequiredSignatures;
    }

    /// <summary>
    /// Whether the header asks for the static key to be writable. The runtime may still demote it: reserved keys and
    /// called programs are never writable.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Not 0 to <see cref="StaticKeyCount"/> - 1.</exception>
    public bool IsStaticWritable(int index)
    {
        CheckIndex(index, StaticKeyCount);
        return index < RequiredSignatures
            ? index < RequiredSignatures - ReadonlySigned
            : index < StaticKeyCount - ReadonlyUnsigned;
    }

    /// <summary>Reads one instruction at its stored offset.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not 0 to <see cref="InstructionCount"/> - 1.</exception>
    public InstructionView Instruction(int index)
    {
        CheckIndex(index, InstructionCount);
        if (Version == TransactionVersion.Version1)
            return Version1Instruction(index);
        // The parser has read the same bytes without error, so the errors here are always None.
        var reader = new WireReader(_bytes.Span, _frame.InstructionOffsets[index]);
        _ = reader.ReadByte(out byte programIndex);
        _ = reader.ReadByteList(out ReadOnlySpan<byte> accounts);
        _ = reader.ReadByteList(out ReadOnlySpan<byte> data);
        return new InstructionView(programIndex, accounts, data);
    }

    /// <summary>The program of an instruction, as its index among the static keys.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not 0 to <see cref="InstructionCount"/> - 1.</exception>
    internal int ProgramIndex(int index)
    {
        CheckIndex(index, InstructionCount);
        int offset = Version == TransactionVersion.Version1
            ? _frame.InstructionHeadersOffset + (index * Version1Parser.InstructionHeaderSize)
            : _frame.InstructionOffsets[index];
        return _bytes.Span[offset];
    }

    /// <summary>One instruction's data, in place.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not 0 to <see cref="InstructionCount"/> - 1.</exception>
    public ReadOnlyMemory<byte> InstructionData(int index) => DataOf(Instruction(index));

    /// <summary>The data of one of its instructions, in place.</summary>
    internal ReadOnlyMemory<byte> DataOf(InstructionView instruction)
    {
        ReadOnlySpan<byte> data = instruction.Data;
        nint offset = Unsafe.ByteOffset(ref MemoryMarshal.GetReference(_bytes.Span), ref MemoryMarshal.GetReference(data));
        return data.IsEmpty ? default : _bytes.Slice((int)offset, data.Length);
    }

    /// <summary>Reads one address table lookup at its stored offset.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not 0 to <see cref="LookupCount"/> - 1.</exception>
    public LookupView Lookup(int index)
    {
        CheckIndex(index, LookupCount);
        // As above: the parser has already read these bytes without error.
        var reader = new WireReader(_bytes.Span, _frame.LookupOffsets[index]);
        _ = reader.ReadBytes(Address.Size, out ReadOnlySpan<byte> tableKey);
        _ = reader.ReadByteList(out ReadOnlySpan<byte> writable);
        _ = reader.ReadByteList(out ReadOnlySpan<byte> readOnly);
        return new LookupView(new Address(tableKey), writable, readOnly);
    }

    private InstructionView Version1Instruction(int index)
    {
        int headerOffset = _frame.InstructionHeadersOffset + (index * Version1Parser.InstructionHeaderSize);
        ReadOnlySpan<byte> header = Slice(headerOffset, Version1Parser.InstructionHeaderSize);
        int accountsOffset = _frame.InstructionOffsets[index];
        return new InstructionView(
            header[0],
            Slice(accountsOffset, header[1]),
            Slice(accountsOffset + header[1], BinaryPrimitives.ReadUInt16LittleEndian(header[2..])));
    }

    private ReadOnlySpan<byte> Slice(int offset, int length) => _bytes.Span.Slice(offset, length);

    private static void CheckIndex(int index, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, count);
    }
}
