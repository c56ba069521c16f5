using Velox.Primitives;

namespace Velox.Svm;

/// <summary>A transaction that is part of a block, with everything clients may ask of its outcome. Immutable.</summary>
public sealed record TransactionRecord
{
    public required Signature Id { get; init; }

    /// <summary>The serialized transaction.</summary>
    public required byte[] Bytes { get; init; }

    public required TransactionError Error { get; init; }

    /// <summary>Lamports taken from the fee payer.</summary>
    public required ulong Fee { get; init; }

    /// <summary>The part of the fee beyond that for signatures, in lamports.</summary>
    public required ulong PriorityFee { get; init; }

    public required ulong ComputeUnitsConsumed { get; init; }

    /// <summary>Bytes of accounts and lookup tables that it loaded.</summary>
    public uint LoadedDataBytes { get; init; }

    public required IReadOnlyList<string> LogLines { get; init; }

    public required IReadOnlyList<InnerInstruction> InnerInstructions { get; init; }

    public required ReturnData? ReturnData { get; init; }

    /// <summary>The accounts in key order, looked-up ones included: behind the static ones.</summary>
    public required Address[] AccountKeys { get; init; }

    /// <summary>How many of the last account keys were looked up as writable, before the read-only ones.</summary>
    public int LoadedWritableCount { get; init; }

    /// <summary>How many of the last account keys were looked up as read-only.</summary>
    public int LoadedReadonlyCount { get; init; }

    /// <summary>The addresses that came from lookup tables.</summary>
    public LoadedAddresses LoadedAddresses => new(
        AccountKeys.AsMemory()[^(LoadedWritableCount + LoadedReadonlyCount)..^LoadedReadonlyCount],
        AccountKeys.AsMemory()[^LoadedReadonlyCount..]);

    /// <summary>Lamports of each account before the fee was taken.</summary>
    public required ulong[] PreBalances { get; init; }

    public required ulong[] PostBalances { get; init; }

    public required IReadOnlyList<TokenBalance> PreTokenBalances { get; init; }

    public required IReadOnlyList<TokenBalance> PostTokenBalances { get; init; }

    /// <summary>What happened in markets; empty when the transaction failed.</summary>
    public required IReadOnlyList<MarketEvent> MarketEvents { get; init; }
}

/// <summary>A token account's balance around a transaction.</summary>
/// <param name="AccountIndex">Position among the transaction's accounts.</param>
/// <param name="Mint">The token's mint.</param>
/// <param name="Owner">The wallet that owns the token account.</param>
/// <param name="Amount">Balance in the token's smallest unit.</param>
/// <param name="IsToken2022">Whether Token-2022 has it, and not SPL Token.</param>
public readonly record struct TokenBalance(int AccountIndex, Address Mint, Address Owner, ulong Amount, bool IsToken2022 = false)
{
    public Address ProgramId => IsToken2022 ? ProgramIds.Token2022 : ProgramIds.Token;
}

/// <summary>Addresses that a transaction took from lookup tables, in key order.</summary>
/// <param name="Writable">Those it asked for as writable.</param>
/// <param name="Readonly">The others.</param>
public readonly record struct LoadedAddresses(ReadOnlyMemory<Address> Writable, ReadOnlyMemory<Address> Readonly);
