namespace Velox.ModelChecking;

/// <summary>The state of the memory during an execution: histories, views, and who touched plain data when.</summary>
/// <remarks>
/// An operational form of the C++11 release-acquire model without "out of thin air" (RC11): a load reads any store of
/// its location that is not older than what its thread has seen; a message carries the view of its writer if the store
/// releases, or else the view of the writer's last fence. What it does not show is stated at <see cref="ModelChecker"/>.
/// </remarks>
internal sealed class WeakMemory
{
    private readonly ThreadViews[] _threads = [.. Enumerable.Range(0, Execution.MaxThreads).Select(_ => new ThreadViews())];
    private readonly List<Location> _locations = [];
    private readonly int[] _locationOfGranule = new int[Arena.Granules];

    // What the fences of each kind have handed on so far.
    private readonly int[] _fenceView = new int[View.Length];
    private readonly int[] _lightView = new int[View.Length];
    private readonly int[] _processWideView = new int[View.Length];

    // Clock of the last plain read and write of each granule by each thread; 0 is never.
    private readonly int[] _reads = new int[Arena.Granules * Execution.MaxThreads];
    private readonly int[] _writes = new int[Arena.Granules * Execution.MaxThreads];
    private readonly bool[] _isReclaimed = new bool[Arena.Granules];

    internal void Reset(int usedGranules)
    {
        for (int thread = 0; thread < _threads.Length; thread++)
            _threads[thread].Reset(thread);
        _locations.Clear();
        Array.Clear(_fenceView);
        Array.Clear(_lightView);
        Array.Clear(_processWideView);
        _locationOfGranule.AsSpan(0, usedGranules).Clear();
        _reads.AsSpan(0, usedGranules * Execution.MaxThreads).Clear();
        _writes.AsSpan(0, usedGranules * Execution.MaxThreads).Clear();
        _isReclaimed.AsSpan(0, usedGranules).Clear();
    }

    internal Location this[int index] => _locations[index];

    internal Location LocationAt(int granule, nint address, int size)
    {
        int number = _locationOfGranule[granule];
        if (number > 0)
        {
            Location known = _locations[number - 1];
            return known.Address == address && known.Size == size
                ? known
                : throw new ModelCheckException("An atomic word was accessed in parts or with another size.");
        }

        if (_locations.Count == Execution.MaxLocations)
            throw new ModelCheckException($"A scenario may have {Execution.MaxLocations} atomic words.");
        var location = new Location(_locations.Count, address, size);
        location.History.Add(new Message(Execution.ReadWord(address, size), [], Number: 0));
        _locations.Add(location);
        _locationOfGranule.AsSpan(granule, size / Arena.GranuleBytes).Fill(location.Index + 1);
        return location;
    }

    /// <summary>How far a thread has seen the clock of another one.</summary>
    internal int ClockSeen(int thread, int other) => _threads[thread].Current[other];

    internal bool IsReclaimed(int granule) => _isReclaimed[granule];

    /// <summary>
    /// The stores that a load may read, by how many are newer: coherence forbids to go back behind what the thread has seen.
    /// </summary>
    /// <param name="thread">Who loads.</param>
    /// <param name="location">From where.</param>
    /// <param name="firstNumber">Stores performed before this one are left out.</param>
    internal int[] ReadableAges(int thread, Location location, int firstNumber) =>
        [.. Enumerable.Range(0, location.Newest - NewestSeen(thread, location) + 1)
            .Where(age => location.History[location.Newest - age].Number >= firstNumber)];

    /// <summary>
    /// The places that a store may find in the order of its location, by how many stores are newer: after all that the
    /// thread has seen, and not between a read-modify-write and what that read.
    /// </summary>
    internal int[] StorableAges(int thread, Location location) =>
        [.. Enumerable.Range(0, location.Newest - NewestSeen(thread, location) + 1)
            .Where(age => age == 0 || !location.History[location.History.Count - age].IsModification)];

    internal long Load(int thread, Location location, int position, bool isAcquire)
    {
        Message message = location.History[position];
        ThreadViews views = _threads[thread];
        See(views, location, position);
        View.Join(views.Acquired, message.View);
        if (isAcquire)
            View.Join(views.Current, message.View);
        return message.Value;
    }

    /// <param name="thread">Who stores.</param>
    /// <param name="location">Where.</param>
    /// <param name="value">What.</param>
    /// <param name="isRelease">Whether readers learn all that the thread has seen.</param>
    /// <param name="position">Its place in the order of the location's stores.</param>
    internal void Store(int thread, Location location, long value, bool isRelease, int position)
    {
        if (position < location.History.Count)
            MakeRoom(location, position);
        ThreadViews views = _threads[thread];
        See(views, location, position);
        int[] view = (int[])(isRelease ? views.Current : views.Released).Clone();
        Insert(thread, location, position, new Message(value, view, location.History.Count));
    }

