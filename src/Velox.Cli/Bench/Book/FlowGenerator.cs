using Velox.OrderBook;

namespace Velox.Cli;

/// <summary>
/// Makes a flow that is the reference generator's byte for byte: symbols by Zipf's law, a mid price a symbol that wanders, limit
/// orders at depths of a power law, and about as many cancels as orders.
/// </summary>
/// <remarks>
/// Integers only. Every random number is drawn whether it is needed or not, in this order: change nothing here, or the bytes
/// change (the tests know their hashes).
/// </remarks>
internal sealed class FlowGenerator
{
    private const int DepthLimitTicks = 256;
    private const int MidRangeTicks = 4_096;
    private const int TargetOrders = 100_000;
    private const int LeastTargetOrders = 256;
    private const int RecentOrders = 64;

    private readonly FlowRandom _random;
    private readonly bool _hasReduces;
    private readonly FlowWeights _symbolWeights;
    private readonly FlowWeights _depthWeights;
    private readonly SymbolState[] _symbols;
    private ulong _highestId;

    private FlowGenerator(ulong seed, int symbols, bool hasReduces)
    {
        _random = new FlowRandom(FlowRandom.Mix(seed));
        _hasReduces = hasReduces;
        _symbolWeights = FlowWeights.Zipf(symbols);
        _depthWeights = FlowWeights.Depths(DepthLimitTicks);
        _symbols = new SymbolState[symbols];
        for (int i = 0; i < symbols; i++)
        {
            ulong target = TargetOrders * FlowWeights.ZipfWeight(i) / _symbolWeights.Total;
            _symbols[i] = new SymbolState(8_192 + (int)_random.Below(32_768u), Math.Max(LeastTargetOrders, (int)target));
        }
    }

    /// <param name="seed">Any.</param>
    /// <param name="operations">At least 1.</param>
    /// <param name="symbols">1 to <see cref="FlowFile.MaxSymbols"/>.</param>
    /// <param name="hasReduces">False: for books that cannot reduce, each reduce is a cancel.</param>
    internal static Flow Make(ulong seed, int operations, int symbols, bool hasReduces = true)
    {
        var generator = new FlowGenerator(seed, symbols, hasReduces);
        var flow = new FlowOperation[operations];
        int lowest = 1 << 30;
        int highest = 0;
        for (int i = 0; i < operations; i++)
        {
            flow[i] = generator.Next();
            int price = flow[i].PriceTicks;
            if (price == 0)
                continue;
            lowest = Math.Min(lowest, price);
            highest = Math.Max(highest, price);
        }

        var header = new FlowHeader
        {
            Magic = FlowHeader.ExpectedMagic,
            Version = FlowHeader.ExpectedVersion,
            RecordBytes = FlowOperation.Size,
            Count = (ulong)operations,
            Seed = seed,
            Symbols = (uint)symbols,
            HighestId = generator._highestId,
            LowestPriceTicks = lowest,
            HighestPriceTicks = highest,
        };
        return new Flow(header, flow);
    }

    private FlowOperation Next()
    {
        while (true)
        {
            int symbol = _symbolWeights.Pick(_random);
            SymbolState state = _symbols[symbol];
            state.MoveMid(_random);
            if (!TryChoose(state, out FlowOperation operation))
                continue;
            operation.Symbol = (ushort)symbol;
            FlowPlainBooks.Apply(state.Book, in operation);
            if (operation.Action == FlowAction.Add && state.Book.Find(operation.Id) is not null)
                state.Handles.Add(operation.Id);
            return operation;
        }
    }

    /// <summary>False when it met a handle of an order that is gone, and only forgot it.</summary>
    private bool TryChoose(SymbolState state, out FlowOperation operation)
    {
        uint dice = _random.Below(1_000u);
        int live = state.Handles.Count;

        // Half full, the book grows slower: the aggressive orders of that range of the dice stay what they are.
        bool isLow = live < state.TargetOrders && !(live >= state.TargetOrders / 2 && dice is >= 450 and < 530);
        operation = default;
        if (dice < 450 || isLow)
            operation = Passive(state);
        else if (dice < 490)
            operation = Aggressive(state, FlowAction.ImmediateOrCancel);
        else if (dice < 530)
            operation = Aggressive(state, FlowAction.Add);
        else
            return TryChange(state, dice, out operation);
        return true;
    }

