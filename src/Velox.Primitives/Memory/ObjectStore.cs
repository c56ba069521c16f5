namespace Velox.Primitives;

/// <summary>The objects of one node in an <see cref="ObjectPool{T}"/>.</summary>
internal sealed class ObjectStore<T>
    where T : class
{
    private readonly Func<T> _create;
    private readonly int _chunkObjects;
    private readonly T[] _objects;

    /// <summary>Of each object: even while it is in the store, odd while it is rented; counted up by both.</summary>
    private readonly int[] _leases;
    private readonly IndexFreeList _free;

    /// <summary>Numbers below are given to chunks; more than there are objects while a chunk is being made.</summary>
    private int _claimed;
    private long _created;
    private long _rented;

    internal ObjectStore(Func<T> create, int chunkObjects, int maxObjects)
    {
        _create = create;
        _chunkObjects = chunkObjects;
        _objects = new T[maxObjects];
        _leases = new int[maxObjects];
        _free = new IndexFreeList(maxObjects);
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

        // The number is ours alone, so a plain increment does; the volatile write is for a wrong return that looks.
        int lease = _leases[number] + 1;
        Volatile.Write(ref _leases[number], lease);
        Interlocked.Increment(ref _rented);
        rented = new Pooled<T>(_objects[number], number, node, lease);
        return true;
    }

    internal bool Return(Pooled<T> rented)
    {
        if ((uint)rented.Number >= (uint)_objects.Length || (rented.Lease & 1) == 0 || _objects[rented.Number] != rented.Value)
            return false;
        // Of two returns of one lease the exchange lets one through; the push then publishes what was written.
        if (Interlocked.CompareExchange(ref _leases[rented.Number], rented.Lease + 1, rented.Lease) != rented.Lease)
            return false;
        _free.Push(rented.Number);
        return true;
    }

    /// <summary>Makes a chunk and takes its first object.</summary>
    private bool TryGrow(out int number)
    {
        int first = Volatile.Read(ref _claimed);
        while (first < _objects.Length)
        {
            int end = Math.Min(first + _chunkObjects, _objects.Length);
            // Claims the numbers: no other thread makes these objects, and none waits for them.
            int found = Interlocked.CompareExchange(ref _claimed, end, first);
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
