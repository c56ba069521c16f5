using System.Runtime.CompilerServices;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>What one worker of stage 4 uses again for every transaction: nothing of it is allocated for one.</summary>
internal sealed class ExecutionWorker(ProgramRegistry programs, int logBytes) : IDisposable
{
    internal InvokeContext Context { get; } = new(programs, logBytes);

    /// <summary>What of each account the rent rules look at, after the fee.</summary>
    internal RentBalance[] RentBefore { get; } = new RentBalance[WireLimits.MaxAccounts];

    /// <summary>Lamports of each account before the fee.</summary>
    internal ulong[] LamportsBefore { get; } = new ulong[WireLimits.MaxAccounts];

    internal RecordArena Arena { get; } = new();

    private readonly ulong[] _lamportsAfter = new ulong[WireLimits.MaxAccounts];
    private readonly TokenBalance[] _tokensBefore = new TokenBalance[WireLimits.MaxAccounts];
    private readonly TokenBalance[] _tokensAfter = new TokenBalance[WireLimits.MaxAccounts];
    private int _tokensBeforeCount;

    public void Dispose() => Context.Dispose();

    /// <summary>Notes the balances before the transaction.</summary>
    internal void NoteBalances(TransactionAccounts accounts, in TransactionView view)
    {
        ReadLamports(accounts, LamportsBefore);
        _tokensBeforeCount = TokenBalances.Collect(accounts, in view, _tokensBefore);
    }

    /// <summary>Writes the outcome of the transaction that ran last.</summary>
    internal RecordPlace Record(InFlightTransaction transaction, TransactionError error, ulong fee, uint loadedBytes)
    {
        TransactionAccounts accounts = transaction.Accounts!;
        ReadLamports(accounts, _lamportsAfter);
        int tokensAfterCount = TokenBalances.Collect(accounts, in transaction.View, _tokensAfter);
        ReadOnlySpan<MarketEvent> events = error.IsError ? [] : Context.Events;
        CallTrace trace = Context.Trace;
        ReadOnlySpan<byte> log = Context.Collector.Lines;
        (int signatureOffset, int staticKeysOffset) = transaction.View.Offsets;
        var header = new RecordHeader
        {
            Fee = fee,
            PriorityFee = transaction.Budget.PriorityFee,
            ComputeUnitsConsumed = transaction.Budget.UnitLimit - Context.RemainingUnits,
            Error = error,
            LoadedDataBytes = loadedBytes,
            EventCount = events.Length,
            CallBytes = trace.Buffer.Length,
            LogBytes = log.Length,
            ReturnDataBytes = (ushort)Context.ReturnBytes.Length,
            SignatureOffset = (ushort)signatureOffset,
            StaticKeysOffset = (ushort)staticKeysOffset,
            AccountCount = (ushort)accounts.Count,
            LoadedWritableCount = (ushort)transaction.View.WritableLookupAccounts,
            LoadedReadonlyCount = (ushort)transaction.View.ReadonlyLookupAccounts,
            PreTokenCount = (ushort)_tokensBeforeCount,
            PostTokenCount = (ushort)tokensAfterCount,
            CallCount = (ushort)trace.Count,
        };
        header.Length = LengthOf(in header);
        RecordPlace place = Arena.Take(header.Length, Context.Block.Slot);
        var writer = new RecordWriter(place, header.Length);
        writer.Write(in header);
        writer.Write<ulong>(LamportsBefore.AsSpan(0, accounts.Count));
        writer.Write<ulong>(_lamportsAfter.AsSpan(0, accounts.Count));
        writer.Write<TokenBalance>(_tokensBefore.AsSpan(0, _tokensBeforeCount));
        writer.Write<TokenBalance>(_tokensAfter.AsSpan(0, tokensAfterCount));
        writer.Write(events);
        writer.Write(accounts.Keys.Addresses[^header.LoadedCount..]);
        if (header.ReturnDataBytes > 0)
            writer.Write(Context.ReturnProgram);
        writer.Write(trace.Calls);
        writer.Write(trace.Buffer);
        writer.Write(Context.ReturnBytes);
        writer.Write(log);
        return place;
    }

    private static int LengthOf(in RecordHeader header) =>
        Unsafe.SizeOf<RecordHeader>()
        + (2 * header.AccountCount * sizeof(ulong))
        + ((header.PreTokenCount + header.PostTokenCount) * Unsafe.SizeOf<TokenBalance>())
        + (header.EventCount * Unsafe.SizeOf<MarketEvent>())
        + (header.LoadedCount * Address.Size)
        + (header.ReturnDataBytes > 0 ? Address.Size : 0)
        + (header.CallCount * Unsafe.SizeOf<CallTrace.Call>())
        + header.CallBytes + header.ReturnDataBytes + header.LogBytes;

    private static void ReadLamports(TransactionAccounts accounts, Span<ulong> lamports)
    {
        for (int i = 0; i < accounts.Count; i++)
            lamports[i] = accounts.Accounts[i].Lamports;
    }
}

/// <summary>Workers that nobody uses at the moment.</summary>
/// <param name="create">Makes one; used where none is left.</param>
internal sealed class ExecutionWorkers(Func<ExecutionWorker> create)
{
    // More than so many at once make their own, which the garbage collector takes.
    private const int MaxKept = 64;

    private readonly ExecutionWorker?[] _kept = new ExecutionWorker?[MaxKept];

    internal ExecutionWorker Rent()
    {
        foreach (ref ExecutionWorker? slot in _kept.AsSpan())
        {
            // Whoever takes the reference out owns it; what its last owner wrote is visible, as the exchange is a full fence.
            if (slot is not null && Interlocked.Exchange(ref slot, null) is { } worker)
                return worker;
        }

        return create();
    }

    internal void Return(ExecutionWorker worker)
    {
        foreach (ref ExecutionWorker? slot in _kept.AsSpan())
        {
            if (slot is null && Interlocked.CompareExchange(ref slot, worker, null) is null)
                return;
        }
    }
}
