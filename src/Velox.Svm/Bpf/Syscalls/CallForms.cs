using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Velox.Bpf;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>How a language lays out the arguments of a call. All integers are little-endian.</summary>
internal interface ICallForm
{
    /// <summary>Bytes of an account info.</summary>
    static abstract int InfoBytes { get; }

    /// <summary>Reads program and data into the frame, takes the price, and checks the metas; false when the program has ended.</summary>
    static abstract bool TryReadInstruction(scoped in HostCall call, InstructionFrame frame, out CallMetas metas);

    /// <summary>Reads one meta that was checked.</summary>
    static abstract void ReadMeta(scoped in HostCall call, CallMetas metas, int index, out Address address, out bool isSigner, out bool isWritable);

    /// <summary>Where an account info says that the account's key is.</summary>
    static abstract ulong KeyAddress(ReadOnlySpan<byte> info);

    /// <summary>Finds what an account info points to; false when the program has ended.</summary>
    static abstract bool TryTranslate(
        scoped in HostCall call, ReadOnlySpan<byte> info, ulong infoAddress, in SerializedAccount serialized, bool isRestricted,
        out CallerAccount account);
}

/// <summary>An instruction's account metas in program memory.</summary>
/// <param name="Address">Of the first.</param>
/// <param name="Count">How many.</param>
internal readonly record struct CallMetas(ulong Address, int Count);

/// <summary>What both forms do with account infos.</summary>
internal static unsafe class CallFormParts
{
    private static readonly SyscallFault InvalidPointer = new("Invalid pointer");

    internal static bool IsFlag(byte value) => value <= 1;

    /// <summary>Under restrictions a field of an account info must be what the program was given.</summary>
    internal static bool CheckPointer(scoped in HostCall call, string field, ulong address, ulong expected)
    {
        if (address == expected)
            return true;
        call.Svm().LogRaw($"Invalid account info pointer `{field}': 0x{address:x} != 0x{expected:x}");
        call.Fail(InvalidPointer);
        return false;
    }

    /// <summary>Under restrictions what an account info points to beside its account must not lie in the input.</summary>
    internal static bool CheckOutsideInput(scoped in HostCall call, ulong address)
    {
        if (address < MemoryMap.InputAddress)
            return true;
        call.Fail(InvalidPointer);
        return false;
    }

    internal static bool TryWritePointer(scoped in HostCall call, ulong address, int bytes, int alignment, out byte* host)
    {
        bool isMapped = call.TryWriteMany(address, 1, bytes, alignment, out Span<byte> span);
        // Native or pinned memory: it stays where it is for the whole call.
        host = isMapped ? (byte*)Unsafe.AsPointer(ref System.Runtime.InteropServices.MemoryMarshal.GetReference(span)) : null;
        return isMapped;
    }
}

