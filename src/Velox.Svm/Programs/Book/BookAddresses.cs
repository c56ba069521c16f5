using Velox.Cryptography;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>Addresses derived from a market, under the book program (docs/book-program.md).</summary>
public static class BookAddresses
{
    /// <summary>The token account that holds a market's atoms of one mint.</summary>
    public static Address Vault(Address market, Address mint) => Derive(BookWire.VaultSeed, market, mint);

    /// <summary>The token owner of both vaults of a market; no key signs for it, only the book program does.</summary>
    public static Address VaultAuthority(Address market) => Derive(BookWire.AuthoritySeed, market);

    private static Address Derive(ReadOnlySpan<byte> word, params ReadOnlySpan<Address> addresses)
    {
        AddressSeeds seeds = default;
        bool isGathered = seeds.TryAdd(word);
        foreach (Address address in addresses)
            isGathered &= seeds.TryAdd(address.Span);

        // No bump works with a chance of 2^-255; the seeds are within their limits by construction.
        return isGathered && ProgramDerivedAddress.TryFind(seeds, ProgramIds.Book, out Address derived, out _)
            ? derived
            : throw new InvalidOperationException("No program derived address exists for these seeds.");
    }
}
