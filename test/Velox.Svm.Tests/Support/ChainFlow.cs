using Velox.Cryptography;
using Velox.OrderBook;
using Velox.Primitives;
using static Velox.Svm.Tests.TestBank;

namespace Velox.Svm.Tests;

/// <summary>
/// Blocks of signed transactions, a function of the seed alone: a market is set up, then transfers and book operations
/// run at random, among them failing, underfunded, repeated and badly signed ones.
/// </summary>
internal sealed class ChainFlow
{
    private const int Payers = 8;
    private const int Traders = 4;
    private const int RandomBlocks = 4;
    private const int TransactionsPerBlock = 100;

    private readonly Random _random;
    private readonly BookVenue _venue = new();
    private readonly Hash256 _blockhash;
    private readonly Keypair[] _payers = [.. Enumerable.Range(100, Payers).Select(TestKeys.Pair)];
    private readonly Trader[] _traders = [.. Enumerable.Range(0, Traders).Select(BookVenue.NewTrader)];
    private readonly List<byte[][]> _blocks = [];
    private uint _sequence;

    internal ChainFlow(int seed)
    {
        _random = new Random(seed);
        _blockhash = NewBank(workers: 1).Bank.LastHash;
        SetUp();
        for (int block = 0; block < RandomBlocks; block++)
            AddRandomBlock();
    }

    internal IReadOnlyList<byte[][]> Blocks => _blocks;

    internal static TestBank NewBank(int workers) => new(workers, new BookProgram(), new TokenProgram());

    private void SetUp()
    {
        Add([
            Fund(_venue.Operator.PublicKey, 1_000 * Sol),
            .. _payers.Select(payer => Fund(payer.PublicKey, Sol)),
            .. _traders.SelectMany(
                trader => new[] { Fund(trader.Address, Sol), Fund(trader.Session.PublicKey, Sol) })]);
        Add([
            Sign(_venue.CreateMints(), _venue.MintSigners),
            Sign(_venue.CreateMarket(), _venue.Operator, _venue.MarketKey),
            .. _traders.Select(trader => Sign(_venue.CreateTokenAccounts(trader), trader.Key)),
            .. _traders.Select(trader => Sign(_venue.Mint(trader, 1_000_000, 1_000_000), _venue.Operator))]);
        Add([.. _traders.Select(trader => Sign(
            [
                .. _venue.OpenSeat(trader),
                _venue.Deposit(trader, Asset.Base, 500_000), _venue.Deposit(
                    trader, Asset.Quote, 500_000),
            ],
            trader.Key))]);
    }

    private void AddRandomBlock()
    {
        var transactions = new List<byte[]>();
        while (transactions.Count < TransactionsPerBlock)
        {
            transactions.Add(_random.Next(20) switch
            {
                0 => _blocks[_random.Next(_blocks.Count)][0],
                1 when transactions.Count > 0 => transactions[_random.Next(transactions.Count)],
                2 => Corrupt(RandomTransfer()),
                < 10 => RandomTransfer(),
                _ => RandomBookOperation(),
            });
        }

        Add([.. transactions]);
    }

    private byte[] RandomTransfer()
    {
        Keypair from = _payers[_random.Next(Payers)];
        Address to = _random.Next(4) == 0 ? TestKeys.Stranger(_random.Next(500)) : _payers[_random.Next(
            Payers)].PublicKey;

        // Some leave too little for rent, some ask for more than there is, some are paid by nobody.
        ulong lamports = (ulong)_random.NextInt64(0, _random.Next(8) == 0 ? 100_000 : (long)(Sol / 2));
        Keypair payer = _random.Next(15) == 0 ? TestKeys.Pair(900 + _random.Next(3)) : from;
        return Sign(
            [SystemInstructions.Transfer(from.PublicKey, to, lamports)], payer == from ? [from] : [payer, from]);
    }

    private byte[] RandomBookOperation()
    {
        Trader trader = _traders[_random.Next(Traders)];
        var asset = (Asset)_random.Next(2);
        return _random.Next(6) switch
        {
            0 => Sign([_venue.Deposit(trader, asset, (ulong)_random.Next(200_000))], trader.Key),
            1 => Sign([_venue.Withdraw(trader, asset, (ulong)_random.Next(200_000))], trader.Key),
            2 => Sign(
                [BookInstructions.Place(_venue.Market, trader.Address, trader.Seat, RandomOrder(30, 0))], trader.Key),
            _ => Sign([_venue.Batch(
                trader.Session, [.. Enumerable.Range(0, _random.Next(1, 9)).Select(_ => RandomMessage(trader))])],
                trader.Session),
        };
    }

    private OrderMessage RandomMessage(Trader trader)
    {
        ushort seat = (ushort)(_random.Next(20) == 0 ? _random.Next(10) : (int)trader.Seat);
        ulong clientOrderId = (ulong)_random.Next(1, 12);
        return _random.Next(8) switch
        {
            0 => OrderMessage.Cancel(seat, _sequence++, clientOrderId),
            1 => OrderMessage.Reduce(seat, _sequence++, clientOrderId, (ulong)_random.Next(5)),
            2 => OrderMessage.CancelAll(seat, _sequence++),
            _ => OrderMessage.Place(seat, _sequence++, RandomOrder(20, clientOrderId)),
        };
    }

    private NewOrder RandomOrder(int maxLots, ulong clientOrderId) => new(
        (Side)_random.Next(2), (OrderType)_random.Next(4), (ulong)_random.Next(95, 106), (ulong)_random.Next(maxLots),
        clientOrderId);

    private byte[] Corrupt(byte[] transaction)
    {
        transaction[_random.Next(transaction.Length)] ^= (byte)(1 << _random.Next(8));
        return transaction;
    }

    private byte[] Fund(Address to, ulong lamports) =>
        Sign([SystemInstructions.Transfer(Faucet.PublicKey, to, lamports)], Faucet);

    private byte[] Sign(IEnumerable<Instruction> instructions, params Keypair[] signers) =>
        TestBank.Sign(_blockhash, instructions, signers);

    private void Add(byte[][] transactions) => _blocks.Add(transactions);
}
