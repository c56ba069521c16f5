using Velox.ModelChecking;
using Velox.Primitives;

namespace Velox.OrderBook.Tests;

/// <summary>A book of a few nodes in the memory of a scenario, and the ledger of what its threads did.</summary>
/// <remarks>Only the thread whose turn it is runs, so the ledger needs no locks; each thread has nodes of its own.</remarks>
internal sealed unsafe class ModelBook
{
    private const int HeadNodes = 2;
    private const int MaxTries = 20;

    private readonly Scenario _scenario;
    private readonly ModelReclamation _reclamation;
    private readonly LockFreeNode* _nodes;
    private readonly int _count;
    private readonly Dictionary<ulong, Account> _accounts = [];
    private readonly List<(ulong Client, ulong PriceTicks)> _fillPrices = [];
    private readonly HashSet<int> _retired = [];
    private int _given = HeadNodes;

    internal ModelBook(Scenario scenario, int nodes, ModelReclamation reclamation)
    {
        _scenario = scenario;
        _reclamation = reclamation;
        _count = nodes + HeadNodes;
        _nodes = scenario.Allocate<LockFreeNode>("nodes", _count);
    }

    /// <summary>Whether no placement said that the book may be crossed.</summary>
    internal bool IsSettled { get; private set; } = true;

    internal Scenario Scenario => _scenario;

    /// <summary>The id that the first order will have: of the first node that is handed out.</summary>
    internal static ulong FirstOrderId => OrderWord.IdOf(OrderWord.NextUse(0, 1), HeadNodes);

    internal Account this[ulong client] => _accounts[client];

    /// <summary>A thread's way into the book, with so many nodes.</summary>
    internal LockFreeMatcher Join(int nodes, int maxRounds = 0) => Join(Own(nodes), maxRounds);

    internal LockFreeMatcher Join(ILockFreeNodes pool, int maxRounds = 0) => _reclamation.Join(this, pool, maxRounds);

    internal LockFreeMatcher Join<TModel, TGuard>(ILockFreeNodes pool, TGuard guard, int maxRounds)
        where TModel : struct, IMemoryModel
        where TGuard : struct, ILockFreeGuard =>
        new LockFreeMatcher<TModel, TGuard>(_nodes, ((nint)_nodes, (nint)(_nodes + 1)), pool, guard, MaxTries, maxRounds);

    internal ILockFreeNodes Own(int nodes)
    {
        int first = _given;
        _given += nodes;
        Assert.True(_given <= _count);
        return new OwnNodes(this, Enumerable.Range(first, nodes));
    }

    /// <summary>Places and enters what came of it; returns the order's id.</summary>
    internal ulong Place(
        LockFreeMatcher thread, ulong client, Side side, ulong price, uint lots, OrderType type = OrderType.Limit)
    {
        var fills = new LockFreeFill[4];
        Account account = _accounts[client] = AccountOf(client);
        (account.Placed, account.PriceTicks) = (lots, price);
        LockFreePlacement placed = thread.Place(new NewOrder(side, type, price, lots, client), fills);
        account.Placement = placed;
        IsSettled &= placed.Outcome != LockFreeOutcome.MayCross;
        Assert.Equal(lots, placed.TakenLots + placed.MadeLots + placed.RestedLots + placed.UnplacedLots);
        Assert.True(placed.Outcome is LockFreeOutcome.Done or LockFreeOutcome.MayCross, $"{placed.Outcome}");
        foreach (LockFreeFill fill in fills.AsSpan(0, placed.Fills))
        {
            AccountOf(fill.MakerClientOrderId).Made += fill.Lots;
            _fillPrices.Add((fill.MakerClientOrderId, fill.PriceTicks));
        }

        return placed.OrderId;
    }

    internal void Cancel(LockFreeMatcher thread, ulong client, ulong orderId)
    {
        LockFreeOutcome outcome = thread.Cancel(orderId, out uint lots);
        Assert.Equal(outcome == LockFreeOutcome.Done, lots > 0);
        Account account = AccountOf(client);
        account.Cancelled += lots;
        account.Cancels += outcome == LockFreeOutcome.Done ? 1 : 0;
    }

    /// <summary>The final check: every lot is accounted for and was filled at its order's price, the book is not crossed, and depth agrees with the orders.</summary>
    internal void MustBalance()
    {
        LockFreeMatcher last = Join(0);
        ulong? bid = last.TryGetBest(Side.Bid, out ulong bidTicks) ? bidTicks : null;
        ulong? ask = last.TryGetBest(Side.Ask, out ulong askTicks) ? askTicks : null;
        if (IsSettled)
            Assert.False(bid >= ask, $"crossed: {bid} {ask}");
        foreach (Side side in (Side[])[Side.Bid, Side.Ask])
        {
            var levels = new DepthLevel[8];
            int count = last.CopyDepth(side, levels);
            ulong[] prices = [.. levels[..count].Select(level => level.PriceTicks)];
            Assert.Equal(side == Side.Bid ? prices.OrderDescending() : prices.Order(), prices);
            Assert.Equal(count, prices.Distinct().Count());
            var fills = new LockFreeFill[8];
            LockFreePlacement all = last.Place(
                new NewOrder(side ^ Side.Ask, OrderType.ImmediateOrCancel, side == Side.Bid ? 1 : ulong.MaxValue, 1_000), fills);
            Assert.Equal(LockFreeOutcome.Done, all.Outcome);
            Assert.Equal(levels[..count].Sum(level => (decimal)level.Lots), all.TakenLots);
            foreach (LockFreeFill fill in fills.AsSpan(0, all.Fills))
            {
                AccountOf(fill.MakerClientOrderId).Resting += fill.Lots;
                _fillPrices.Add((fill.MakerClientOrderId, fill.PriceTicks));
            }
        }

        Assert.All(_fillPrices, fill => Assert.Equal(_accounts[fill.Client].PriceTicks, fill.PriceTicks));
        foreach ((ulong client, Account account) in _accounts)
            Assert.True(account.IsBalanced, $"order {client}: {account}");
    }

    private Account AccountOf(ulong client)
    {
        if (!_accounts.TryGetValue(client, out Account? account))
            _accounts.Add(client, account = new Account());
        return account;
    }

    /// <summary>Lots of one order.</summary>
    internal sealed record Account
    {
        internal uint Placed { get; set; }

        internal ulong PriceTicks { get; set; }

        internal LockFreePlacement Placement { get; set; }

        internal uint Made { get; set; }

        internal uint Cancelled { get; set; }

        internal int Cancels { get; set; }

        internal uint Resting { get; set; }

        internal bool IsBalanced =>
            Placed == Placement.TakenLots + Placement.UnplacedLots + Made + Cancelled + Resting;

        public override string ToString() => $"{Placed} placed, {Made} made, {Cancelled} cancelled, {Resting} resting; {Placement}";
    }

    /// <summary>Nodes that one thread hands out once; a node may be retired once.</summary>
    private sealed class OwnNodes(ModelBook book, IEnumerable<int> nodes) : ILockFreeNodes
    {
        private readonly Stack<int> _free = new(nodes.Reverse());

        public bool TryTake(out int index) => _free.TryPop(out index);

        public void GiveBack(int index) => _free.Push(index);

        public void Retire(int index) => Assert.True(book._retired.Add(index), $"node {index} retired twice");
    }
}
