using System.Buffers.Binary;
using System.Security.Cryptography;
using Velox.Primitives;
using Velox.State;

namespace Velox.Svm;

/// <summary>The first state of a chain. Two nodes with equal genesis and equal blocks have equal roots.</summary>
/// <param name="UnixTimestamp">Seconds since 1970 at which the chain was made.</param>
/// <param name="Faucet">Holds the initial supply and answers airdrops.</param>
/// <param name="FaucetLamports">The initial supply.</param>
/// <param name="Identity">The block producer; receives half of the signature fees, whose other half is burnt, and the priority fees.</param>
/// <param name="BlockhashMaxAge">A transaction may name one of so many last blocks.</param>
public sealed record Genesis(
    long UnixTimestamp, Address Faucet, ulong FaucetLamports, Address Identity, int BlockhashMaxAge = Genesis.MinBlockhashAge)
{
    /// <summary>Solana's blockhash age. It lasts a minute there, at 400 ms a slot.</summary>
    public const int MinBlockhashAge = 150;

    /// <summary>Most hashes that a chain accepts.</summary>
    public const int MaxBlockhashAge = 6_000;

    /// <summary>500 million SOL, as a Solana test validator's faucet holds.</summary>
    public const ulong DefaultFaucetLamports = 500_000_000UL * 1_000_000_000;

    /// <summary>Lamports given to the identity so that it exists.</summary>
    public const ulong IdentityLamports = 1_000_000_000;

    /// <summary>Bytes of the serialized genesis without its additions.</summary>
    public const int Size = 8 + 32 + 8 + 32 + 4;

    /// <summary>What this chain has beside what every chain has.</summary>
    public GenesisAdditions Additions { get; init; } = GenesisAdditions.None;

    /// <summary>
    /// The blockhash age for a slot length: Solana's number, and at least Solana's minute. Clients count on the time, not
    /// on the number: web3.js signs with a blockhash that it fetched up to 30 seconds ago.
    /// </summary>
    public static int BlockhashAgeFor(int slotMillis) => Math.Clamp(60_000 / slotMillis, MinBlockhashAge, MaxBlockhashAge);

    /// <summary>Little-endian: timestamp i64, faucet, faucet lamports u64, identity, blockhash age i32; additions.</summary>
    public byte[] ToBytes()
    {
        byte[] additions = Additions.ToBytes();
        byte[] bytes = new byte[Size + additions.Length];
        additions.CopyTo(bytes, Size);
        BinaryPrimitives.WriteInt64LittleEndian(bytes, UnixTimestamp);
        Faucet.Span.CopyTo(bytes.AsSpan(8));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(40), FaucetLamports);
        Identity.Span.CopyTo(bytes.AsSpan(48));
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(80), BlockhashMaxAge);
        return bytes;
    }

    /// <param name="bytes">At least <see cref="Size"/> bytes; the others are the additions.</param>
    /// <exception cref="ArgumentException">It is too short, or the additions are malformed.</exception>
    public static Genesis FromBytes(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < Size)
            throw new ArgumentException($"A genesis is at least {Size} bytes, got {bytes.Length}.", nameof(bytes));
        return new Genesis(
            BinaryPrimitives.ReadInt64LittleEndian(bytes),
            new Address(bytes.Slice(8, 32)),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[40..]),
            new Address(bytes.Slice(48, 32)),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[80..]))
        {
            Additions = GenesisAdditions.FromBytes(bytes[Size..]),
        };
    }

    /// <summary>SHA-256("VELOX-GENESIS-1" || genesis): the chain's id and the parent of its first block.</summary>
    public Hash256 ComputeHash()
    {
        byte[] preimage = [.. "VELOX-GENESIS-1"u8, .. ToBytes()];
        return new Hash256(SHA256.HashData(preimage));
    }

    /// <summary>Writes the first accounts: faucet, identity, programs, the mint of wrapped SOL, sysvars, additions.</summary>
    internal void Build(AccountStore store, ProgramRegistry programs)
    {
        Create(store, Faucet, FaucetLamports, ProgramIds.System);
        Create(store, Identity, IdentityLamports, ProgramIds.System);
        GenesisPrograms.Create(store, programs);
        CreateNativeMint(store);
        Sysvars.Create(store, UnixTimestamp);
        Additions.Create(store);
    }

    /// <summary>SOL as a token: whoever holds a token account of this mint holds lamports in it.</summary>
    internal static void CreateNativeMint(AccountStore store)
    {
        Account mint = Create(store, ProgramIds.NativeMint, Rent.MinimumBalance(TokenMint.Size), ProgramIds.Token);
        mint.Data.Resize(TokenMint.Size);
        new TokenMint { Decimals = 9, IsInitialized = true }.WriteTo(mint.Data.Write(0, TokenMint.Size));
    }

    internal static Account Create(AccountStore store, Address address, ulong lamports, Address owner)
    {
        Account account = store.GetOrCreate(address);
        account.Lamports += lamports;
        account.Owner = owner;
        store.MarkChanged(account);
        return account;
    }
}
