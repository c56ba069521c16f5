using System.Runtime.InteropServices;
using Velox.Cryptography;
using Velox.OrderBook;
using Velox.Primitives;
using Velox.State;
using Velox.Svm;

namespace Velox.Node;

/// <summary>
/// Creates the demo market with ordinary transactions: mints, market, funded seats, one session key for all.
/// </summary>
/// <remarks>
/// Every step looks first whether its outcome is there, so a restart, or a crash half way, goes on where it stood.
/// </remarks>
internal sealed class DemoSetup(ChainView chain, Keypair faucet, DemoKeys keys, DurableSender sender)
{
    internal const byte BaseDecimals = 9;
    internal const byte QuoteDecimals = 6;

    /// <summary>0.01 SOL.</summary>
    internal const ulong LotSize = 10_000_000;

    /// <summary>0.0001 USDC for a lot: a price of one tick is 0.01 USDC for a SOL.</summary>
    internal const ulong TickSize = 100;

    internal const uint MaxOpenOrdersPerSeat = 128;

    private const uint OrderCapacity = 8_192;
    private const uint BlockCapacity = 512;
    private const uint SeatCapacity = 1_024;

    // 1,000,000 SOL and 1,000,000,000 USDC for each trader: an hour of flow moves a small part of it.
    private const ulong BaseDeposit = 1_000_000_000_000_000;
    private const ulong QuoteDeposit = 1_000_000_000_000_000;

    // The session key pays 5,000 lamports a bundle: enough for 200 million of them, topped up at half of it.
    private const ulong SessionLamports = 1_000_000_000_000_000;
    private const ulong TraderLamports = 100_000_000_000;

    /// <summary>Sets up what is not there yet; returns the traders' seats.</summary>
    internal async Task<ushort[]> RunAsync(CancellationToken cancellation)
    {
        await FundAsync(cancellation);
        await Task.WhenAll(
            CreateMintAsync(keys.BaseMint, BaseDecimals, cancellation),
            CreateMintAsync(keys.QuoteMint, QuoteDecimals, cancellation));
        await CreateMarketAsync(cancellation);
        return await Task.WhenAll(keys.Traders.Select(trader => PrepareSeatAsync(trader, cancellation)));
    }

    private async Task FundAsync(CancellationToken cancellation)
    {
        await TopUpAsync(keys.Session.PublicKey, SessionLamports, cancellation);
        await Task.WhenAll(
            keys.Traders.Select(trader => TopUpAsync(trader.PublicKey, TraderLamports, cancellation)));
    }

    private async Task TopUpAsync(Address account, ulong lamports, CancellationToken cancellation)
    {
        ulong balance = chain.State.Find(account)?.Lamports ?? 0;
        if (balance >= lamports / 2)
            return;
        await sender.SendAsync(
            "fund", [faucet], [SystemInstructions.Transfer(faucet.PublicKey, account, lamports - balance)], cancellation);
    }

    private async Task CreateMintAsync(Keypair mint, byte decimals, CancellationToken cancellation)
    {
        if (chain.State.Find(mint.PublicKey) is not null)
            return;
        ulong rent = Rent.MinimumBalance(TokenInstructions.MintSize);
        await sender.SendAsync(
            "create mint",
            [faucet, mint],
            [
                SystemInstructions.CreateAccount(
                    faucet.PublicKey, mint.PublicKey, rent, TokenInstructions.MintSize, ProgramIds.Token),
                TokenInstructions.InitializeMint2(mint.PublicKey, decimals, faucet.PublicKey),
            ],
            cancellation);
    }

