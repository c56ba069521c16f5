using System.Runtime.InteropServices;
using Velox.OrderBook;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>
/// Instructions of the book program; formats and accounts are in docs/book-program.md. Addresses derived from a
/// market (vaults, vault authority) are the caller's to derive.
/// </summary>
public static class BookInstructions
{
    /// <summary>
    /// Makes a created, zeroed account of the right size, owned by the book program, a market, and creates its vaults.
    /// </summary>
    /// <param name="market">The account.</param>
    /// <param name="payer">Pays the rent of the vaults.</param>
    /// <param name="parameters">Mints, derived vaults, authority (signs) and terms; the book checks the bounds.</param>
    public static Instruction CreateMarket(Address market, Address payer, in MarketParameters parameters) =>
        Build(
            Data(BookInstructionTag.CreateMarket)
                .UInt64(parameters.LotSize)
                .UInt64(parameters.TickSize)
                .UInt16((ushort)parameters.MakerFeeBps)
                .UInt16(parameters.TakerFeeBps)
                .UInt32(parameters.OrderCapacity)
                .UInt32(parameters.BlockCapacity)
                .UInt32(parameters.SeatCapacity)
                .UInt32(parameters.MaxOpenOrdersPerSeat),
            AccountMeta.Writable(market),
            AccountMeta.ReadonlySigner(parameters.Authority),
            AccountMeta.WritableSigner(payer),
            AccountMeta.Readonly(parameters.BaseMint),
            AccountMeta.Readonly(parameters.QuoteMint),
            AccountMeta.Writable(parameters.BaseVault),
            AccountMeta.Writable(parameters.QuoteVault),
            AccountMeta.Readonly(ProgramIds.Token),
            AccountMeta.Readonly(ProgramIds.System));

    /// <summary>Gives the owner a seat. Returns the seat index (u32).</summary>
    public static Instruction OpenSeat(Address market, Address owner) =>
        Build(Data(BookInstructionTag.OpenSeat), AccountMeta.Writable(market), AccountMeta.ReadonlySigner(owner));

    /// <param name="market">The market.</param>
    /// <param name="owner">Owner of the seat and of the source.</param>
    /// <param name="source">Token account of the asset's mint.</param>
    /// <param name="vault">The market's vault for the asset.</param>
    /// <param name="asset">Whose vault it is.</param>
    /// <param name="seat">Seat index.</param>
    /// <param name="amount">Atoms.</param>
    public static Instruction Deposit(
        Address market, Address owner, Address source, Address vault, Asset asset, uint seat, ulong amount) =>
        Build(
            Data(BookInstructionTag.Deposit).Byte((byte)asset).UInt32(seat).UInt64(amount),
            AccountMeta.Writable(market),
            AccountMeta.ReadonlySigner(owner),
            AccountMeta.Writable(source),
            AccountMeta.Writable(vault),
            AccountMeta.Readonly(ProgramIds.Token));

    /// <param name="market">The market.</param>
    /// <param name="owner">Owner of the seat.</param>
    /// <param name="destination">Token account of the asset's mint.</param>
    /// <param name="vault">The market's vault for the asset.</param>
    /// <param name="vaultAuthority">Derived owner of the vaults.</param>
    /// <param name="asset">Whose vault it is.</param>
    /// <param name="seat">Seat index.</param>
    /// <param name="amount">Atoms of free balance.</param>
    public static Instruction Withdraw(
        Address market, Address owner, Address destination, Address vault, Address vaultAuthority,
        Asset asset, uint seat, ulong amount) =>
        Build(
            Data(BookInstructionTag.Withdraw).Byte((byte)asset).UInt32(seat).UInt64(amount),
            PayOut(market, owner, destination, vault, vaultAuthority));

    /// <summary>Places an order. Returns order id, filled lots and resting lots (u64 each).</summary>
    /// <param name="market">The market.</param>
    /// <param name="signer">The seat's owner or session key.</param>
    /// <param name="seat">Seat index.</param>
    /// <param name="order">Side, type, client order id, limit price and size.</param>
    public static Instruction Place(Address market, Address signer, uint seat, in NewOrder order) =>
        Build(
            Data(BookInstructionTag.Place)
                .UInt32(seat)
                .Byte((byte)order.Side)
                .Byte((byte)order.Type)
                .UInt64(order.ClientOrderId)
                .UInt64(order.PriceTicks)
                .UInt64(order.QuantityLots),
            Trade(market, signer));

