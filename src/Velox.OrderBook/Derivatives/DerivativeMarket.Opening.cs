using System.Runtime.InteropServices;
using Velox.Primitives;

namespace Velox.OrderBook;

/// <summary>Makes and opens markets of derivatives.</summary>
public static class DerivativeMarket
{
    /// <summary>Bytes that market and ledger need together.</summary>
    public static long RequiredBytes(in MarketCapacities market, uint accounts) =>
        market.RequiredBytes + LedgerLayout.RequiredBytes(accounts);

    /// <summary>Makes a ledger behind a market. Writes its header only.</summary>
    /// <param name="memory">Holds a matching-only market without open orders, and zeros behind it.</param>
    /// <param name="terms">Each field states its bound.</param>
    /// <param name="market">The derivative when the result is <see cref="BookError.None"/>.</param>
    /// <returns>The errors of <see cref="Market.TryOpen(TrackedMemory, out Market)"/>; <see cref="BookError.InvalidInstrument"/>,
    /// <see cref="BookError.MemoryTooShort"/> or <see cref="BookError.MemoryNotEmpty"/>.</returns>
    public static BookError TryCreate<TInstrument>(
        TrackedMemory memory, in InstrumentTerms terms, out DerivativeMarket<TInstrument> market)
        where TInstrument : struct, IInstrument
    {
        market = default;
        BookError error = Market.TryOpen(memory, out Market book);
        if (error == BookError.None)
            error = CheckCreation<TInstrument>(book, memory.Bytes, terms);
        if (error != BookError.None)
            return error;
        market = new(book, new Ledger(memory, (int)book.Capacities.RequiredBytes, terms.AccountCapacity));
        market.WriteNewHeader(terms);
        return BookError.None;
    }

    /// <summary>As <see cref="TryCreate{TInstrument}(TrackedMemory, in InstrumentTerms, out DerivativeMarket{TInstrument})"/>, in a part of a
    /// native region: the places as in <see cref="Market.TryOpen(NativeRegion, long, int, out Market)"/>.</summary>
    public static BookError TryCreate<TInstrument>(
        NativeRegion memory, long offset, int length, in InstrumentTerms terms, out DerivativeMarket<TInstrument> market)
        where TInstrument : struct, IInstrument
    {
        market = default;
        BookError error = Market.TryOpen(memory, offset, length, out Market book);
        if (error != BookError.None)
            return error;
        ReadOnlySpan<byte> bytes = memory.Slice(offset, length);
        error = CheckCreation<TInstrument>(book, bytes, terms);
        if (error != BookError.None)
            return error;
        market = new(book, new Ledger(memory, bytes[(int)book.Capacities.RequiredBytes..], terms.AccountCapacity));
        market.WriteNewHeader(terms);
        return BookError.None;
    }

    /// <summary>Opens market and ledger after a check of both headers.</summary>
    /// <returns>The errors of <see cref="Market.TryOpen(TrackedMemory, out Market)"/>; <see cref="BookError.NotALedger"/> (or
    /// one of another instrument), <see cref="BookError.UnsupportedVersion"/>, <see cref="BookError.InvalidInstrument"/>,
    /// <see cref="BookError.MemoryTooShort"/> or <see cref="BookError.CorruptMarket"/> (the counters contradict each other, or
    /// the market was used without the ledger).</returns>
    public static BookError TryOpen<TInstrument>(TrackedMemory memory, out DerivativeMarket<TInstrument> market)
        where TInstrument : struct, IInstrument
    {
        market = default;
        BookError error = Market.TryOpen(memory, out Market book);
        if (error != BookError.None)
            return error;
        int offset = (int)book.Capacities.RequiredBytes;
        error = CheckLedger<TInstrument>(book, memory.Bytes[offset..]);
        if (error == BookError.None)
            market = new(book, new Ledger(memory, offset, memory.Read<LedgerHeader>(offset).AccountCapacity));
        return error;
    }