/// <summary>C: instruction {program, metas, count, data, length}; meta {key, writable, signer}; info of 56 bytes.</summary>
internal readonly struct CallFormC : ICallForm
{
    private const int InstructionBytes = 40;
    private const int MetaBytes = 16;
    private const int LengthOffset = 16;

    public static int InfoBytes => 56;

    public static bool TryReadInstruction(scoped in HostCall call, InstructionFrame frame, out CallMetas metas)
    {
        metas = default;
        if (!call.TryReadMany(call.Argument1, 1, InstructionBytes, sizeof(ulong), out ReadOnlySpan<byte> instruction)
            || !call.TryReadAddress(BinaryPrimitives.ReadUInt64LittleEndian(instruction), out Address program))
        {
            return false;
        }

        ulong metaAddress = BinaryPrimitives.ReadUInt64LittleEndian(instruction[8..]);
        ulong count = BinaryPrimitives.ReadUInt64LittleEndian(instruction[16..]);
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(instruction[32..]);
        if (!call.TryReadMany(metaAddress, count, MetaBytes, sizeof(ulong), out ReadOnlySpan<byte> metaBytes)
            || !call.TryReadBytes(BinaryPrimitives.ReadUInt64LittleEndian(instruction[24..]), length, out ReadOnlySpan<byte> data)
            || !CallSyscalls.TryConsumeInstruction(in call, count, length))
        {
            return false;
        }

        for (int i = 0; i < metaBytes.Length; i += MetaBytes)
        {
            if (!CallFormParts.IsFlag(metaBytes[i + 8]) || !CallFormParts.IsFlag(metaBytes[i + 9]))
            {
                call.FailWith(InstructionErrorKind.InvalidArgument);
                return false;
            }

            if (!call.TryReadAddress(BinaryPrimitives.ReadUInt64LittleEndian(metaBytes[i..]), out _))
                return false;
        }

        frame.Begin(program, -1, default);
        frame.CopyData(data);
        metas = new CallMetas(metaAddress, (int)count);
        return true;
    }

    public static void ReadMeta(
        scoped in HostCall call, CallMetas metas, int index, out Address address, out bool isSigner, out bool isWritable)
    {
        _ = call.TryReadBytes(metas.Address + (ulong)(index * MetaBytes), MetaBytes, out ReadOnlySpan<byte> meta);
        _ = call.TryReadAddress(BinaryPrimitives.ReadUInt64LittleEndian(meta), out address);
        isWritable = meta[8] != 0;
        isSigner = meta[9] != 0;
    }

    public static ulong KeyAddress(ReadOnlySpan<byte> info) => BinaryPrimitives.ReadUInt64LittleEndian(info);

    public static unsafe bool TryTranslate(
        scoped in HostCall call, ReadOnlySpan<byte> info, ulong infoAddress, in SerializedAccount serialized, bool isRestricted,
        out CallerAccount account)
    {
        account = default;
        ulong lamports = BinaryPrimitives.ReadUInt64LittleEndian(info[8..]);
        ulong dataLength = BinaryPrimitives.ReadUInt64LittleEndian(info[LengthOffset..]);
        ulong data = BinaryPrimitives.ReadUInt64LittleEndian(info[24..]);
        ulong owner = BinaryPrimitives.ReadUInt64LittleEndian(info[32..]);
        if (isRestricted && !(CallFormParts.CheckPointer(in call, "key", KeyAddress(info), serialized.KeyAddress)
            && CallFormParts.CheckPointer(in call, "owner", owner, serialized.OwnerAddress)
            && CallFormParts.CheckPointer(in call, "lamports", lamports, serialized.LamportsAddress)
            && CallFormParts.CheckPointer(in call, "data", data, serialized.DataAddress)))
        {
            return false;
        }

        if (!CallFormParts.TryWritePointer(in call, lamports, sizeof(ulong), sizeof(ulong), out byte* lamportsHost)
            || !CallFormParts.TryWritePointer(in call, owner, Address.Size, 1, out byte* ownerHost))
        {
            return false;
        }

        if (!isRestricted && !call.TryConsume(dataLength / SyscallCost.BytesPerUnit))
            return false;
        if (isRestricted && !CallFormParts.CheckOutsideInput(in call, infoAddress + LengthOffset))
            return false;
        if (!CallFormParts.TryWritePointer(in call, infoAddress + LengthOffset, sizeof(ulong), 1, out byte* lengthHost))
            return false;
        account = new CallerAccount(lamportsHost, ownerHost, lengthHost, data, serialized.OriginalLength);
        return account.TryMapData(in call, isRestricted ? account.Length : dataLength, isRestricted);
    }
}