    private FlowOperation Passive(SymbolState state)
    {
        var side = (Side)_random.Below(2u);
        int depth = 1 + _depthWeights.Pick(_random);
        int price = side == Side.Bid ? state.Mid - depth : state.Mid + depth;
        int other = (int)state.Book.Best(1 - side);
        if (other != 0)
            price = side == Side.Bid ? Math.Min(price, other - 1) : Math.Max(price, other + 1);
        return new FlowOperation { Action = FlowAction.Add, Side = side, PriceTicks = price, QuantityLots = Quantity(), Id = ++_highestId };
    }

    private FlowOperation Aggressive(SymbolState state, FlowAction action)
    {
        Side side = state.TakerSide(_random);
        int price = (int)state.Book.Best(1 - side);
        if (price == 0)
            price = state.Mid;
        uint quantity;
        if (action == FlowAction.ImmediateOrCancel)
        {
            int through = (int)_random.Below(4u);
            price += side == Side.Bid ? through : -through;
            quantity = 1 + _random.Below(100u);
            quantity *= _random.Below(8u) == 0 ? 8u : 1;
        }
        else
        {
            quantity = 1 + _random.Below(100u);
        }

        return new FlowOperation { Action = action, Side = side, PriceTicks = price, QuantityLots = quantity, Id = ++_highestId };
    }

    private bool TryChange(SymbolState state, uint dice, out FlowOperation operation)
    {
        List<ulong> handles = state.Handles;
        int live = handles.Count;
        int index = _random.Below(10u) < 7 && live > RecentOrders
            ? live - 1 - (int)_random.Below((uint)RecentOrders)
            : (int)_random.Below((uint)live);
        operation = new FlowOperation { Id = handles[index] };
        PlainBook.Order? order = state.Book.Find(operation.Id);
        bool isCancel = dice < 980 || (!_hasReduces && dice >= 990);
        if (order is null)
        {
            Forget(handles, index);

            // An eighth of the late cancels is sent all the same.
            if (_random.Below(8u) != 0)
                return false;
        }
        else if (isCancel)
        {
            Forget(handles, index);
        }

        if (isCancel)
        {
            operation.Action = FlowAction.Cancel;
            return true;
        }

        operation.Side = order?.Side ?? Side.Bid;
        if (dice < 990)
        {
            operation.Action = FlowAction.Replace;
            operation.PriceTicks = (order is null ? state.Mid : (int)order.Price) + (int)_random.Below(5u) - 2;
            operation.QuantityLots = Quantity();
        }
        else
        {
            operation.Action = FlowAction.Reduce;
            operation.PriceTicks = order is null ? 0 : (int)order.Price;
            operation.QuantityLots = 1 + _random.Below(50u);
        }

        return true;
    }

    private static void Forget(List<ulong> handles, int index)
    {
        handles[index] = handles[^1];
        handles.RemoveAt(handles.Count - 1);
    }

    private uint Quantity() => _random.Below(100u) switch
    {
        < 50 => 100,
        < 80 => 1 + _random.Below(100u),
        _ => 100 * (1 + _random.Below(20u)),
    };

    private sealed class SymbolState(int mid, int targetOrders)
    {
        private readonly int _firstMid = mid;

        internal int Mid { get; private set; } = mid;

        /// <summary>Below that the symbol gets new orders only.</summary>
        internal int TargetOrders { get; } = targetOrders;

        internal PlainBook Book { get; } = new();

        /// <summary>Orders that came to rest, and may be gone since.</summary>
        internal List<ulong> Handles { get; } = [];

        internal void MoveMid(FlowRandom random)
        {
            if (random.Below(64u) != 0)
                return;
            int moved = Mid + (random.Below(2u) == 1 ? 1 : -1);
            if (Math.Abs(moved - _firstMid) < MidRangeTicks)
                Mid = moved;
        }

        /// <summary>Towards the mid price where the book has left it behind, else by chance.</summary>
        internal Side TakerSide(FlowRandom random)
        {
            int ask = (int)Book.Best(Side.Ask);
            int bid = (int)Book.Best(Side.Bid);
            var chance = (Side)random.Below(2u);
            if (ask != 0 && ask < Mid)
                return Side.Bid;
            return bid > Mid ? Side.Ask : chance;
        }
    }
}