    private async Task CreateMarketAsync(CancellationToken cancellation)
    {
        Address market = keys.Market.PublicKey;
        if (chain.State.Find(market) is not null)
            return;
        int size = (int)MarketLayout.RequiredBytes(OrderCapacity, BlockCapacity, SeatCapacity);
        var parameters = new MarketParameters
        {
            BaseMint = keys.BaseMint.PublicKey,
            QuoteMint = keys.QuoteMint.PublicKey,
            BaseVault = keys.BaseVault,
            QuoteVault = keys.QuoteVault,
            Authority = faucet.PublicKey,
            LotSize = LotSize,
            TickSize = TickSize,
            MakerFeeBps = 0,
            TakerFeeBps = 4,
            OrderCapacity = OrderCapacity,
            BlockCapacity = BlockCapacity,
            SeatCapacity = SeatCapacity,
            MaxOpenOrdersPerSeat = MaxOpenOrdersPerSeat,
        };
        await sender.SendAsync(
            "create market",
            [faucet, keys.Market],
            [
                SystemInstructions.CreateAccount(
                    faucet.PublicKey, market, Rent.MinimumBalance(size), (ulong)size, ProgramIds.Book),
                BookInstructions.CreateMarket(market, faucet.PublicKey, parameters),
            ],
            cancellation);
    }

    private async Task<ushort> PrepareSeatAsync(Keypair trader, CancellationToken cancellation)
    {
        Address market = keys.Market.PublicKey;
        if (FindSeat(trader.PublicKey, out SeatNode node) is not { } seat)
        {
            await sender.SendAsync(
                "open seat", [trader], [BookInstructions.OpenSeat(market, trader.PublicKey)], cancellation);
            seat = FindSeat(trader.PublicKey, out node)
                ?? throw new DemoException($"Demo step 'open seat' gave trader {trader.PublicKey} no seat.");
        }

        if (node.SessionKey != keys.Session.PublicKey)
            await FundSeatAsync(trader, seat, cancellation);
        if (node.OpenOrders > 0)
        {
            // Orders of the last run, which the flow knows nothing of.
            await sender.SendAsync(
                "cancel old orders",
                [trader],
                [BookInstructions.CancelAll(market, trader.PublicKey, seat, 0)],
                cancellation);
        }

        return seat;
    }

    /// <summary>One transaction for all of it, so that a seat with the session key has its money too.</summary>
    private async Task FundSeatAsync(Keypair trader, ushort seat, CancellationToken cancellation)
    {
        Address market = keys.Market.PublicKey;
        Address owner = trader.PublicKey;
        Address baseMint = keys.BaseMint.PublicKey;
        Address quoteMint = keys.QuoteMint.PublicKey;
        Address baseAccount = DemoKeys.TokenAccount(owner, baseMint);
        Address quoteAccount = DemoKeys.TokenAccount(owner, quoteMint);
        await sender.SendAsync(
            "fund seat",
            [faucet, trader],
            [
                AssociatedTokenInstructions.CreateIdempotent(faucet.PublicKey, baseAccount, owner, baseMint),
                AssociatedTokenInstructions.CreateIdempotent(faucet.PublicKey, quoteAccount, owner, quoteMint),
                TokenInstructions.MintTo(baseMint, baseAccount, faucet.PublicKey, BaseDeposit),
                TokenInstructions.MintTo(quoteMint, quoteAccount, faucet.PublicKey, QuoteDeposit),
                BookInstructions.Deposit(
                    market, owner, baseAccount, keys.BaseVault, Asset.Base, seat, BaseDeposit),
                BookInstructions.Deposit(
                    market, owner, quoteAccount, keys.QuoteVault, Asset.Quote, seat, QuoteDeposit),
                BookInstructions.SetSession(market, owner, seat, keys.Session.PublicKey),
            ],
            cancellation);
    }

    /// <summary>The seat of an owner in the durable market, or null.</summary>
    private ushort? FindSeat(Address owner, out SeatNode node)
    {
        node = default;
        AccountSnapshot? market = chain.State.Find(keys.Market.PublicKey);
        if (market is null)
            return null;
        for (int seat = 0; seat < SeatCapacity; seat++)
        {
            market.CopyData(
                MarketLayout.HeaderBytes + (seat * MarketLayout.SeatBytes),
                MemoryMarshal.AsBytes(new Span<SeatNode>(ref node)));
            if (node.Owner == owner)
                return (ushort)seat;
        }

        node = default;
        return null;
    }
}
