namespace Velox.Primitives;

/// <summary>A bounded queue of retired nodes with the time they were retired at. Not thread-safe.</summary>
internal sealed class GarbageQueue(int capacity)
{
    private readonly (int Index, long Epoch)[] _items = new (int Index, long Epoch)[capacity];
    private int _first;

    internal int Capacity => _items.Length;

    internal int Count { get; private set; }

    internal (int Index, long Epoch) Oldest => _items[_first];

    /// <summary>Adds one; the queue is not full.</summary>
    internal void Enqueue(int index, long epoch)
    {
        _items[(_first + Count) % _items.Length] = (index, epoch);
        Count++;
    }

    /// <summary>Takes the oldest; the queue is not empty.</summary>
    internal (int Index, long Epoch) Dequeue()
    {
        (int Index, long Epoch) item = _items[_first];
        _first = (_first + 1) % _items.Length;
        Count--;
        return item;
    }
}
