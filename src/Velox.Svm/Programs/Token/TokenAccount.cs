using System.Buffers.Binary;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>A balance of one token. Its account is <see cref="Size"/> bytes (layout: SPL Token, state).</summary>
public record struct TokenAccount
{
    public const int Size = 165;

    private const int OwnerOffset = Address.Size;
    private const int AmountOffset = OwnerOffset + Address.Size;
    private const int DelegateOffset = AmountOffset + sizeof(ulong);
    private const int StateOffset = DelegateOffset + TokenOption.AddressSize;
    private const int NativeReserveOffset = StateOffset + 1;
    private const int DelegatedAmountOffset = NativeReserveOffset + TokenOption.UInt64Size;
    private const int CloseAuthorityOffset = DelegatedAmountOffset + sizeof(ulong);

    public Address Mint { get; set; }

    public Address Owner { get; set; }

    /// <summary>Atoms held.</summary>
    public ulong Amount { get; set; }

    /// <summary>May move up to <see cref="DelegatedAmount"/> for the owner.</summary>
    public Address? Delegate { get; set; }

    public TokenAccountState State { get; set; }

    /// <summary>Of wrapped SOL only: lamports that back the account itself and are no part of the amount.</summary>
    public ulong? NativeReserve { get; set; }

    /// <summary>Atoms that the delegate may still move.</summary>
    public ulong DelegatedAmount { get; set; }

    /// <summary>May close the account in the owner's place.</summary>
    public Address? CloseAuthority { get; set; }

    /// <summary>Whether it holds wrapped SOL.</summary>
    public readonly bool IsNative => NativeReserve.HasValue;

    public readonly bool IsFrozen => State == TokenAccountState.Frozen;

    /// <summary>Whether nobody can ever sign for it: then anybody may burn and close it.</summary>
    internal readonly bool IsOwnerless => Owner == ProgramIds.System || Owner == ProgramIds.Incinerator;

    /// <summary>Reads a token account. Errors: InvalidAccountData, UninitializedAccount.</summary>
    public static InstructionError TryRead(ReadOnlySpan<byte> data, out TokenAccount account)
    {
        InstructionError error = TryReadAny(data, out account);
        return error.IsError || account.State != TokenAccountState.Uninitialized
            ? error
            : InstructionErrorKind.UninitializedAccount;
    }

    /// <summary>Reads a token account, initialized or not. Error: InvalidAccountData.</summary>
    internal static InstructionError TryReadAny(ReadOnlySpan<byte> data, out TokenAccount account)
    {
        account = default;
        if (data.Length != Size
            || data[StateOffset] > (byte)TokenAccountState.Frozen
            || !TokenOption.TryReadAddress(data[DelegateOffset..], out Address? delegateAddress)
            || !TokenOption.TryReadUInt64(data[NativeReserveOffset..], out ulong? nativeReserve)
            || !TokenOption.TryReadAddress(data[CloseAuthorityOffset..], out Address? closeAuthority))
        {
            return InstructionErrorKind.InvalidAccountData;
        }

        account = new TokenAccount
        {
            Mint = new Address(data[..Address.Size]),
            Owner = new Address(data.Slice(OwnerOffset, Address.Size)),
            Amount = BinaryPrimitives.ReadUInt64LittleEndian(data[AmountOffset..]),
            Delegate = delegateAddress,
            State = (TokenAccountState)data[StateOffset],
            NativeReserve = nativeReserve,
            DelegatedAmount = BinaryPrimitives.ReadUInt64LittleEndian(data[DelegatedAmountOffset..]),
            CloseAuthority = closeAuthority,
        };
        return InstructionError.None;
    }

    /// <summary>Writes into the account it was read from. Errors as <see cref="AccountHandle.WriteData"/>.</summary>
    internal readonly InstructionError Save(AccountHandle account)
    {
        Span<byte> data = stackalloc byte[Size];
        account.Data.CopyTo(data);
        Mint.Span.CopyTo(data);
        Owner.Span.CopyTo(data[OwnerOffset..]);
        BinaryPrimitives.WriteUInt64LittleEndian(data[AmountOffset..], Amount);
        TokenOption.WriteAddress(data[DelegateOffset..], Delegate);
        data[StateOffset] = (byte)State;
        TokenOption.WriteUInt64(data[NativeReserveOffset..], NativeReserve);
        BinaryPrimitives.WriteUInt64LittleEndian(data[DelegatedAmountOffset..], DelegatedAmount);
        TokenOption.WriteAddress(data[CloseAuthorityOffset..], CloseAuthority);
        return TokenChecks.WriteIfChanged(account, data);
    }
}

/// <summary>The life of a token account, as its state byte says.</summary>
public enum TokenAccountState : byte
{
    Uninitialized = 0,
    Initialized = 1,

    /// <summary>Frozen by the mint's freeze authority: nothing moves until it is thawed.</summary>
    Frozen = 2,
}
