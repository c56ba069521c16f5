using System.Buffers.Binary;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>The head of an address lookup table; 32 bytes for each address follow.</summary>
/// <remarks>
/// 1 u32, deactivation slot u64, slot of the last extension u64, first index of that extension u8, authority (0, or 1 and
/// 32 bytes), padding u16, then zeros up to 56 bytes (solana-sdk, address-lookup-table-interface). The padding lies behind the
/// authority, or where it would be, and is kept.
/// </remarks>
public readonly record struct LookupTableState
{
    public const int HeadSize = 56;

    internal const int MaxAddresses = 256;

    /// <summary>Of a table that is in use.</summary>
    internal const ulong NeverDeactivated = ulong.MaxValue;

    public ulong DeactivationSlot { get; init; }

    public ulong LastExtendedSlot { get; init; }

    public byte LastExtendedStart { get; init; }

    /// <summary>Null once the table is frozen.</summary>
    public Address? Authority { get; init; }

    public int AddressCount { get; private init; }

    private ushort Padding { get; init; }

    internal static LookupTableState New(Address authority) =>
        new() { DeactivationSlot = NeverDeactivated, Authority = authority };

    /// <summary>Errors: UninitializedAccount, InvalidAccountData.</summary>
    public static InstructionError Read(ReadOnlySpan<byte> data, out LookupTableState state)
    {
        state = default;
        var reader = new BincodeReader(data);
        uint kind = reader.UInt32();
        if (kind == 0 && !reader.HasFailed)
            return InstructionErrorKind.UninitializedAccount;
        state = new LookupTableState
        {
            DeactivationSlot = reader.UInt64(),
            LastExtendedSlot = reader.UInt64(),
            LastExtendedStart = reader.Byte(),
            Authority = reader.OptionalAddress(),
            Padding = reader.UInt16(),
            AddressCount = (data.Length - HeadSize) / Address.Size,
        };
        bool isTable = kind == 1 && !reader.HasFailed && data.Length >= HeadSize && (data.Length - HeadSize) % Address.Size == 0;
        return isTable ? InstructionError.None : InstructionErrorKind.InvalidAccountData;
    }

    /// <summary>Writes the head; what an authority leaves free is zero.</summary>
    internal InstructionError WriteTo(in AccountHandle table)
    {
        Span<byte> head = stackalloc byte[HeadSize];
        head.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(head, 1);
        BinaryPrimitives.WriteUInt64LittleEndian(head[4..], DeactivationSlot);
        BinaryPrimitives.WriteUInt64LittleEndian(head[12..], LastExtendedSlot);
        head[20] = LastExtendedStart;
        head[21] = Authority is null ? (byte)0 : (byte)1;
        Authority?.Span.CopyTo(head[22..]);
        BinaryPrimitives.WriteUInt16LittleEndian(head[(Authority is null ? 22 : 54)..], Padding);
        return table.WriteData(0, head);
    }
}
