using System.Runtime.CompilerServices;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>What one worker of stage 4 uses again for every transaction: nothing of it is allocated for one.</summary>
internal sealed class ExecutionWorker(ProgramRegistry programs, int logBytes) : IDisposable
{
    internal InvokeContext Context { get; } = new(programs, logBytes);

    /// <summary>What of each writable account the rent rules look at, after the fee.</summary>
    internal RentBalance[] RentBefore { get; } = new RentBalance[WireLimits.MaxAccounts];

    /// <summary>Lamports of each account before the fee.</summary>
    internal ulong[] LamportsBefore { get; } = new ulong[WireLimits.MaxAccounts];

    internal RecordArena Arena { get; } = new();

    private readonly ulong[] _lamportsAfter = new ulong[WireLimits.MaxAccounts];
    private readonly RecordedTokens[] _tokensBefore = new RecordedTokens[WireLimits.MaxAccounts];
    private readonly RecordedTokens[] _tokensAfter = new RecordedTokens[WireLimits.MaxAccounts];
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
        ReadOnlySpan<byte> returned = Context.ReturnBytes;
        ReadOnlySpan<Address> loaded = accounts.Keys.Addresses[transaction.View.StaticKeyCount..];
        int length = Unsafe.SizeOf<RecordHeader>()
            + (2 * accounts.Count * sizeof(ulong))
            + ((_tokensBeforeCount + tokensAfterCount) * Unsafe.SizeOf<RecordedTokens>())
            + (events.Length * Unsafe.SizeOf<MarketEvent>())
            + (loaded.Length * Address.Size)
            + (returned.IsEmpty ? 0 : Address.Size)
            + (trace.Count * Unsafe.SizeOf<CallTrace.Call>())
            + trace.Buffer.Length + returned.Length + log.Length;
        RecordPlace place = Arena.Take(length, Context.Block.Slot);
        var writer = new RecordWriter(place, length);
        (int signatureOffset, int staticKeysOffset) = transaction.View.Offsets;

        // In place: what is stored field by field is slow to copy as a whole just after.
        ref RecordHeader header = ref writer.Take<RecordHeader>();
        header.Fee = fee;
        header.PriorityFee = transaction.Budget.PriorityFee;
        header.ComputeUnitsConsumed = transaction.Budget.UnitLimit - Context.RemainingUnits;
        header.Error = error;
        header.Length = length;
        header.LoadedDataBytes = loadedBytes;
        header.EventCount = events.Length;
        header.CallBytes = trace.Buffer.Length;
        header.LogBytes = log.Length;
        header.ReturnDataBytes = (ushort)returned.Length;
        header.SignatureOffset = (ushort)signatureOffset;
        header.StaticKeysOffset = (ushort)staticKeysOffset;
        header.AccountCount = (ushort)accounts.Count;
        header.LoadedWritableCount = (ushort)transaction.View.WritableLookupAccounts;
        header.LoadedReadonlyCount = (ushort)transaction.View.ReadonlyLookupAccounts;
        header.PreTokenCount = (ushort)_tokensBeforeCount;
        header.PostTokenCount = (ushort)tokensAfterCount;
        header.CallCount = (ushort)trace.Count;

        writer.Write<ulong>(LamportsBefore.AsSpan(0, accounts.Count));
        writer.Write<ulong>(_lamportsAfter.AsSpan(0, accounts.Count));
        writer.Write<RecordedTokens>(_tokensBefore.AsSpan(0, _tokensBeforeCount));
        writer.Write<RecordedTokens>(_tokensAfter.AsSpan(0, tokensAfterCount));
        writer.Write(events);
        writer.Write(loaded);
        if (!returned.IsEmpty)
            writer.Take<Address>() = Context.ReturnProgram;
        writer.Write(trace.Calls);
        writer.Write(trace.Buffer);
        writer.Write(returned);
        writer.Write(log);
        return place;
    }

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
