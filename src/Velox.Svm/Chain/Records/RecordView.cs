using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>The outcome of a transaction that is part of a block, read in place: looking costs nothing but the look.</summary>
public readonly struct RecordView
{
    private readonly RecordPlace _place;

    internal RecordView(byte[] bytes, RecordPlace place)
    {
        Bytes = bytes;
        _place = place;
    }

    /// <summary>The serialized transaction.</summary>
    public byte[] Bytes { get; }

    /// <summary>The first signature, the id by which clients know it.</summary>
    public Signature Id => MemoryMarshal.Read<Signature>(Bytes.AsSpan(Header.SignatureOffset));

    public TransactionError Error => Header.Error;

    /// <summary>Lamports taken from the fee payer.</summary>
    public ulong Fee => Header.Fee;

    /// <summary>The part of the fee beyond that for signatures, in lamports.</summary>
    public ulong PriorityFee => Header.PriorityFee;

    public ulong ComputeUnitsConsumed => Header.ComputeUnitsConsumed;

    /// <summary>Bytes of accounts and lookup tables that it loaded.</summary>
    public uint LoadedDataBytes => Header.LoadedDataBytes;

    /// <summary>How many accounts it named, looked-up ones included.</summary>
    public int AccountCount => Header.AccountCount;

    /// <summary>What happened in markets; empty when the transaction failed.</summary>
    public ReadOnlySpan<MarketEvent> MarketEvents => Part<MarketEvent>(EventsOffset, Header.EventCount);

    private ref readonly RecordHeader Header => ref Unsafe.As<byte, RecordHeader>(ref _place.Memory![_place.Offset]);

    // Offsets from the record's beginning, in the order of the parts.
    private static int BalancesOffset => Unsafe.SizeOf<RecordHeader>();

    private int TokensOffset => BalancesOffset + (2 * AccountCount * sizeof(ulong));

    private int EventsOffset => TokensOffset + ((Header.PreTokenCount + Header.PostTokenCount) * Unsafe.SizeOf<RecordedTokens>());

    private int LoadedOffset => EventsOffset + (Header.EventCount * Unsafe.SizeOf<MarketEvent>());

    private int ReturnProgramOffset => LoadedOffset + (Header.LoadedCount * Address.Size);

    private int CallsOffset => ReturnProgramOffset + (Header.ReturnDataBytes > 0 ? Address.Size : 0);

    private int CallBytesOffset => CallsOffset + (Header.CallCount * Unsafe.SizeOf<CallTrace.Call>());

    private int ReturnDataOffset => CallBytesOffset + Header.CallBytes;

    private int LogOffset => ReturnDataOffset + Header.ReturnDataBytes;

    /// <summary>An account's address, in key order.</summary>
    /// <param name="index">0 to <see cref="AccountCount"/> - 1.</param>
    public Address AccountKey(int index)
    {
        int staticCount = AccountCount - Header.LoadedCount;
        return index < staticCount
            ? MemoryMarshal.Read<Address>(Bytes.AsSpan(Header.StaticKeysOffset + (index * Address.Size)))
            : Part<Address>(LoadedOffset, Header.LoadedCount)[index - staticCount];
    }

    /// <summary>Whether it named an account.</summary>
    public bool Names(Address address)
    {
        for (int i = 0; i < AccountCount; i++)
        {
            if (AccountKey(i) == address)
                return true;
        }

        return false;
    }

    /// <summary>All of it, for good.</summary>
    public TransactionRecord ToRecord()
    {
        ref readonly RecordHeader header = ref Header;
        ReadOnlySpan<ulong> balances = Part<ulong>(BalancesOffset, 2 * AccountCount);
        ReadOnlySpan<RecordedTokens> tokens = Part<RecordedTokens>(TokensOffset, header.PreTokenCount + header.PostTokenCount);
        return new TransactionRecord
        {
            Id = Id,
            Bytes = Bytes,
            Error = header.Error,
            Fee = header.Fee,
            PriorityFee = header.PriorityFee,
            ComputeUnitsConsumed = header.ComputeUnitsConsumed,
            LoadedDataBytes = header.LoadedDataBytes,
            LogLines = header.LogBytes == 0 ? TransactionLog.Empty : new TransactionLog(Part<byte>(LogOffset, header.LogBytes).ToArray()),
            InnerInstructions = CallTrace.ToInnerInstructions(
                Part<CallTrace.Call>(CallsOffset, header.CallCount), Part<byte>(CallBytesOffset, header.CallBytes)),
            ReturnData = ReadReturnData(),
            AccountKeys = ReadKeys(),
            LoadedWritableCount = header.LoadedWritableCount,
            LoadedReadonlyCount = header.LoadedReadonlyCount,
            PreBalances = balances[..AccountCount].ToArray(),
            PostBalances = balances[AccountCount..].ToArray(),
            PreTokenBalances = ToBalances(tokens[..header.PreTokenCount]),
            PostTokenBalances = ToBalances(tokens[header.PreTokenCount..]),
            MarketEvents = MarketEvents.ToArray(),
        };
    }

    private ReturnData? ReadReturnData() => Header.ReturnDataBytes == 0
        ? null
        : new ReturnData(Part<Address>(ReturnProgramOffset, 1)[0], Part<byte>(ReturnDataOffset, Header.ReturnDataBytes).ToArray());

    private static TokenBalance[] ToBalances(ReadOnlySpan<RecordedTokens> recorded)
    {
        var balances = new TokenBalance[recorded.Length];
        for (int i = 0; i < balances.Length; i++)
            balances[i] = recorded[i].ToBalance();
        return balances;
    }

    private Address[] ReadKeys()
    {
        var keys = new Address[AccountCount];
        for (int i = 0; i < keys.Length; i++)
            keys[i] = AccountKey(i);
        return keys;
    }

    private ReadOnlySpan<T> Part<T>(int offset, int count)
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(_place.Memory.AsSpan(_place.Offset + offset, count * Unsafe.SizeOf<T>()));
}
