using System.Runtime.InteropServices;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>The fixed part of a transaction's outcome, as <see cref="RecordArena"/> keeps it.</summary>
/// <remarks>
/// Behind it, without gaps: lamports before and lamports after (u64 each), token balances before and after, market events, looked-up
/// addresses, the program that set the return data (if there is any), calls, and then in bytes: the calls' accounts and data, return
/// data, log lines. Only this process reads it.
/// </remarks>
[StructLayout(LayoutKind.Sequential)]
internal struct RecordHeader
{
    internal ulong Fee;
    internal ulong PriorityFee;
    internal ulong ComputeUnitsConsumed;
    internal TransactionError Error;

    /// <summary>Bytes of the whole record, this header included.</summary>
    internal int Length;

    /// <summary>Bytes of accounts and lookup tables that it loaded.</summary>
    internal uint LoadedDataBytes;

    internal int EventCount;
    internal int CallBytes;
    internal int LogBytes;
    internal ushort ReturnDataBytes;

    /// <summary>Where the transaction's first signature and its static keys are among its bytes.</summary>
    internal ushort SignatureOffset;
    internal ushort StaticKeysOffset;

    internal ushort AccountCount;
    internal ushort LoadedWritableCount;
    internal ushort LoadedReadonlyCount;
    internal ushort PreTokenCount;
    internal ushort PostTokenCount;
    internal ushort CallCount;

    internal readonly int LoadedCount => LoadedWritableCount + LoadedReadonlyCount;
}

/// <summary>Where a record is kept.</summary>
/// <param name="Memory">The memory; null for nowhere.</param>
/// <param name="Offset">Of its <see cref="RecordHeader"/>.</param>
internal readonly record struct RecordPlace(byte[]? Memory, int Offset)
{
    internal bool IsNone => Memory is null;
}

/// <summary>How an account of a token program begins: what a transaction's outcome has of it (spl-token state.rs).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TokenAccountHead
{
    internal Address Mint;
    internal Address Owner;
    internal ulong Amount;
}

/// <summary>A <see cref="TokenBalance"/> as a record has it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RecordedTokens
{
    internal TokenAccountHead Head;
    internal ushort AccountIndex;
    internal bool IsToken2022;

    internal readonly TokenBalance ToBalance() => new(AccountIndex, Head.Mint, Head.Owner, Head.Amount, IsToken2022);
}