    /// <summary>As <see cref="TryOpen{TInstrument}(TrackedMemory, out DerivativeMarket{TInstrument})"/>, in a part of a native region.</summary>
    public static BookError TryOpen<TInstrument>(
        NativeRegion memory, long offset, int length, out DerivativeMarket<TInstrument> market)
        where TInstrument : struct, IInstrument
    {
        market = default;
        BookError error = Market.TryOpen(memory, offset, length, out Market book);
        if (error != BookError.None)
            return error;
        ReadOnlySpan<byte> bytes = memory.Slice(offset, length)[(int)book.Capacities.RequiredBytes..];
        error = CheckLedger<TInstrument>(book, bytes);
        if (error == BookError.None)
            market = new(book, new Ledger(memory, bytes, MemoryMarshal.AsRef<LedgerHeader>(bytes).AccountCapacity));
        return error;
    }

    private static BookError CheckCreation<TInstrument>(in Market market, ReadOnlySpan<byte> bytes, in InstrumentTerms terms)
        where TInstrument : struct, IInstrument
    {
        if (!IsPlainMarket(market) || HasOrders(market.Header) || !AreValid<TInstrument>(terms))
            return BookError.InvalidInstrument;
        long start = market.Capacities.RequiredBytes;
        long length = LedgerLayout.RequiredBytes(terms.AccountCapacity);
        if (bytes.Length - start < length)
            return BookError.MemoryTooShort;
        return bytes.Slice((int)start, (int)length).ContainsAnyExcept((byte)0) ? BookError.MemoryNotEmpty : BookError.None;
    }

    private static bool IsPlainMarket(in Market market) =>
        (market.Header.Flags & MarketFlags.MatchingOnly) != 0 && market.Header.TickSize <= LedgerLayout.MaxLotValueAtoms;

    private static bool HasOrders(in MarketHeader header) =>
        (header.Bids.OrderCount | header.Asks.OrderCount | header.SpecialOrders) != 0;

    private static bool AreValid<TInstrument>(in InstrumentTerms terms)
        where TInstrument : struct, IInstrument =>
        terms.AreInBounds && TInstrument.AreValid(terms);

    internal static BookError CheckLedger<TInstrument>(in Market market, ReadOnlySpan<byte> bytes)
        where TInstrument : struct, IInstrument
    {
        if (bytes.Length < LedgerLayout.HeaderBytes)
            return BookError.MemoryTooShort;
        ref readonly LedgerHeader header = ref MemoryMarshal.AsRef<LedgerHeader>(bytes);
        if (header.Magic != LedgerLayout.Magic || header.Kind != TInstrument.Kind)
            return BookError.NotALedger;
        if (header.Version != LedgerLayout.Version)
            return BookError.UnsupportedVersion;
        if (!IsPlainMarket(market) || !AreValid<TInstrument>(header.Terms))
            return BookError.InvalidInstrument;
        if (bytes.Length < LedgerLayout.RequiredBytes(header.AccountCapacity))
            return BookError.MemoryTooShort;

        Int128 index = header.FundingIndex.Value;
        bool countersFit = header.AccountCount <= header.AccountCapacity
            && IsAtStateOf(header)
            && header.FundingCursor <= header.AccountCount
            && IsLotValue(market, header.MarkTicks)
            && header.VaultAtoms <= LedgerLayout.MaxVaultAtoms && header.InsuranceAtoms <= header.VaultAtoms
            && index <= LedgerLayout.MaxFundingIndex && index >= -LedgerLayout.MaxFundingIndex
            && header.NextEventSequence == market.Header.NextEventSequence;
        return countersFit ? BookError.None : BookError.CorruptMarket;
    }

    /// <summary>Whether the settlement is where the state says. Its first step takes an account.</summary>
    private static bool IsAtStateOf(in LedgerHeader header) => header.State switch
    {
        LedgerState.Trading => header.SettlementCursor == 0,
        LedgerState.Settling => header.SettlementCursor > 0 && header.SettlementCursor < header.AccountCount,
        LedgerState.Settled => header.SettlementCursor == header.AccountCount,
        _ => false,
    };

    /// <summary>Whether a lot at a price is worth no more than it may be.</summary>
    internal static bool IsLotValue(in Market market, ulong priceTicks) =>
        Money.TryMultiply(priceTicks, market.Header.TickSize, out ulong atoms) && atoms <= LedgerLayout.MaxLotValueAtoms;
}
