using System.Numerics;
using Velox.Primitives;

namespace Velox.OrderBook.Tests;

/// <summary>Derivatives against the obvious reference, operation by operation, and nothing won or lost after each.</summary>
public class DerivativePropertyTests
{
    private const int Operations = 12_000;

    public static TheoryData<string, int> Flows => new()
    {
        { "usual", 901 }, { "usual", 902 }, { "usual", 903 },
        { "small numbers", 904 }, { "small numbers", 905 },
        { "huge numbers", 906 }, { "huge numbers", 907 },
        { "insured", 908 }, { "insured", 909 },
        { "crowded", 910 },
    };

    [Theory]
    [MemberData(nameof(Flows))]
    public void A_perpetual_does_what_the_reference_does(string name, int seed) =>
        new Run<Perpetual>(seed, Shape.Of(name), TestDerivative.PerpetualTerms, isPerpetual: true).Play(Operations);

    [Theory]
    [MemberData(nameof(Flows))]
    public void A_dated_future_does_what_the_reference_does(string name, int seed)
    {
        // It expires when a tenth of the operations is left, in which it is settled step by step.
        InstrumentTerms terms = TestDerivative.FutureTerms with { Expiry = Expiry.AtTime(Operations * 9 / 10) };
        new Run<DatedFuture>(seed, Shape.Of(name), terms, isPerpetual: false).Play(Operations);
    }

    private sealed record Shape(ulong TickSize, ulong Mark, ulong MaxLots, ulong Collateral)
    {
        public bool IsInsured { get; init; }

        public int Seats { get; init; } = 6;

        public int MarkJumpPercent { get; init; } = 4;

        public int CancelPercent { get; init; } = 10;

        public static Shape Of(string name) => name switch
        {
            "small numbers" => new(1, 6, 40, 60) { MarkJumpPercent = 30 },
            "huge numbers" => new(1UL << 30, 1 << 16, 1UL << 17, 1UL << 59) { MarkJumpPercent = 8 },
            "insured" => new(10, 1_000, 50, 60_000) { IsInsured = true, MarkJumpPercent = 8 },
            "crowded" => new(10, 1_000, 3, 60_000) { Seats = 2, CancelPercent = 2 },
            _ => new(10, 1_000, 50, 60_000),
        };
    }

