using Velox.ModelChecking;
using Velox.Primitives;

namespace Velox.OrderBook.Tests;

/// <summary>
/// Every execution of a thread that walks while another one cancels, collects and uses the nodes again: a node that is written
/// while somebody still reads it is a race.
/// </summary>
public unsafe class LockFreeReuseModelTests
{
    [Fact]
    public void A_node_that_a_taker_holds_is_not_used_again() => Write(Check(honoursReaders: true, Take)).MustPass();

    [Fact]
    public void A_node_that_a_placer_holds_is_not_used_again() => Write(Check(honoursReaders: true, Place)).MustPass();

    [Fact]
    public void A_node_of_its_own_that_a_placer_remembers_is_not_used_again() =>
        Write(Check(honoursReaders: true, Place, isReadersOrder: true)).MustPass();

    [Fact]
    public void A_node_that_a_canceller_holds_is_not_used_again() => Write(Check(honoursReaders: true, Cancel)).MustPass();

    [Fact]
    public void Using_nodes_again_under_a_reader_is_found() =>
        Assert.NotNull(Write(Check(honoursReaders: false, Take)).Finding);

    private static CheckResult Check(
        bool honoursReaders, Action<ModelBook<CheckedModel>, LockFreeMatcher<CheckedModel>, ulong> read, bool isReadersOrder = false) =>
        ModelChecker.Check(
            scenario =>
            {
                var book = new ModelBook<CheckedModel>(scenario, nodes: 6);
                long* epoch = scenario.Allocate<long>("epoch");
                *epoch = EpochProtocol.FirstEpoch;
                var readersPin = new Pin(scenario.Allocate<long>("reader's pin"), epoch);
                var ownPin = new Pin(scenario.Allocate<long>("writer's pin"), epoch);
                var nodes = new EpochNodes(book.Own(2), honoursReaders ? [readersPin, ownPin] : [ownPin], epoch);
                LockFreeMatcher<CheckedModel> writer = book.Join(nodes);
                LockFreeMatcher<CheckedModel> reader = book.Join(4);
                ulong id = book.Place(isReadersOrder ? reader : writer, 1, Side.Ask, 10, 5);
                scenario.Thread(() =>
                {
                    readersPin.Enter();
                    read(book, reader, id);
                    readersPin.Exit();
                });
                scenario.Thread(() =>
                {
                    ownPin.Enter();
                    book.Cancel(writer, 1, id);
                    ownPin.Exit();
                    nodes.Collect();
                    if (nodes.Free < 2)
                        return; // the reader is in the way, or helped
                    ownPin.Enter();
                    book.Place(writer, 2, Side.Ask, 12, 7);
                    ownPin.Exit();
                });
                scenario.Finally(book.MustBalance);
            },
            new CheckOptions { MaxExecutions = 5_000_000 });

    private static void Take(ModelBook<CheckedModel> book, LockFreeMatcher<CheckedModel> reader, ulong id) =>
        book.Place(reader, 3, Side.Bid, 10, 2, OrderType.ImmediateOrCancel);

    private static void Place(ModelBook<CheckedModel> book, LockFreeMatcher<CheckedModel> reader, ulong id) =>
        book.Place(reader, 3, Side.Ask, 10, 2);

    private static void Cancel(ModelBook<CheckedModel> book, LockFreeMatcher<CheckedModel> reader, ulong id) =>
        book.Cancel(reader, 1, id);

    private static CheckResult Write(CheckResult result)
    {
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{result.Executions} executions, {result.Pruned} pruned{(result.Finding is { } finding ? $"; {finding.Kind}: {finding.Message}" : "")}");
        return result;
    }

    private sealed class Pin(long* pin, long* epoch) : IEpochPin
    {
        ref long IEpochPin.Pin => ref *pin;

        internal void Enter() => EpochProtocol<CheckedModel>.Enter(ref *pin, ref *epoch);

        internal void Exit() => EpochProtocol<CheckedModel>.Exit(ref *pin);
    }

    /// <summary>The nodes of the one thread that collects: those that it unlinked itself are used again.</summary>
    private sealed class EpochNodes(ILockFreeNodes own, Pin[] readers, long* epoch) : ILockFreeNodes
    {
        private readonly GarbageQueue _garbage = new(4);
        private readonly Stack<int> _free = [];

        internal int Free => _free.Count;

        public bool TryTake(out int index) => _free.TryPop(out index) || own.TryTake(out index);

        public void GiveBack(int index) => _free.Push(index);

        public void Retire(int index) => _garbage.Enqueue(index, EpochProtocol<CheckedModel>.Epoch(ref *epoch));

        internal void Collect()
        {
            EpochProtocol<CheckedModel>.Advance<Pin>(ref *epoch, readers);
            long now = EpochProtocol<CheckedModel>.Epoch(ref *epoch);
            while (_garbage.Count > 0 && EpochProtocol.IsFree(_garbage.Oldest.Epoch, now))
                _free.Push(_garbage.Dequeue().Index);
        }
    }
}