    /// <summary>Cancels one order by the id that the book gave it.</summary>
    public static Instruction Cancel(Address market, Address signer, uint seat, ulong orderId) =>
        Build(Data(BookInstructionTag.Cancel).UInt32(seat).UInt64(orderId), Trade(market, signer));

    /// <summary>Cancels the newest orders of the seat.</summary>
    /// <param name="market">The market.</param>
    /// <param name="signer">The seat's owner or session key.</param>
    /// <param name="seat">Seat index.</param>
    /// <param name="max">Most orders to cancel; 1 to 256, or 0 for 256.</param>
    public static Instruction CancelAll(Address market, Address signer, uint seat, ushort max) =>
        Build(Data(BookInstructionTag.CancelAll).UInt32(seat).UInt16(max), Trade(market, signer));

    /// <summary>Takes <paramref name="byLots"/> from an order's open quantity; it keeps its priority.</summary>
    public static Instruction Reduce(Address market, Address signer, uint seat, ulong orderId, ulong byLots) =>
        Build(Data(BookInstructionTag.Reduce).UInt32(seat).UInt64(orderId).UInt64(byLots), Trade(market, signer));

    /// <summary>Runs order messages one after the other. Returns one error code (u16) for each.</summary>
    /// <param name="market">The market.</param>
    /// <param name="sessionKey">Session key of every seat that the messages name.</param>
    /// <param name="messages">1 to 16 messages of 32 bytes, one behind the other.</param>
    /// <exception cref="ArgumentException"><paramref name="messages"/> has another length.</exception>
    public static Instruction Batch(Address market, Address sessionKey, ReadOnlySpan<byte> messages)
    {
        int count = messages.Length / BookWire.OrderMessageSize;
        if (messages.Length % BookWire.OrderMessageSize != 0 || count is < 1 or > BookWire.MaxBatchMessages)
        {
            throw new ArgumentException(
                $"Expected 1 to {BookWire.MaxBatchMessages} messages of {BookWire.OrderMessageSize} bytes, "
                + $"got {messages.Length} bytes.",
                nameof(messages));
        }

        return Build(Data(BookInstructionTag.Batch).Byte((byte)count).Bytes(messages), Trade(market, sessionKey));
    }

    /// <inheritdoc cref="Batch(Address, Address, ReadOnlySpan{byte})"/>
    // The struct is its wire form: see its layout.
    public static Instruction Batch(Address market, Address sessionKey, ReadOnlySpan<OrderMessage> messages) =>
        Batch(market, sessionKey, MemoryMarshal.AsBytes(messages));

    /// <param name="market">The market.</param>
    /// <param name="owner">The seat's owner.</param>
    /// <param name="seat">Seat index.</param>
    /// <param name="sessionKey">The key that may trade for the seat; all zero for none.</param>
    public static Instruction SetSession(Address market, Address owner, uint seat, Address sessionKey) =>
        Build(Data(BookInstructionTag.SetSession).UInt32(seat).Address(sessionKey), Trade(market, owner));

    /// <param name="market">The market.</param>
    /// <param name="authority">The market's authority.</param>
    /// <param name="destination">Token account of the asset's mint.</param>
    /// <param name="vault">The market's vault for the asset.</param>
    /// <param name="vaultAuthority">Derived owner of the vaults.</param>
    /// <param name="asset">Whose vault it is.</param>
    /// <param name="amount">Atoms, or <see cref="BookWire.AllAtoms"/>.</param>
    public static Instruction CollectFees(
        Address market, Address authority, Address destination, Address vault, Address vaultAuthority,
        Asset asset, ulong amount) =>
        Build(
            Data(BookInstructionTag.CollectFees).Byte((byte)asset).UInt64(amount),
            PayOut(market, authority, destination, vault, vaultAuthority));

