using System.Buffers.Binary;
using Velox.Cryptography;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>Instructions of the address lookup table program.</summary>
public static class LookupTableInstructions
{
    /// <summary>The address of a table, and the bump seed that its creation names.</summary>
    public static Address DeriveTable(Address authority, ulong recentSlot, out byte bump)
    {
        byte[] slot = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(slot, recentSlot);
        return ProgramDerivedAddress.Find([authority.Span.ToArray(), slot], ProgramIds.AddressLookupTable, out bump);
    }

    /// <summary>Makes an empty table.</summary>
    /// <param name="authority">May extend, freeze, deactivate and close it.</param>
    /// <param name="payer">Pays for it; signs.</param>
    /// <param name="recentSlot">A slot of the last 512 that has a block; part of the address.</param>
    /// <param name="table">The table's address.</param>
    public static Instruction Create(Address authority, Address payer, ulong recentSlot, out Address table)
    {
        table = DeriveTable(authority, recentSlot, out byte bump);
        return Build(
            Data(LookupTableInstructionTag.Create).UInt64(recentSlot).Byte(bump),
            AccountMeta.Writable(table),
            AccountMeta.Readonly(authority),
            AccountMeta.WritableSigner(payer),
            AccountMeta.Readonly(ProgramIds.System));
    }

    /// <summary>Makes a table that can never change again.</summary>
    public static Instruction Freeze(Address table, Address authority) =>
        Build(Data(LookupTableInstructionTag.Freeze), AccountMeta.Writable(table), AccountMeta.ReadonlySigner(authority));

    /// <summary>Appends addresses, usable from the next slot on; 256 in all, about 30 in an instruction.</summary>
    public static Instruction Extend(
        Address table, Address authority, Address payer, ReadOnlySpan<Address> addresses)
    {
        DataWriter data = Data(LookupTableInstructionTag.Extend).UInt64((ulong)addresses.Length);
        foreach (Address address in addresses)
            data.Address(address);
        return Build(
            data,
            AccountMeta.Writable(table),
            AccountMeta.ReadonlySigner(authority),
            AccountMeta.WritableSigner(payer),
            AccountMeta.Readonly(ProgramIds.System));
    }

    /// <summary>Begins the end of a table: it can be closed 513 blocks later.</summary>
    public static Instruction Deactivate(Address table, Address authority) =>
        Build(
            Data(LookupTableInstructionTag.Deactivate), AccountMeta.Writable(table), AccountMeta.ReadonlySigner(authority));

    public static Instruction Close(Address table, Address authority, Address recipient) =>
        Build(
            Data(LookupTableInstructionTag.Close),
            AccountMeta.Writable(table),
            AccountMeta.ReadonlySigner(authority),
            AccountMeta.Writable(recipient));

    private static DataWriter Data(LookupTableInstructionTag tag) => new DataWriter().UInt32((uint)tag);

    private static Instruction Build(DataWriter data, params AccountMeta[] accounts) =>
        new(ProgramIds.AddressLookupTable, accounts, data.ToArray());
}