/// <summary>
/// Rust: instruction {metas, capacity, count, data, capacity, length, program}; meta of 34 bytes; info of 48 bytes whose lamports and
/// data are behind reference-counted cells: 24 bytes into them are the reference to the lamports, and the data's slice.
/// </summary>
internal readonly struct CallFormRust : ICallForm
{
    private const int InstructionBytes = 80;
    private const int MetaBytes = 34;
    private const int CellOffset = 24;

    public static int InfoBytes => 48;

    public static bool TryReadInstruction(scoped in HostCall call, InstructionFrame frame, out CallMetas metas)
    {
        metas = default;
        if (!call.TryReadMany(call.Argument1, 1, InstructionBytes, sizeof(ulong), out ReadOnlySpan<byte> instruction))
            return false;
        ulong metaAddress = BinaryPrimitives.ReadUInt64LittleEndian(instruction);
        ulong count = BinaryPrimitives.ReadUInt64LittleEndian(instruction[16..]);
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(instruction[40..]);
        if (!call.TryReadMany(metaAddress, count, MetaBytes, 1, out ReadOnlySpan<byte> metaBytes)
            || !call.TryReadBytes(BinaryPrimitives.ReadUInt64LittleEndian(instruction[24..]), length, out ReadOnlySpan<byte> data)
            || !CallSyscalls.TryConsumeInstruction(in call, count, length))
        {
            return false;
        }

        for (int i = 0; i < metaBytes.Length; i += MetaBytes)
        {
            if (CallFormParts.IsFlag(metaBytes[i + Address.Size]) && CallFormParts.IsFlag(metaBytes[i + Address.Size + 1]))
                continue;
            call.FailWith(InstructionErrorKind.InvalidArgument);
            return false;
        }

        frame.Begin(new Address(instruction.Slice(48, Address.Size)), -1, default);
        frame.CopyData(data);
        metas = new CallMetas(metaAddress, (int)count);
        return true;
    }

    public static void ReadMeta(
        scoped in HostCall call, CallMetas metas, int index, out Address address, out bool isSigner, out bool isWritable)
    {
        _ = call.TryReadBytes(metas.Address + (ulong)(index * MetaBytes), MetaBytes, out ReadOnlySpan<byte> meta);
        address = new Address(meta[..Address.Size]);
        isSigner = meta[Address.Size] != 0;
        isWritable = meta[Address.Size + 1] != 0;
    }

    public static ulong KeyAddress(ReadOnlySpan<byte> info) => BinaryPrimitives.ReadUInt64LittleEndian(info);

    public static unsafe bool TryTranslate(
        scoped in HostCall call, ReadOnlySpan<byte> info, ulong infoAddress, in SerializedAccount serialized, bool isRestricted,
        out CallerAccount account)
    {
        account = default;
        ulong owner = BinaryPrimitives.ReadUInt64LittleEndian(info[24..]);
        if (isRestricted && !(CallFormParts.CheckPointer(in call, "key", KeyAddress(info), serialized.KeyAddress)
            && CallFormParts.CheckPointer(in call, "owner", owner, serialized.OwnerAddress)))
        {
            return false;
        }

        if (!TryTranslateLamports(in call, info, in serialized, isRestricted, out byte* lamportsHost)
            || !CallFormParts.TryWritePointer(in call, owner, Address.Size, 1, out byte* ownerHost))
        {
            return false;
        }

        ulong slice = BinaryPrimitives.ReadUInt64LittleEndian(info[16..]) + CellOffset;
        if (isRestricted && !CallFormParts.CheckOutsideInput(in call, slice))
            return false;
        if (!call.TryReadMany(slice, 1, 2 * sizeof(ulong), sizeof(ulong), out ReadOnlySpan<byte> data))
            return false;
        ulong dataAddress = BinaryPrimitives.ReadUInt64LittleEndian(data);
        ulong dataLength = BinaryPrimitives.ReadUInt64LittleEndian(data[sizeof(ulong)..]);
        if (isRestricted
            ? !CallFormParts.CheckPointer(in call, "data", dataAddress, serialized.DataAddress)
            : !call.TryConsume(dataLength / SyscallCost.BytesPerUnit))
        {
            return false;
        }

        ulong lengthAddress = slice + sizeof(ulong);
        if ((isRestricted && !CallFormParts.CheckOutsideInput(in call, lengthAddress))
            || !CallFormParts.TryWritePointer(in call, lengthAddress, sizeof(ulong), 1, out byte* lengthHost))
        {
            return false;
        }

        account = new CallerAccount(lamportsHost, ownerHost, lengthHost, dataAddress, serialized.OriginalLength);
        return account.TryMapData(in call, isRestricted ? account.Length : dataLength, isRestricted);
    }

    private static unsafe bool TryTranslateLamports(
        scoped in HostCall call, ReadOnlySpan<byte> info, in SerializedAccount serialized, bool isRestricted, out byte* host)
    {
        host = null;
        ulong cell = BinaryPrimitives.ReadUInt64LittleEndian(info[8..]) + CellOffset;
        if (!call.TryReadValue(cell, sizeof(ulong), out ulong lamports))
            return false;
        if (isRestricted && !(CallFormParts.CheckOutsideInput(in call, cell)
            && CallFormParts.CheckPointer(in call, "lamports", lamports, serialized.LamportsAddress)))
        {
            return false;
        }

        return CallFormParts.TryWritePointer(in call, lamports, sizeof(ulong), sizeof(ulong), out host);
    }
}
