namespace Velox.Primitives;

/// <summary>The objects of one node in an <see cref="ObjectPool{T}"/>.</summary>
internal sealed unsafe class ObjectStore<T, TModel>
    where T : class
    where TModel : struct, IMemoryModel
{
    private readonly Func<T> _create;
    private readonly int _chunkObjects;
    private readonly T[] _objects;

    // Its memory lives as long as this object, which every method that uses it keeps alive to its end.
    private readonly ObjectStoreMemory _memory;
    private readonly IndexFreeListCore<TModel> _free;
    private long _created;
    private long _rented;

    /// <param name="create">Makes an object.</param>
    /// <param name="chunkObjects">Objects made at a time.</param>
    /// <param name="memory">For as many objects as there may be.</param>
    internal ObjectStore(Func<T> create, int chunkObjects, ObjectStoreMemory memory)
    {
        _create = create;
        _chunkObjects = chunkObjects;
        _objects = new T[memory.MaxObjects];
        _memory = memory;
        _free = new IndexFreeListCore<TModel>(memory.FreeHead, memory.FreeLinks, memory.MaxObjects);
    }

    internal long Created => Volatile.Read(ref _created);

    internal long Rented => Volatile.Read(ref _rented);

    internal bool TryRent(int node, out Pooled<T> rented)
    {
        if (!_free.TryPop(out int number) && !TryGrow(out number))
        {
            rented = default;
            return false;
        }

        if (_objects[number] is null)
            Make(number);

        // The number is ours alone, so no exchange is needed. Relaxed: the free list orders it, and of a wrong return the
        // exchange acts on the newest value.
        ref int word = ref _memory.Lease(number);
        int lease = TModel.LoadRelaxed(ref word) + 1;
        TModel.StoreRelaxed(ref word, lease);
        Interlocked.Increment(ref _rented);
        rented = new Pooled<T>(_objects[number], number, node, lease);
        GC.KeepAlive(this);
        return true;
    }

    internal bool Return(Pooled<T> rented)
    {
        if ((uint)rented.Number >= (uint)_objects.Length || (rented.Lease & 1) == 0 || _objects[rented.Number] != rented.Value)
            return false;
        // Of two returns of one lease the exchange lets one through; the push then publishes what was written.
        bool isMine = TModel.CompareExchange(ref _memory.Lease(rented.Number), rented.Lease + 1, rented.Lease) == rented.Lease;
        if (isMine)
            _free.Push(rented.Number);
        GC.KeepAlive(this);
        return isMine;
    }

    /// <summary>Makes a chunk and takes its first object.</summary>
    private bool TryGrow(out int number)
    {
        int first = TModel.LoadAcquire(ref *_memory.Claimed);
        while (first < _objects.Length)
        {
            int end = Math.Min(first + _chunkObjects, _objects.Length);
            // Claims the numbers: no other thread makes these objects, and none waits for them.
            int found = TModel.CompareExchange(ref *_memory.Claimed, end, first);
            if (found == first)
            {
                Fill(first, end);
                number = first;
                return true;
            }

            first = found;
        }

        // One may have been returned since the store was found empty.
        return _free.TryPop(out number);
    }

    private void Fill(int first, int end)
    {
        int number = first;
        try
        {
            for (; number < end; number++)
            {
                _objects[number] = _create();
                Interlocked.Increment(ref _created);
                if (number > first)
                    _free.Push(number); // publishes the object
            }
        }
        catch
        {
            // No place is lost: those without an object get it when they are rented.
            if (number > first)
                _free.Push(first);
            for (; number < end; number++)
                _free.Push(number);
            throw;
        }
    }

    /// <summary>Makes the object of a number that is ours; gives the number back where that fails.</summary>
    private void Make(int number)
    {
        try
        {
            _objects[number] = _create();
            Interlocked.Increment(ref _created);
        }
        catch
        {
            _free.Push(number);
            throw;
        }
    }
}