    /// <summary>Cancels one order by the id that the trader gave it.</summary>
    public static Instruction CancelByClientId(Address market, Address signer, uint seat, ulong clientOrderId) =>
        Build(
            Data(BookInstructionTag.CancelByClientId).UInt32(seat).UInt64(clientOrderId), Trade(market, signer));

    /// <summary>Places an order of any kind. Returns order id, filled lots and resting lots (u64 each).</summary>
    public static Instruction PlaceSpecial(Address market, Address signer, uint seat, in NewOrder order) =>
        Build(
            Data(BookInstructionTag.PlaceSpecial)
                .UInt32(seat)
                .Byte((byte)order.Side)
                .Byte((byte)order.Type)
                .Byte((byte)order.SelfTrade)
                .UInt64(order.ClientOrderId)
                .UInt64(order.PriceTicks)
                .UInt64(order.QuantityLots)
                .UInt64(order.DisplayLots)
                .UInt64(order.TriggerTicks)
                .UInt64(order.Expiry.Bits),
            Trade(market, signer));

    /// <summary>Gives an open order another price or size. Returns what <see cref="Place"/> returns.</summary>
    public static Instruction Replace(
        Address market, Address signer, uint seat, ulong orderId, ulong priceTicks, ulong quantityLots,
        SelfTrade selfTrade = default) =>
        BuildReplace(BookInstructionTag.Replace, market, signer, seat, orderId, priceTicks, quantityLots, selfTrade);

    /// <summary>As Replace, by the id that the trader gave the order.</summary>
    public static Instruction ReplaceByClientId(
        Address market, Address signer, uint seat, ulong clientOrderId, ulong priceTicks, ulong quantityLots,
        SelfTrade selfTrade = default) =>
        BuildReplace(
            BookInstructionTag.ReplaceByClientId, market, signer, seat, clientOrderId, priceTicks, quantityLots, selfTrade);

    /// <summary>Cancels the newest orders of one side of the seat; <paramref name="max"/> as in
    /// <see cref="CancelAll"/>.</summary>
    public static Instruction CancelSide(Address market, Address signer, uint seat, Side side, ushort max) =>
        Build(Data(BookInstructionTag.CancelSide).UInt32(seat).Byte((byte)side).UInt16(max), Trade(market, signer));

    /// <summary>Replaces the seat's bid and ask together. Returns their order ids (u64 each).</summary>
    public static Instruction ReplaceQuote(Address market, Address signer, uint seat, in TwoSidedQuote quote) =>
        Build(
            Data(BookInstructionTag.ReplaceQuote)
                .UInt32(seat)
                .Byte((byte)quote.Type)
                .Byte((byte)quote.SelfTrade)
                .UInt64(quote.Expiry.Bits)
                .UInt64(quote.BidClientOrderId)
                .UInt64(quote.BidPriceTicks)
                .UInt64(quote.BidLots)
                .UInt64(quote.AskClientOrderId)
                .UInt64(quote.AskPriceTicks)
                .UInt64(quote.AskLots),
            Trade(market, signer));

    /// <summary>Lets expired orders go and triggered stops in; anybody may.</summary>
    public static Instruction Advance(Address market) =>
        Build(Data(BookInstructionTag.Advance), AccountMeta.Writable(market));

    /// <summary>Changes how the market trades: continuously, in a call, or not at all.</summary>
    /// <param name="market">The market.</param>
    /// <param name="authority">The market's authority.</param>
    /// <param name="phase">Continuous, call or halted.</param>
    public static Instruction SetPhase(Address market, Address authority, MarketPhase phase) =>
        Build(Data(BookInstructionTag.SetPhase).Byte((byte)phase), Trade(market, authority));

    /// <summary>One step of the uncross that ends a call: send it until it is done. Returns whether it is (u8), the clearing
    /// price, and lots filled and lost by pairs of one seat in this step (u64 each).</summary>
    public static Instruction Uncross(Address market, Address authority) =>
        Build(Data(BookInstructionTag.Uncross), Trade(market, authority));