    private sealed class Run<T>
        where T : struct, IInstrument
    {
        private readonly int _seed;
        private readonly Shape _shape;
        private readonly Random _random;
        private readonly ReferenceDerivative _reference;
        private readonly TrackedMemory _memory;
        private readonly BookEvent[] _buffer = new BookEvent[DerivativeMarket<T>.MaxEventsPerLiquidation];
        private readonly Dictionary<ulong, ulong> _idOf = [];
        private readonly HashSet<(string, BookError)> _reached = [];
        private readonly InstrumentTerms _terms;
        private DerivativeMarket<T> _market;
        private ulong _clock;
        private int _step;
        private string _operation = "";

        public Run(int seed, Shape shape, in InstrumentTerms terms, bool isPerpetual)
        {
            _seed = seed;
            _shape = shape;
            _terms = terms;
            _random = new Random(seed);
            MarketParameters parameters = TestDerivative.Parameters with { TickSize = shape.TickSize };
            _reference = new ReferenceDerivative(terms, shape.TickSize, parameters.LotSize, isPerpetual);
            _market = TestDerivative.Create<T>(terms, parameters, out _memory);
        }

        public void Play(int operations)
        {
            for (uint i = 0; i < _shape.Seats; i++)
            {
                Expect(_reference.OpenAccount(), _market.OpenAccount(TestMarket.OwnerOf(i), out _), "opening");
                Expect(_reference.Deposit(i, _shape.Collateral), _market.Deposit(i, _shape.Collateral), "deposit");
            }

            if (_shape.IsInsured)
                Expect(_reference.Insure(_shape.Collateral / 4), _market.Insure(_shape.Collateral / 4), "insurance");
            for (_step = 0; _step < operations; _step++)
            {
                _clock = (ulong)_step + 1;

                // A market holds no state of its own.
                Assert.Equal(BookError.None, DerivativeMarket.TryOpen(_memory, out _market));
                Step();
                Compare();
                if (_step % 16 == 0)
                    _market.AssertSound($"seed {_seed}, step {_step}, {_operation}:");
            }

            Finish();
            (string, BookError)[] wanted =
            [
                ("place", BookError.None), ("cancel", BookError.None), ("withdraw", BookError.None), ("mark", BookError.None),
                (_terms.MaxFundingPpm > 0 ? "funding" : "settle", BookError.None),
                _shape.Seats > 2 ? ("liquidate", BookError.None) : ("place", BookError.SeatOrdersFull),
            ];
            Assert.All(wanted, operation => Assert.Contains(operation, _reached));
            Assert.Contains(("place", BookError.InsufficientMargin), _reached);
            Assert.True(_market.Market.Header.TradeCount > 200, $"seed {_seed}: only {_market.Market.Header.TradeCount} trades.");
        }

        private void Step()
        {
            uint seat = _random.Next(50) == 0 ? (uint)_random.Next(20) : (uint)_random.Next(_shape.Seats);
            var events = new EventWriter(_buffer, _clock, _clock);
            switch (_random.Next(100))
            {
                case < 55:
                    Place(seat, ref events);
                    break;
                case var draw when draw < 55 + _shape.CancelPercent:
                    (uint owner, ulong sequence) = AnyOrder(seat);
                    ulong id = _idOf.GetValueOrDefault(sequence, 12_345UL);
                    ulong byLots = RandomLots();
                    if (_random.Next(3) == 0)
                        Record("reduce", _reference.Reduce(owner, sequence, byLots), _market.Reduce(owner, id, byLots, ref events, out _));
                    else
                        Record("cancel", _reference.Cancel(owner, sequence), _market.Cancel(owner, id, ref events, out _));
                    break;
                case 65 when _shape.Seats > 2:
                    Record("cancel all", _reference.CancelAll(seat), _market.CancelAll(seat, ref events, out _));
                    break;
                case < 73:
                    ulong mark = RandomMark();
                    Record("mark", _reference.SetMark(mark), _market.SetMark(TestMarket.Authority, mark));
                    break;
                case < 80:
                    BookError expected = _reference.Liquidate(seat, _clock, out ReferenceFill fill);
                    Record("liquidate", expected, _market.Liquidate(seat, ref events, out OperationResult result));
                    Expect(fill, ToReference(result, isLiquidation: true), "result of a liquidation");
                    break;
                case < 83:
                    ulong deposit = RandomAtoms();
                    Record("deposit", _reference.Deposit(seat, deposit), _market.Deposit(seat, deposit));
                    break;
                case < 88:
                    ulong atoms = RandomAtoms();
                    Record("withdraw", _reference.Withdraw(seat, atoms), _market.Withdraw(seat, atoms));
                    break;
                case < 93:
                    int rate = _random.Next(-10_500, 10_500);
                    ulong seconds = _clock * 3_000;
                    Record("funding", _reference.AddFunding(rate, seconds), _market.AddFunding(TestMarket.Authority, rate, seconds));
                    break;
                case < 97:
                    int accounts = _random.Next(0, 4);
                    Record("round", _reference.SettleFunding(accounts), _market.SettleFunding(accounts, out _));
                    break;
                default:
                    Record("settle", _reference.Settle(1, _clock), _market.Settle(TestMarket.Authority, 1, ref events, out _));
                    break;
            }
        }

        private void Place(uint seat, ref EventWriter events)
        {
            var type = (OrderType)Math.Max(0, _random.Next(-3, 4));
            var order = new NewOrder((Side)_random.Next(2), type, RandomPrice(), RandomLots());
            BookError expected = _reference.Place(seat, order, _clock, out ReferenceFill fill);
            Record("place", expected, _market.Place(seat, order, ref events, out OperationResult result));
            Expect(fill, ToReference(result, isLiquidation: false), $"result of {order}");
            if (result.RestingLots != 0)
                _idOf[fill.Sequence] = result.OrderId;
        }

        private static ReferenceFill ToReference(in OperationResult result, bool isLiquidation) => new()
        {
            Sequence = result.OrderId >> MarketLayout.OrderLinkBits,
            Filled = result.FilledLots,
            Resting = result.RestingLots,
            Cancelled = isLiquidation ? (int)result.CancelledOrders : 0,
        };

        /// <summary>Takes everybody out, and sees that what is left is what nobody owns.</summary>
        private void Finish()
        {
            _market.AssertSound($"seed {_seed}, at the end:");
            if (_terms.MaxFundingPpm == 0)
            {
                Assert.Equal(LedgerState.Settled, _market.Ledger.State);
                Assert.Equal(0UL, _market.Ledger.OpenInterestLots);
                Assert.Equal(0U, _market.Market.Header.Bids.OrderCount + _market.Market.Header.Asks.OrderCount);
            }

            while (_market.SettleFunding(1, out bool isDone) == BookError.None && !isDone)
            {
            }

            // Now every account has the same index, and what all are worth is what is in the vault.
            BigInteger worth = _market.Ledger.InsuranceAtoms + (BigInteger)_market.Ledger.FundingPool.Value;
            for (uint seat = 0; seat < _shape.Seats; seat++)
                worth += (BigInteger)_market.MarginOf(seat).Equity;
            Assert.Equal(_market.Ledger.VaultAtoms, worth);
        }

        private void Compare()
        {
            ref readonly LedgerHeader header = ref _market.Ledger;
            Expect(_reference.Vault, header.VaultAtoms, "vault");
            Expect(_reference.Insurance, header.InsuranceAtoms, "insurance");
            Expect(_reference.Pool, (BigInteger)header.FundingPool.Value, "funding pool");
            Expect(_reference.Index, (BigInteger)header.FundingIndex.Value, "funding index");
            Expect(_reference.Mark, header.MarkTicks, "mark price");
            Expect(_reference.State, header.State, "state");
            BigInteger cash = header.InsuranceAtoms + (BigInteger)header.FundingPool.Value;
            BigInteger position = 0;
            for (uint i = 0; i < _reference.Accounts.Count; i++)
            {
                MarginAccount account = _market.Account(i);
                ReferenceAccount expected = _reference.Accounts[(int)i];
                MarginState margin = _market.MarginOf(i);
                Expect(expected.Position, account.PositionLots, $"position of {i}");
                Expect(expected.Cash, (BigInteger)account.Cash.Value, $"cash of {i}");
                Expect(_reference.Equity(expected), (BigInteger)margin.Equity, $"equity of {i}");
                Expect(_reference.Needed(i, Side.Bid).Atoms, (BigInteger)margin.LongRequirement, $"long requirement of {i}");
                Expect(_reference.Needed(i, Side.Ask).Atoms, (BigInteger)margin.ShortRequirement, $"short requirement of {i}");
                Expect((uint)_reference.Orders.Count(order => order.Seat == i), account.OrderCount, $"orders of {i}");
                cash += (BigInteger)account.Cash.Value;
                position += account.PositionLots;
            }

            // Zero-sum: nothing is won or lost, at whatever price.
            BigInteger markValue = (BigInteger)header.MarkTicks * _shape.TickSize;
            Expect((BigInteger)header.VaultAtoms, cash + (position * markValue), "atoms of all");
            Expect(true, position == 0 || header.State == LedgerState.Settling, "sum of positions");
        }

        private (uint Seat, ulong Sequence) AnyOrder(uint seat)
        {
            ReferenceOpenOrder? order = _reference.Orders.Count == 0 ? null : _reference.Orders[_random.Next(_reference.Orders.Count)];
            return order is null ? (seat, 0)
                : _random.Next(20) == 0 ? (seat, order.Sequence)
                : (order.Seat, order.Sequence);
        }

        private ulong RandomPrice()
        {
            ulong mark = Math.Max(_market.Ledger.MarkTicks, 2);
            ulong spread = Math.Max(mark / 20, 2);
            return _random.Next(200) == 0
                ? (ulong)_random.NextInt64() >> _random.Next(64)
                : mark - Math.Min(mark - 1, spread) + (ulong)_random.NextInt64((long)(2 * spread) + 1);
        }

        private ulong RandomMark()
        {
            ulong mark = Math.Max(_market.Ledger.MarkTicks, _shape.Mark);
            if (_random.Next(100) == 0)
                return (ulong)_random.NextInt64() >> _random.Next(64);

            // Pulled back to where it began, so that it never runs away.
            if (mark > 4 * _shape.Mark || mark < _shape.Mark / 4 || _random.Next(20) == 0)
                return _shape.Mark;
            long jump = Math.Max(1, (long)mark * _shape.MarkJumpPercent / 100);
            return (ulong)Math.Max(1, (long)_market.Ledger.MarkTicks + _random.NextInt64(-jump, jump + 1));
        }

        private ulong RandomLots() => _random.Next(200) == 0
            ? (ulong)_random.NextInt64() >> _random.Next(64)
            : (ulong)_random.NextInt64((long)_shape.MaxLots) + (_random.Next(50) == 0 ? 0UL : 1);

        private ulong RandomAtoms() => _random.Next(100) == 0
            ? (ulong)_random.NextInt64() >> _random.Next(64)
            : (ulong)_random.NextInt64((long)_shape.Collateral / 4);

        private void Record(string operation, BookError expected, BookError error)
        {
            _operation = operation;
            _reached.Add((operation, error));
            Expect(expected, error, "error");
        }

        private void Expect<TValue>(TValue expected, TValue actual, string what)
        {
            if (!EqualityComparer<TValue>.Default.Equals(expected, actual))
                Assert.Fail($"seed {_seed}, step {_step}, {_operation}: {what} is {actual}, expected {expected}.");
        }
    }
}
