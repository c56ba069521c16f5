using Velox.Cryptography;
using Velox.OrderBook;
using Velox.Primitives;
using Velox.Svm;

namespace Velox.Cli;

/// <summary>Bundles of 16 order messages, one signature each: 8 orders placed, 8 cancelled, in markets in turn.</summary>
internal sealed class BundleFlow : SvmFlow
{
    private const int Markets = 16;
    private const int OrdersPerBundle = 8;
    private const ulong Supply = 1_000_000_000_000;

    private static readonly MarketParameters Terms = new()
    {
        LotSize = 100,
        TickSize = 10,
        OrderCapacity = 1_024,
        BlockCapacity = 256,
        SeatCapacity = 8,
        MaxOpenOrdersPerSeat = 64,
    };

    private readonly Keypair _baseMint = KeypairOf(10_001);
    private readonly Keypair _quoteMint = KeypairOf(10_002);
    private readonly Keypair[] _markets = [.. Enumerable.Range(11_000, Markets).Select(KeypairOf)];
    private readonly Keypair[] _traders = [.. Enumerable.Range(2, Markets).Select(KeypairOf)];

    internal override string Name => "bundles of 16 order messages";

    internal override int UnitsPerTransaction => 2 * OrdersPerBundle;

    internal override byte[] Sign(int number, Hash256 blockhash)
    {
        var messages = new OrderMessage[2 * OrdersPerBundle];
        for (uint i = 0; i < OrdersPerBundle; i++)
        {
            uint sequence = ((uint)number * OrdersPerBundle) + i;
            ulong clientOrderId = i + 1;
            messages[i] = OrderMessage.Place(0, sequence, new NewOrder(Side.Bid, OrderType.PostOnly, 1_000 + i, 1, clientOrderId));
            messages[OrdersPerBundle + i] = OrderMessage.Cancel(0, sequence, clientOrderId);
        }

        int market = number % Markets;
        return Sign(blockhash, [BookInstructions.Batch(_markets[market].PublicKey, _traders[market].PublicKey, messages)], _traders[market]);
    }

    protected override void Prepare(Bank bank)
    {
        Fund(bank, _traders);
        RunBlock(
            bank, [Sign(bank.LastHash, [.. CreateMint(_baseMint), .. CreateMint(_quoteMint)], Faucet, _baseMint, _quoteMint)]);
        RunBlock(bank, [.. _markets.Select(market => CreateMarket(market, bank.LastHash))]);
        RunBlock(bank, [.. Enumerable.Range(0, Markets).Select(i => Seat(i, bank.LastHash))]);
    }

    private static IEnumerable<Instruction> CreateMint(Keypair mint) =>
    [
        SystemInstructions.CreateAccount(
            Faucet.PublicKey, mint.PublicKey, Rent.MinimumBalance(TokenInstructions.MintSize), TokenInstructions.MintSize, ProgramIds.Token),
        TokenInstructions.InitializeMint2(mint.PublicKey, 6, Faucet.PublicKey),
    ];

    private byte[] CreateMarket(Keypair market, Hash256 blockhash)
    {
        MarketParameters terms = TermsOf(market.PublicKey);
        int bytes = (int)MarketLayout.RequiredBytes(terms.OrderCapacity, terms.BlockCapacity, terms.SeatCapacity);
        return Sign(
            blockhash,
            [
                SystemInstructions.CreateAccount(
                    Faucet.PublicKey, market.PublicKey, Rent.MinimumBalance(bytes), (ulong)bytes, ProgramIds.Book),
                BookInstructions.CreateMarket(market.PublicKey, Faucet.PublicKey, terms),
            ],
            Faucet, market);
    }

    /// <summary>A trader with a seat and a deposit.</summary>
    private byte[] Seat(int index, Hash256 blockhash)
    {
        Address market = _markets[index].PublicKey;
        Keypair trader = _traders[index];
        Address account = ProgramDerivedAddress.CreateWithSeed(trader.PublicKey, "quote", ProgramIds.Token);
        return Sign(
            blockhash,
            [
                SystemInstructions.CreateAccountWithSeed(
                    trader.PublicKey, account, trader.PublicKey, "quote", Rent.MinimumBalance(TokenInstructions.AccountSize),
                    TokenInstructions.AccountSize, ProgramIds.Token),
                TokenInstructions.InitializeAccount3(account, _quoteMint.PublicKey, trader.PublicKey),
                TokenInstructions.MintTo(_quoteMint.PublicKey, account, Faucet.PublicKey, Supply),
                BookInstructions.OpenSeat(market, trader.PublicKey),
                BookInstructions.SetSession(market, trader.PublicKey, 0, trader.PublicKey),
                BookInstructions.Deposit(
                    market, trader.PublicKey, account, TermsOf(market).QuoteVault, Asset.Quote, 0, Supply),
            ],
            trader, Faucet);
    }

    private MarketParameters TermsOf(Address market) => Terms with
    {
        Authority = Faucet.PublicKey,
        BaseMint = _baseMint.PublicKey,
        QuoteMint = _quoteMint.PublicKey,
        BaseVault = BookAddresses.Vault(market, _baseMint.PublicKey),
        QuoteVault = BookAddresses.Vault(market, _quoteMint.PublicKey),
    };
}
