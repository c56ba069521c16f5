using Velox.Cryptography;
using Velox.OrderBook;
using Velox.Primitives;
using Velox.State;
using Velox.Svm;
using Xunit;

namespace Velox.Node.Tests;

/// <summary>One market of a host's chain with funded traders, made by ordinary transactions, and blocks of orders for it.</summary>
internal sealed class TestVenue
{
    internal const int Traders = 3;
    private const ulong Funds = 1_000_000_000;

    private readonly RpcHost _host;
    private readonly Keypair _market;
    private readonly Keypair[] _traders;
    private ulong _clientOrderId;

    /// <param name="host">The chain; its faucet pays and is the market's authority.</param>
    /// <param name="number">Tells the venues of one chain apart.</param>
    internal TestVenue(RpcHost host, int number = 0)
    {
        _host = host;
        _market = Key(number, 0);
        Keypair baseMint = Key(number, 1);
        Keypair quoteMint = Key(number, 2);
        _traders = [.. Enumerable.Range(3, Traders).Select(index => Key(number, index))];
        Send([.. CreateMint(baseMint), .. CreateMint(quoteMint)], baseMint, quoteMint);
        Send(CreateMarket(baseMint.PublicKey, quoteMint.PublicKey), _market);
        for (int i = 0; i < Traders; i++)
            Send(Seat(i, baseMint.PublicKey, quoteMint.PublicKey), _traders[i]);
    }

    internal Address Market => _market.PublicKey;

    internal Address Trader(int index) => _traders[index].PublicKey;

    /// <summary>The live slab's levels, best first.</summary>
    internal DepthLevel[] Slab(Side side, int depth = int.MaxValue)
    {
        Account account = _host.Bank.Accounts.Find(Market)!;
        Assert.Equal(BookError.None, OrderBook.Market.TryOpen(account.Data, out Market market));
        var levels = new DepthLevel[Math.Min(depth, 10_000)];
        return levels[..market.Depth(side, levels)];
    }

    internal byte[] Place(int trader, Side side, ulong priceTicks, ulong lots, OrderType type = OrderType.Limit) => Sign(
        trader,
        BookInstructions.Place(
            Market, Trader(trader), (uint)trader, new NewOrder(side, type, priceTicks, lots, ++_clientOrderId)));

    /// <summary>Any order, reduction or cancellation; many are refused by the book.</summary>
    internal byte[] RandomOperation(Random random)
    {
        int trader = random.Next(Traders);
        uint seat = (uint)trader;
        Address signer = Trader(trader);
        ulong known = (ulong)random.NextInt64((long)Math.Max(0, (long)_clientOrderId - 20), (long)_clientOrderId + 1);
        return random.Next(10) switch
        {
            0 => Sign(trader, BookInstructions.CancelAll(Market, signer, seat, (ushort)random.Next(1, 4))),
            1 or 2 => Sign(trader, BookInstructions.CancelByClientId(Market, signer, seat, known)),
            3 => Sign(trader, BookInstructions.Reduce(Market, signer, seat, RandomOrder(trader, random), (ulong)random.Next(1, 6))),
            _ => Place(
                trader, (Side)random.Next(2), (ulong)random.Next(95, 106), (ulong)random.Next(1, 12),
                (OrderType)random.Next(4)),
        };
    }

    /// <summary>Executes and publishes a block. What the bank rejects (an operation given twice) is left out of it.</summary>
    internal Block AddBlock(params byte[][] transactions) => AddBlock(_host, transactions);

    internal static Block AddBlock(RpcHost host, params byte[][] transactions)
    {
        host.Bank.BeginBlock(1_700_000_000 + (long)host.Bank.Slot);
        host.Bank.Process([.. transactions.Select(bytes => new InFlightTransaction(bytes))]);
        Block block = host.Bank.EndBlock();
        host.Chain.Publish(block);
        return block;
    }

    private ulong RandomOrder(int trader, Random random)
    {
        Assert.Equal(
            BookError.None, OrderBook.Market.TryOpen(_host.Bank.Accounts.Find(Market)!.Data, out Market market));
        var orders = new OrderNode[16];
        int count = market.OrdersOf((uint)trader, orders);
        return count == 0 ? 0 : orders[random.Next(count)].OrderId;
    }

    private byte[] Sign(int trader, Instruction instruction) => _host.Sign([instruction], _traders[trader]);

    private void Send(IEnumerable<Instruction> instructions, params Keypair[] signers)
    {
        TransactionRecord record = _host.Send(instructions, [_host.Faucet, .. signers]);
        Assert.True(!record.Error.IsError, $"{record.Error}\n{string.Join('\n', record.LogLines)}");
    }

    private IEnumerable<Instruction> CreateMint(Keypair mint) =>
    [
        SystemInstructions.CreateAccount(
            _host.Faucet.PublicKey, mint.PublicKey, Rent.MinimumBalance(TokenInstructions.MintSize),
            TokenInstructions.MintSize, ProgramIds.Token),
        TokenInstructions.InitializeMint2(mint.PublicKey, 6, _host.Faucet.PublicKey),
    ];

    private IEnumerable<Instruction> CreateMarket(Address baseMint, Address quoteMint)
    {
        Address faucet = _host.Faucet.PublicKey;
        var parameters = new MarketParameters
        {
            BaseMint = baseMint,
            QuoteMint = quoteMint,
            BaseVault = BookAddresses.Vault(Market, baseMint),
            QuoteVault = BookAddresses.Vault(Market, quoteMint),
            Authority = faucet,
            LotSize = 1,
            TickSize = 1,
            MakerFeeBps = 0,
            TakerFeeBps = 10,
            OrderCapacity = 200,
            BlockCapacity = 64,
            SeatCapacity = Traders,
            MaxOpenOrdersPerSeat = 64,
        };
        int size = (int)MarketLayout.RequiredBytes(
            parameters.OrderCapacity, parameters.BlockCapacity, parameters.SeatCapacity);
        return
        [
            SystemInstructions.CreateAccount(faucet, Market, Rent.MinimumBalance(size), (ulong)size, ProgramIds.Book),
            BookInstructions.CreateMarket(Market, faucet, parameters),
        ];
    }

    private IEnumerable<Instruction> Seat(int index, Address baseMint, Address quoteMint)
    {
        Address trader = Trader(index);
        Address faucet = _host.Faucet.PublicKey;
        yield return SystemInstructions.Transfer(faucet, trader, 10 * RpcHost.Sol);
        yield return BookInstructions.OpenSeat(Market, trader);
        foreach ((Address mint, Asset asset) in new[] { (baseMint, Asset.Base), (quoteMint, Asset.Quote) })
        {
            Address account = DemoKeys.TokenAccount(trader, mint);
            yield return AssociatedTokenInstructions.CreateIdempotent(faucet, account, trader, mint);
            yield return TokenInstructions.MintTo(mint, account, faucet, Funds);
            yield return BookInstructions.Deposit(
                Market, trader, account, BookAddresses.Vault(Market, mint), asset, (uint)index, Funds);
        }
    }

    private static Keypair Key(int number, int index)
    {
        byte[] seed = Enumerable.Repeat((byte)77, 32).ToArray();
        (seed[0], seed[1]) = ((byte)number, (byte)index);
        return Keypair.FromSeed(seed);
    }
}