    /// <summary>Binds prices to a band around the last trade.</summary>
    /// <param name="market">The market.</param>
    /// <param name="authority">The market's authority.</param>
    /// <param name="bandBps">Basis points of the reference, at most <see cref="OrderBook.Market.MaxPriceBandBps"/>; 0 for no
    /// band.</param>
    /// <param name="referenceTicks">The reference before the first trade; 0 for none.</param>
    public static Instruction SetPriceBand(Address market, Address authority, ushort bandBps, ulong referenceTicks) =>
        Build(Data(BookInstructionTag.SetPriceBand).UInt16(bandBps).UInt64(referenceTicks), Trade(market, authority));

    /// <summary>Limits what a seat may have open.</summary>
    /// <param name="market">The market.</param>
    /// <param name="signer">The market's authority, or the seat's owner, who may only lower them.</param>
    /// <param name="seat">Seat index.</param>
    /// <param name="limits">Both limits.</param>
    public static Instruction SetSeatLimits(Address market, Address signer, uint seat, in SeatLimits limits) =>
        Build(
            Data(BookInstructionTag.SetSeatLimits)
                .UInt32(seat)
                .UInt32(limits.MaxOpenOrders)
                .UInt64(limits.MaxOpenNotionalAtoms),
            Trade(market, signer));

    /// <summary>Kill switch: no new orders of the seat, and its open ones are cancelled, 256 at most. Returns how many are
    /// still open (u32): send it again until none is.</summary>
    /// <param name="market">The market.</param>
    /// <param name="signer">The market's authority or the seat's owner.</param>
    /// <param name="seat">Seat index.</param>
    public static Instruction StopSeat(Address market, Address signer, uint seat) =>
        Build(Data(BookInstructionTag.StopSeat).UInt32(seat), Trade(market, signer));

    /// <summary>Lifts the kill switch, as far as the signer has set it.</summary>
    public static Instruction ResumeSeat(Address market, Address signer, uint seat) =>
        Build(Data(BookInstructionTag.ResumeSeat).UInt32(seat), Trade(market, signer));

    /// <summary>
    /// Gives a market larger capacities. An account that is too short for them becomes longer first, by at most
    /// <see cref="BookWire.MaxDataIncrease"/> bytes an instruction: send it again until it returns 0 (u32 bytes still missing).
    /// </summary>
    /// <param name="market">The market.</param>
    /// <param name="authority">The market's authority.</param>
    /// <param name="payer">Pays the rent of the new bytes.</param>
    /// <param name="capacities">None lower than now.</param>
    public static Instruction GrowMarket(
        Address market, Address authority, Address payer, in MarketCapacities capacities) =>
        Build(
            Data(BookInstructionTag.GrowMarket)
                .UInt32(capacities.Orders)
                .UInt32(capacities.Blocks)
                .UInt32(capacities.Seats),
            AccountMeta.Writable(market),
            AccountMeta.ReadonlySigner(authority),
            AccountMeta.WritableSigner(payer),
            AccountMeta.Readonly(ProgramIds.System));

    private static Instruction BuildReplace(
        BookInstructionTag tag, Address market, Address signer, uint seat, ulong id, ulong priceTicks, ulong quantityLots,
        SelfTrade selfTrade) =>
        Build(
            Data(tag).UInt32(seat).UInt64(id).UInt64(priceTicks).UInt64(quantityLots).Byte((byte)selfTrade),
            Trade(market, signer));

    private static AccountMeta[] Trade(Address market, Address signer) =>
        [AccountMeta.Writable(market), AccountMeta.ReadonlySigner(signer)];

    private static AccountMeta[] PayOut(
        Address market, Address signer, Address destination, Address vault, Address vaultAuthority) =>
    [
        AccountMeta.Writable(market),
        AccountMeta.ReadonlySigner(signer),
        AccountMeta.Writable(destination),
        AccountMeta.Writable(vault),
        AccountMeta.Readonly(vaultAuthority),
        AccountMeta.Readonly(ProgramIds.Token),
    ];

    private static DataWriter Data(BookInstructionTag tag) => new DataWriter().Byte((byte)tag);

    private static Instruction Build(DataWriter data, params AccountMeta[] accounts) =>
        new(ProgramIds.Book, accounts, data.ToArray());
}
