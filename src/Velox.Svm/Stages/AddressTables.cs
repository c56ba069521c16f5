using Velox.Primitives;
using Velox.State;

namespace Velox.Svm;

/// <summary>Resolves the address table lookups of a v0 message (Agave runtime, bank/address_lookup_table.rs).</summary>
internal static class AddressTables
{
    /// <summary>
    /// Fills in the looked-up keys, behind the static ones: all writable ones first, then the read-only ones, each group in
    /// the order of the lookups. Errors: AddressLookupTableNotFound, InvalidAddressLookupTableOwner,
    /// InvalidAddressLookupTableData, InvalidAddressLookupTableIndex.
    /// </summary>
    /// <remarks>
    /// What a table gives does not change within a block, whatever the block's transactions do to it: that is what its rules
    /// are for. So it does not matter whether the account is read before or after the transactions ahead of this one.
    /// </remarks>
    /// <param name="view">A message with or without lookups.</param>
    /// <param name="find">The account of an address, or null.</param>
    /// <param name="block">The block in which the message runs.</param>
    /// <param name="lookedUp">Receives the keys; as long as the message's looked-up accounts are many.</param>
    internal static TransactionErrorKind Resolve(
        in TransactionView view, Func<Address, Account?> find, BlockContext block, Span<Address> lookedUp)
    {
        Span<Address> writable = lookedUp[..view.WritableLookupAccounts];
        Span<Address> readOnly = lookedUp[view.WritableLookupAccounts..];
        for (int i = 0; i < view.LookupCount; i++)
        {
            LookupView lookup = view.Lookup(i);
            if (find(lookup.TableKey) is not { Exists: true } account)
                return TransactionErrorKind.AddressLookupTableNotFound;
            if (account.Owner != ProgramIds.AddressLookupTable)
                return TransactionErrorKind.InvalidAddressLookupTableOwner;
            if (!AddressTable.TryRead(account.Data.Bytes, out AddressTable table))
                return TransactionErrorKind.InvalidAddressLookupTableData;

            TransactionErrorKind error = table.Resolve(lookup.WritableIndexes, block, writable);
            if (error == TransactionErrorKind.None)
                error = table.Resolve(lookup.ReadonlyIndexes, block, readOnly);
            if (error != TransactionErrorKind.None)
                return error;
            writable = writable[lookup.WritableIndexes.Length..];
            readOnly = readOnly[lookup.ReadonlyIndexes.Length..];
        }

        return TransactionErrorKind.None;
    }
}
