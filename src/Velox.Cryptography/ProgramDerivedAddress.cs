using System.Text;
using Velox.Primitives;

namespace Velox.Cryptography;

/// <summary>Addresses that a program owns, since no secret key exists for them; and seeded addresses.</summary>
/// <remarks>
/// A program derived address is SHA-256(seeds || program id || "ProgramDerivedAddress") and must not be on the curve.
/// Limits are those of <see cref="AddressSeeds"/>.
/// </remarks>
public static class ProgramDerivedAddress
{
    private static ReadOnlySpan<byte> Marker => "ProgramDerivedAddress"u8;

    /// <summary>The address of exactly these seeds; false if it would be on the curve.</summary>
    public static bool TryCreate(in AddressSeeds seeds, Address programId, out Address address)
    {
        address = new Address(Hash(seeds.Concatenated, programId.Span, Marker).Span);
        if (!Ed25519.IsOnCurve(address.Span))
            return true;
        address = default;
        return false;
    }

    /// <summary>As the other overload; false too if the seeds exceed a limit.</summary>
    public static bool TryCreate(ReadOnlySpan<byte[]> seeds, Address programId, out Address address)
    {
        address = default;
        return AddressSeeds.TryCreate(seeds, out AddressSeeds gathered) && TryCreate(gathered, programId, out address);
    }

    /// <summary>
    /// Appends a one-byte bump seed, tried from 255 down to 1, and takes the first that leaves the curve.
    /// </summary>
    /// <remarks>Bump 0 is never tried: Solana's search stops before it, so it is part of the rule.</remarks>
    /// <returns>False if no bump does (a chance of 2^-255) or there is no room for a bump seed.</returns>
    public static bool TryFind(in AddressSeeds seeds, Address programId, out Address address, out byte bump)
    {
        address = default;
        for (bump = byte.MaxValue; bump > 0; bump--)
        {
            AddressSeeds bumped = seeds;
            if (!bumped.TryAdd([bump]))
                break;
            if (TryCreate(bumped, programId, out address))
                return true;
        }

        bump = 0;
        return false;
    }

    /// <summary>As the other overload; throws where that one is false.</summary>
    /// <exception cref="ArgumentException">More than 15 seeds, or a seed above 32 bytes.</exception>
    public static Address Find(ReadOnlySpan<byte[]> seeds, Address programId, out byte bump)
    {
        if (AddressSeeds.TryCreate(seeds, out AddressSeeds gathered)
            && TryFind(gathered, programId, out Address address, out bump))
        {
            return address;
        }

        throw new ArgumentException(
            $"Expected at most {AddressSeeds.MaxCount - 1} seeds of at most {AddressSeeds.MaxSeedLength} bytes.",
            nameof(seeds));
    }

    /// <summary>SHA-256(base || seed || owner), which may be on the curve.</summary>
    /// <returns>
    /// False if the seed is above 32 bytes, or if the owner ends in "ProgramDerivedAddress": such an owner could make
    /// the hash input of a program derived address.
    /// </returns>
    public static bool TryCreateWithSeed(
        Address baseAddress, ReadOnlySpan<byte> seed, Address owner, out Address address)
    {
        address = default;
        if (seed.Length > AddressSeeds.MaxSeedLength || owner.Span.EndsWith(Marker))
            return false;
        address = new Address(Hash(baseAddress.Span, seed, owner.Span).Span);
        return true;
    }

    /// <inheritdoc cref="TryCreateWithSeed"/>
    /// <param name="baseAddress">The address whose key will sign for the new one.</param>
    /// <param name="seed">Text of at most 32 bytes in UTF-8.</param>
    /// <param name="owner">The program that will own the account.</param>
    /// <returns>The address.</returns>
    /// <exception cref="ArgumentException">The seed is too long or the owner is not allowed.</exception>
    public static Address CreateWithSeed(Address baseAddress, string seed, Address owner) =>
        TryCreateWithSeed(baseAddress, Encoding.UTF8.GetBytes(seed), owner, out Address address)
            ? address
            : throw new ArgumentException(
                $"The seed is above {AddressSeeds.MaxSeedLength} bytes, or the owner ends in a reserved marker.",
                nameof(seed));

    private static Hash256 Hash(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, ReadOnlySpan<byte> third)
    {
        Span<byte> input = stackalloc byte[(AddressSeeds.MaxCount * AddressSeeds.MaxSeedLength) + 64];
        first.CopyTo(input);
        second.CopyTo(input[first.Length..]);
        third.CopyTo(input[(first.Length + second.Length)..]);
        Span<byte> digest = stackalloc byte[Hash256.Size];
        Sha256.HashData(input[..(first.Length + second.Length + third.Length)], digest);
        return new Hash256(digest);
    }
}
