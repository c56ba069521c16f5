using System.Buffers.Binary;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>A kind of token. Its account is <see cref="Size"/> bytes (layout: SPL Token, state).</summary>
public record struct TokenMint
{
    public const int Size = 82;

    private const int SupplyOffset = TokenOption.AddressSize;
    private const int DecimalsOffset = SupplyOffset + sizeof(ulong);
    private const int IsInitializedOffset = DecimalsOffset + 1;
    private const int FreezeAuthorityOffset = IsInitializedOffset + 1;

    /// <summary>May mint; null fixes the supply for ever.</summary>
    public Address? MintAuthority { get; set; }

    /// <summary>Atoms in existence.</summary>
    public ulong Supply { get; set; }

    /// <summary>Decimal places between an atom and a token.</summary>
    public byte Decimals { get; set; }

    public bool IsInitialized { get; set; }

    /// <summary>May freeze accounts; null means never again.</summary>
    public Address? FreezeAuthority { get; set; }

    /// <summary>Reads a mint. Errors: InvalidAccountData, UninitializedAccount.</summary>
    public static InstructionError TryRead(ReadOnlySpan<byte> data, out TokenMint mint)
    {
        InstructionError error = TryReadAny(data, out mint);
        return error.IsError || mint.IsInitialized ? error : InstructionErrorKind.UninitializedAccount;
    }

    /// <summary>Reads a mint, initialized or not. Error: InvalidAccountData.</summary>
    internal static InstructionError TryReadAny(ReadOnlySpan<byte> data, out TokenMint mint)
    {
        mint = default;
        if (data.Length != Size
            || data[IsInitializedOffset] > 1
            || !TokenOption.TryReadAddress(data, out Address? mintAuthority)
            || !TokenOption.TryReadAddress(data[FreezeAuthorityOffset..], out Address? freezeAuthority))
        {
            return InstructionErrorKind.InvalidAccountData;
        }

        mint = new TokenMint
        {
            MintAuthority = mintAuthority,
            Supply = BinaryPrimitives.ReadUInt64LittleEndian(data[SupplyOffset..]),
            Decimals = data[DecimalsOffset],
            IsInitialized = data[IsInitializedOffset] == 1,
            FreezeAuthority = freezeAuthority,
        };
        return InstructionError.None;
    }

    /// <summary>Writes into the account it was read from. Errors as <see cref="AccountHandle.WriteData"/>.</summary>
    internal readonly InstructionError Save(AccountHandle account)
    {
        Span<byte> data = stackalloc byte[Size];
        account.Data.CopyTo(data);
        WriteTo(data);
        return TokenChecks.WriteIfChanged(account, data);
    }

    /// <summary>Writes all members, and leaves the bytes of an absent authority as they are.</summary>
    /// <param name="data">Exactly <see cref="Size"/> bytes.</param>
    internal readonly void WriteTo(Span<byte> data)
    {
        TokenOption.WriteAddress(data, MintAuthority);
        BinaryPrimitives.WriteUInt64LittleEndian(data[SupplyOffset..], Supply);
        data[DecimalsOffset] = Decimals;
        data[IsInitializedOffset] = IsInitialized ? (byte)1 : (byte)0;
        TokenOption.WriteAddress(data[FreezeAuthorityOffset..], FreezeAuthority);
    }
}
