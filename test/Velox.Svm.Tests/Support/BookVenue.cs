using Velox.Cryptography;
using Velox.OrderBook;
using Velox.Primitives;

namespace Velox.Svm.Tests;

/// <summary>A test market's keys, addresses and instructions; it holds no state and sends nothing.</summary>
internal sealed class BookVenue
{
    internal static readonly MarketParameters DefaultTerms = new()
    {
        LotSize = 100,
        TickSize = 10,
        MakerFeeBps = 5,
        TakerFeeBps = 10,
        OrderCapacity = 48,
        BlockCapacity = 24,
        SeatCapacity = 8,
        MaxOpenOrdersPerSeat = 12,
    };

    private readonly Keypair _baseMint = TestKeys.Pair(5_001);
    private readonly Keypair _quoteMint = TestKeys.Pair(5_002);

    internal BookVenue(MarketParameters? terms = null, int marketNumber = 0)
    {
        MarketKey = TestKeys.Pair(5_003 + marketNumber);
        Terms = (terms ?? DefaultTerms) with
        {
            Authority = Operator.PublicKey,
            BaseMint = _baseMint.PublicKey,
            QuoteMint = _quoteMint.PublicKey,
            BaseVault = BookAddresses.Vault(Market, _baseMint.PublicKey),
            QuoteVault = BookAddresses.Vault(Market, _quoteMint.PublicKey),
        };
        VaultAuthority = BookAddresses.VaultAuthority(Market);
    }

    internal MarketParameters Terms { get; }

    /// <summary>Creates mints and market, may mint tokens and collect fees.</summary>
    internal Keypair Operator { get; } = TestKeys.Pair(5_000);

    internal Keypair MarketKey { get; }

    internal Address Market => MarketKey.PublicKey;

    internal Address VaultAuthority { get; }

    internal int MarketBytes =>
        (int)MarketLayout.RequiredBytes(Terms.OrderCapacity, Terms.BlockCapacity, Terms.SeatCapacity);

    internal Keypair[] MintSigners => [Operator, _baseMint, _quoteMint];

    internal Address VaultOf(Asset asset) => asset == Asset.Base ? Terms.BaseVault : Terms.QuoteVault;

    internal Address MintOf(Asset asset) => asset == Asset.Base ? Terms.BaseMint : Terms.QuoteMint;

    internal static Trader NewTrader(int number) =>
        new(TestKeys.Pair(6_000 + number), TestKeys.Pair(7_000 + number), (uint)number);

    internal IEnumerable<Instruction> CreateMints()
    {
        foreach (Address mint in new[] { Terms.BaseMint, Terms.QuoteMint })
        {
            yield return SystemInstructions.CreateAccount(
                Operator.PublicKey, mint, Rent.MinimumBalance(TokenInstructions.MintSize), TokenInstructions.MintSize,
                ProgramIds.Token);
            yield return TokenInstructions.InitializeMint2(mint, 6, Operator.PublicKey);
        }
    }

    internal IEnumerable<Instruction> CreateMarket() => [CreateMarketAccount(), CreateMarketOnly()];

    internal Instruction CreateMarketAccount() => SystemInstructions.CreateAccount(
        Operator.PublicKey, Market, Rent.MinimumBalance(MarketBytes), (ulong)MarketBytes, ProgramIds.Book);

    internal Instruction CreateMarketOnly() =>
        BookInstructions.CreateMarket(Market, Operator.PublicKey, Terms);

    internal IEnumerable<Instruction> CreateTokenAccounts(Trader trader) =>
        [.. trader.CreateTokenAccount("base", Terms.BaseMint), .. trader.CreateTokenAccount("quote", Terms.QuoteMint)];

    internal IEnumerable<Instruction> Mint(Trader trader, ulong baseAtoms, ulong quoteAtoms) =>
    [
        TokenInstructions.MintTo(Terms.BaseMint, trader.BaseAccount, Operator.PublicKey, baseAtoms),
        TokenInstructions.MintTo(Terms.QuoteMint, trader.QuoteAccount, Operator.PublicKey, quoteAtoms),
    ];

    internal IEnumerable<Instruction> OpenSeat(Trader trader) =>
    [
        BookInstructions.OpenSeat(Market, trader.Address),
        BookInstructions.SetSession(Market, trader.Address, trader.Seat, trader.Session.PublicKey),
    ];

    internal Instruction Deposit(Trader trader, Asset asset, ulong amount) => BookInstructions.Deposit(
        Market, trader.Address, trader.AccountOf(asset), VaultOf(asset), asset, trader.Seat, amount);

    internal Instruction Withdraw(Trader trader, Asset asset, ulong amount) => BookInstructions.Withdraw(
        Market, trader.Address, trader.AccountOf(asset), VaultOf(asset), VaultAuthority, asset, trader.Seat, amount);

    internal Instruction CollectFees(Address destination, Asset asset, ulong amount) => BookInstructions.CollectFees(
        Market, Operator.PublicKey, destination, VaultOf(asset), VaultAuthority, asset, amount);

    internal Instruction Place(
        Trader trader, Side side, ulong priceTicks, ulong lots,
        OrderType type = OrderType.Limit, ulong clientOrderId = 0) =>
        BookInstructions.Place(
            Market, trader.Address, trader.Seat, new NewOrder(side, type, priceTicks, lots, clientOrderId));

    internal Instruction Batch(Keypair session, params ReadOnlySpan<OrderMessage> messages) =>
        BookInstructions.Batch(Market, session.PublicKey, messages);
}