    /// <summary>An acquiring and releasing step on the newest store. A failed compare-and-swap only acquires.</summary>
    internal long Modify(int thread, Location location, Func<long, long?> change)
    {
        Message newest = location.History[^1];
        long old = Load(thread, location, location.Newest, isAcquire: true);
        if (change(old) is not { } changed)
            return old;

        // The view of the message before goes along: a read-modify-write continues a release sequence.
        int position = location.History.Count;
        See(_threads[thread], location, position);
        int[] view = (int[])_threads[thread].Current.Clone();
        View.Join(view, newest.View);
        Insert(thread, location, position, new Message(changed, view, position, IsModification: true));
        return old;
    }

    /// <summary>
    /// All that was seen before the fence is seen by whoever passes a fence later. Only positions are handed on, not the
    /// clock: two fences alone order no plain data.
    /// </summary>
    internal void Fence(int thread)
    {
        ThreadViews views = _threads[thread];
        View.Join(views.Current, views.Acquired);
        View.Join(views.Current, _fenceView, View.FirstLocation);
        View.Join(_fenceView, views.Current, View.FirstLocation);
        View.Join(views.Acquired, views.Current);
        views.Current.CopyTo(views.Released, 0);
        views.Current[thread]++;
    }

    /// <summary>All that was stored before goes along with every later store.</summary>
    internal void FenceRelease(int thread)
    {
        ThreadViews views = _threads[thread];
        views.Current.CopyTo(views.Released, 0);
        views.Current[thread]++;
    }

    /// <summary>
    /// Exchanges positions with process-wide fences only, and acquires. It does not release: the processor may let a later
    /// store pass an earlier one.
    /// </summary>
    internal void FenceLight(int thread)
    {
        ThreadViews views = _threads[thread];
        View.Join(views.Current, views.Acquired);
        View.Join(views.Current, _processWideView, View.FirstLocation);
        View.Join(_lightView, views.Current, View.FirstLocation);
        View.Join(views.Acquired, views.Current);
    }

    /// <summary>A fence that also takes what light fences before it handed on, and hands on to those after it.</summary>
    internal void FenceProcessWide(int thread)
    {
        View.Join(_threads[thread].Current, _lightView, View.FirstLocation);
        Fence(thread);
        View.Join(_processWideView, _threads[thread].Current, View.FirstLocation);
    }

    /// <summary>The thread's next load of the location reads the newest store or a later one.</summary>
    internal void CatchUp(int thread, Location location) => See(_threads[thread], location, location.Newest);

    /// <summary>Notes a plain read; false when it races with a write.</summary>
    internal bool TryRead(int thread, int granule)
    {
        _reads[granule * Execution.MaxThreads + thread] = _threads[thread].Current[thread];
        return HappenedBefore(_writes, thread, granule);
    }

    /// <summary>Notes a plain write; false when it races with a read or write.</summary>
    internal bool TryWrite(int thread, int granule)
    {
        _writes[granule * Execution.MaxThreads + thread] = _threads[thread].Current[thread];
        return HappenedBefore(_writes, thread, granule) && HappenedBefore(_reads, thread, granule);
    }

    internal bool IsAtomic(int granule) => _locationOfGranule[granule] > 0;

    /// <summary>Whether a thread has touched the place as plain data.</summary>
    internal bool IsData(int granule)
    {
        int first = granule * Execution.MaxThreads;
        return _reads.AsSpan(first, Execution.MaxThreads).ContainsAnyExcept(0)
            || _writes.AsSpan(first, Execution.MaxThreads).ContainsAnyExcept(0);
    }

    internal void Reclaim(int granule) => _isReclaimed[granule] = true;

    private bool HappenedBefore(int[] accesses, int thread, int granule)
    {
        int[] clock = _threads[thread].Current;
        for (int other = 0; other < Execution.MaxThreads; other++)
        {
            if (other != thread && accesses[granule * Execution.MaxThreads + other] > clock[other])
                return false;
        }

        return true;
    }

    private static void See(ThreadViews views, Location location, int position)
    {
        int index = View.FirstLocation + location.Index;
        views.Current[index] = Math.Max(views.Current[index], position);
        views.Acquired[index] = Math.Max(views.Acquired[index], position);
    }

    private int NewestSeen(int thread, Location location) =>
        _threads[thread].Current[View.FirstLocation + location.Index];

    /// <summary>Stores from the position on move up by one, in whatever view they stand.</summary>
    private void MakeRoom(Location location, int position)
    {
        foreach (ThreadViews views in _threads)
            views.MakeRoom(location, position);
        foreach (int[] view in (int[][])[_fenceView, _lightView, _processWideView])
            View.MakeRoom(view, location, position);
        foreach (Message message in _locations.SelectMany(other => other.History))
            View.MakeRoom(message.View, location, position);
    }

    private void Insert(int thread, Location location, int position, Message message)
    {
        message.View[View.FirstLocation + location.Index] = position;
        location.History.Insert(position, message);
        Execution.WriteWord(location.Address, location.Size, location.History[^1].Value);

        // What the thread does from here on is not part of what the message hands over.
        _threads[thread].Current[thread]++;
    }
}
