using Velox.ModelChecking;
using Velox.Primitives;

namespace Velox.OrderBook.Tests;

/// <summary>How the threads of a checked book keep nodes: one of these for each execution.</summary>
internal abstract class ModelReclamation
{
    /// <summary>For books that use no node again.</summary>
    internal static ModelReclamation Make<TModel>(LockFreeReclamation way, Scenario scenario)
        where TModel : struct, IMemoryModel =>
        way == LockFreeReclamation.Epochs
            ? new NoReuse<TModel>()
            : new ModelHazards<TModel, ModelGuard<TModel>>(scenario, guard => guard);

    internal abstract LockFreeMatcher Join(ModelBook book, ILockFreeNodes pool, int maxRounds);

    /// <summary>As in an epoch that never ends.</summary>
    private sealed class NoReuse<TModel> : ModelReclamation
        where TModel : struct, IMemoryModel
    {
        internal override LockFreeMatcher Join(ModelBook book, ILockFreeNodes pool, int maxRounds) =>
            book.Join<TModel, NoGuard>(pool, default, maxRounds);
    }

    private protected readonly struct NoGuard : ILockFreeGuard
    {
        public static bool KeepsAll => true;

        public void Enter()
        {
        }

        public void Exit()
        {
        }

        public void Hold(int slot, long link)
        {
        }

        public bool TryHold(int slot, long link, ref long word) => true;
    }
}

/// <summary>The nodes of the one thread that collects: those that it unlinked itself are used again, oldest or youngest first.</summary>
internal abstract class ReusedNodes(ILockFreeNodes own, bool isOldestFirst) : ILockFreeNodes
{
    private readonly LinkedList<int> _free = [];

    internal int Free => _free.Count;

    public bool TryTake(out int index)
    {
        if (_free.Count == 0)
            return own.TryTake(out index);
        index = isOldestFirst ? _free.First!.Value : _free.Last!.Value;
        _free.Remove(index);
        return true;
    }

    public void GiveBack(int index) => own.GiveBack(index);

    public abstract void Retire(int index);

    internal abstract void Collect();

    private protected void Release(int index)
    {
        Assert.DoesNotContain(index, _free);
        _free.AddLast(index);
    }
}

/// <summary>By epochs, whose pins are words of the scenario.</summary>
internal sealed unsafe class ModelEpochs : ModelReclamation
{
    private readonly Scenario _scenario;
    private readonly long* _epoch;
    private readonly List<Pin> _pins = [];

    internal ModelEpochs(Scenario scenario)
    {
        _scenario = scenario;
        _epoch = scenario.Allocate<long>("epoch");
        *_epoch = EpochProtocol.FirstEpoch;
    }

    internal override LockFreeMatcher Join(ModelBook book, ILockFreeNodes pool, int maxRounds)
    {
        var pin = new Pin(_scenario.Allocate<long>($"pin {_pins.Count}"), _epoch);
        _pins.Add(pin);
        return book.Join<CheckedModel, Guard>(pool, new Guard(pin), maxRounds);
    }

    /// <summary>Nodes that are used again when nobody holds them, or, if it honours no readers, at once.</summary>
    internal ReusedNodes Reuse(ILockFreeNodes own, bool isOldestFirst, bool honoursReaders = true) =>
        new Nodes(this, own, isOldestFirst, honoursReaders);

    private sealed class Pin(long* pin, long* epoch) : IEpochPin
    {
        ref long IEpochPin.Pin => ref *pin;

        internal void Enter() => EpochProtocol<CheckedModel>.Enter(ref *pin, ref *epoch);

        internal void Exit() => EpochProtocol<CheckedModel>.Exit(ref *pin);
    }

    private readonly struct Guard(Pin pin) : ILockFreeGuard
    {
        public static bool KeepsAll => true;

        public void Enter() => pin.Enter();

        public void Exit() => pin.Exit();

        public void Hold(int slot, long link)
        {
        }

        public bool TryHold(int slot, long link, ref long word) => true;
    }

    private sealed class Nodes(ModelEpochs epochs, ILockFreeNodes own, bool isOldestFirst, bool honoursReaders) : ReusedNodes(own, isOldestFirst)
    {
        private readonly GarbageQueue _garbage = new(4);

        public override void Retire(int index) => _garbage.Enqueue(index, EpochProtocol<CheckedModel>.Epoch(ref *epochs._epoch));

        internal override void Collect()
        {
            EpochProtocol<CheckedModel>.Advance<Pin>(ref *epochs._epoch, honoursReaders ? epochs._pins.ToArray() : []);
            long now = EpochProtocol<CheckedModel>.Epoch(ref *epochs._epoch);
            while (_garbage.Count > 0 && EpochProtocol.IsFree(_garbage.Oldest.Epoch, now))
                Release(_garbage.Dequeue().Index);
        }
    }
}

/// <summary>
/// Hazards that are cleared if they were used: an older value of a word that never named a node is no other execution.
/// </summary>
internal readonly struct ModelGuard<TModel>(HazardGuard<TModel> guard, HashSet<int> used) : ILockFreeGuard
    where TModel : struct, IMemoryModel
{
    public static bool KeepsAll => HazardGuard<TModel>.KeepsAll;

    public void Enter() => guard.Enter();

    public void Exit()
    {
        foreach (int slot in used.Order())
            guard.Clear(slot);
        used.Clear();
    }

    public void Hold(int slot, long link)
    {
        used.Add(slot);
        guard.Hold(slot, link);
    }

    public bool TryHold(int slot, long link, ref long word)
    {
        used.Add(slot);
        return guard.TryHold(slot, link, ref word);
    }
}

/// <summary>By hazard pointers, which are words of the scenario, with a guard that may be faulty.</summary>
internal sealed unsafe class ModelHazards<TModel, TGuard> : ModelReclamation
    where TModel : struct, IMemoryModel
    where TGuard : struct, ILockFreeGuard
{
    private const int MaxThreads = 8;

    private readonly HazardTable _table;
    private readonly Func<ModelGuard<TModel>, TGuard> _makeGuard;
    private int _joined;

    internal ModelHazards(Scenario scenario, Func<ModelGuard<TModel>, TGuard> makeGuard)
    {
        _makeGuard = makeGuard;
        _table = new HazardTable(scenario.Allocate<long>("hazards", MaxThreads * HazardTable.WordsPerThread), MaxThreads);
    }

    internal override LockFreeMatcher Join(ModelBook book, ILockFreeNodes pool, int maxRounds)
    {
        Assert.True(_joined < MaxThreads);
        return book.Join<TModel, TGuard>(pool, _makeGuard(new ModelGuard<TModel>(new HazardGuard<TModel>(_table.Of(_joined++)), [])), maxRounds);
    }

    /// <summary>The only thread that uses nodes again, between its operations: so it need not hold any, and the check is shorter.</summary>
    internal static LockFreeMatcher JoinUnguarded(ModelBook book, ILockFreeNodes pool) => book.Join<TModel, NoGuard>(pool, default, 0);

    /// <summary>Nodes that are used again when the first one that joined does not hold them.</summary>
    internal ReusedNodes Reuse(ILockFreeNodes own, bool isOldestFirst) =>
        new Nodes(new RetiredNodes(new HazardTable(_table.Of(0), threads: 1)), own, isOldestFirst);

    private sealed class Nodes(RetiredNodes retired, ILockFreeNodes own, bool isOldestFirst) : ReusedNodes(own, isOldestFirst)
    {
        public override void Retire(int index) => retired.Add(index);

        internal override void Collect()
        {
            foreach (int index in retired.TakeFree<TModel>())
                Release(index);
        }
    }
}
