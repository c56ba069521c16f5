using Velox.ModelChecking;
using Xunit;

namespace Velox.Primitives.Tests;

/// <summary>A link to one node of a few, in the memory of a checked scenario: what readers follow and writers replace.</summary>
/// <remarks>
/// A node is plain data. Who fills a node again while another may still read it is reported as a race, in whatever order
/// the two come. A released node is poisoned at once, as the allocator does in checked mode.
/// </remarks>
internal sealed unsafe class ModelList
{
    private const long Poison = -1;
    private readonly int* _link;
    private readonly int* _lock;
    private readonly long* _nodes;
    private readonly Stack<int> _free = new();
    private long _lastValue;

    internal ModelList(Scenario scenario, int nodes)
    {
        _link = scenario.Allocate<int>("link");
        _lock = scenario.Allocate<int>("lock");
        _nodes = scenario.Allocate<long>("nodes", nodes);
        for (int node = nodes - 1; node > 0; node--)
            _free.Push(node);
    }

    /// <summary>The retired nodes, for who has the lock.</summary>
    internal GarbageQueue Garbage { get; } = new(16);

    internal ref int Link => ref *_link;

    /// <summary>Reads a node that the reader holds.</summary>
    internal long Read(int node) => CheckedModel.Read(ref _nodes[node]);

    /// <summary>Fills a free node and links it in the place of another, which is then retired.</summary>
    /// <param name="retire">Takes over the old node.</param>
    /// <param name="isRetiredFirst">The fault of handing a node over that readers can still find.</param>
    /// <returns>False when no node is free.</returns>
    internal bool TryReplace(Action<int> retire, bool isRetiredFirst = false)
    {
        if (!_free.TryPop(out int node))
            return false;
        CheckedModel.Write(ref _nodes[node], ++_lastValue);
        int old = CheckedModel.LoadRelaxed(ref *_link);
        if (isRetiredFirst)
            retire(old);
        CheckedModel.StoreRelease(ref *_link, node);
        if (!isRetiredFirst)
            retire(old);
        return true;
    }

    internal void Release(int node)
    {
        Assert.DoesNotContain(node, _free);
        CheckedModel.Write(ref _nodes[node], Poison);
        _free.Push(node);
    }

    /// <summary>The writers' lock.</summary>
    internal void Locked(Action action)
    {
        while (CheckedModel.CompareExchange(ref *_lock, 1, 0) != 0)
            CheckedModel.SpinHint(1);
        action();
        CheckedModel.StoreRelease(ref *_lock, 0);
    }
}
