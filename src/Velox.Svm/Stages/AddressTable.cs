using System.Buffers.Binary;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>An address lookup table in place, inside the data of its account (solana-sdk, address-lookup-table-interface).</summary>
/// <remarks>
/// 56 bytes of header (state u32, 1 = table; deactivation slot u64; slot of the last extension u64; first index of that
/// extension u8; optional authority; padding), then 32 bytes for each address.
/// </remarks>
internal readonly ref struct AddressTable
{
    internal const int HeaderSize = 56;

    private const uint TableState = 1;
    private const int DeactivationSlotOffset = 4;
    private const int ExtensionSlotOffset = 12;
    private const int ExtensionStartOffset = 20;
    private const int AuthorityTagOffset = 21;

    private readonly ulong _deactivationSlot;
    private readonly ulong _extensionSlot;
    private readonly byte _extensionStart;
    private readonly ReadOnlySpan<byte> _addresses;

    private AddressTable(ReadOnlySpan<byte> data)
    {
        _deactivationSlot = BinaryPrimitives.ReadUInt64LittleEndian(data[DeactivationSlotOffset..]);
        _extensionSlot = BinaryPrimitives.ReadUInt64LittleEndian(data[ExtensionSlotOffset..]);
        _extensionStart = data[ExtensionStartOffset];
        _addresses = data[HeaderSize..];
    }

    /// <summary>False unless the data is an initialised table with whole addresses.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> data, out AddressTable table)
    {
        table = default;
        bool isTable = data.Length >= HeaderSize
            && BinaryPrimitives.ReadUInt32LittleEndian(data) == TableState
            && data[AuthorityTagOffset] <= 1
            && (data.Length - HeaderSize) % Address.Size == 0;
        if (isTable)
            table = new AddressTable(data);
        return isTable;
    }

    /// <summary>
    /// Reads the addresses at the indexes, which may be repeated. A table deactivated in a slot that has left SlotHashes
    /// counts as absent; addresses appended in this slot are not there yet.
    /// </summary>
    /// <param name="indexes">Positions in the table.</param>
    /// <param name="block">The block in which the addresses are used.</param>
    /// <param name="addresses">Receives one address for each index.</param>
    internal TransactionErrorKind Resolve(ReadOnlySpan<byte> indexes, BlockContext block, Span<Address> addresses)
    {
        if (!IsUsable(block))
            return TransactionErrorKind.AddressLookupTableNotFound;
        int count = _addresses.Length / Address.Size;
        int usable = block.Slot > _extensionSlot ? count : _extensionStart;
        if (usable > count)
            return TransactionErrorKind.InvalidAddressLookupTableData;
        for (int i = 0; i < indexes.Length; i++)
        {
            if (indexes[i] >= usable)
                return TransactionErrorKind.InvalidAddressLookupTableIndex;
            addresses[i] = new Address(_addresses.Slice(indexes[i] * Address.Size, Address.Size));
        }

        return TransactionErrorKind.None;
    }

    private bool IsUsable(BlockContext block) =>
        _deactivationSlot == ulong.MaxValue
        || _deactivationSlot == block.Slot
        || (block.Sysvars.TryGet(SysvarIds.SlotHashes, out ReadOnlySpan<byte> slotHashes)
            && ContainsSlot(slotHashes, _deactivationSlot));

    /// <summary>Whether SlotHashes (a u64 count, then slot u64 and hash of each) has the slot.</summary>
    private static bool ContainsSlot(ReadOnlySpan<byte> slotHashes, ulong slot)
    {
        const int entrySize = sizeof(ulong) + Hash256.Size;
        if (slotHashes.Length < sizeof(ulong))
            return false;
        ulong count = BinaryPrimitives.ReadUInt64LittleEndian(slotHashes);
        ReadOnlySpan<byte> entries = slotHashes[sizeof(ulong)..];
        for (ulong i = 0; i < count && entries.Length >= entrySize; i++, entries = entries[entrySize..])
        {
            if (BinaryPrimitives.ReadUInt64LittleEndian(entries) == slot)
                return true;
        }

        return false;
    }
}
