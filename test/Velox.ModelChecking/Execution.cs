using System.Numerics;

namespace Velox.ModelChecking;

/// <summary>Runs a scenario's threads one at a time, each up to its next operation on shared memory.</summary>
/// <remarks>
/// The threads are real ones that hand each other a turn, so that the code under test is ordinary code; only the holder
/// of the turn runs or touches the state here. They live as long as the exploration. Plain data needs no decisions:
/// a race is found in whatever order the two accesses come, by their clocks.
/// </remarks>
internal sealed class Execution : IDisposable
{
    internal const int MaxThreads = 4;
    internal const int MaxLocations = 64;

    [ThreadStatic]
    private static Execution? ThisExecution;

    [ThreadStatic]
    private static int ThisThread;

    private readonly Arena _arena = new();
    private readonly WeakMemory _memory = new();
    private readonly Trace _trace = new();
    private readonly Scheduler _scheduler;
    private readonly Turn[] _turns = [.. Enumerable.Range(0, MaxThreads).Select(_ => new Turn())];
    private readonly Turn _controller = new();
    private readonly SpinWatch _spins = new();
    private readonly WaitRoom _waiters = new();
    private readonly List<Thread> _workers = [];

    private Scenario _scenario;
    private int _started;
    private int _finished;
    private bool _isAbandoned;
    private bool _isDisposed;
    private (FindingKind Kind, string Message)? _fault;
    private ModelCheckException? _brokenRule;

    internal Execution(Scheduler scheduler)
    {
        _scheduler = scheduler;
        _scenario = new Scenario(_arena);
    }

    /// <summary>The execution that the calling thread is part of; null outside of its threads.</summary>
    internal static Execution? Current => ThisExecution;

    private int AllThreads => (1 << _scenario.Threads.Count) - 1;

    private bool IsFinished => _finished == AllThreads;

    /// <summary>Runs the scenario once, along the scheduler's path. Returns the fault, if there is one.</summary>
    internal Finding? Run(Action<Scenario> define)
    {
        Reset();
        define(_scenario);
        if (_scenario.Threads.Count == 0)
            throw new ModelCheckException("A scenario needs threads.");
        while (_workers.Count < _scenario.Threads.Count)
            StartWorker(_workers.Count);
        _turns[0].Give();
        _controller.Await();
        if (_brokenRule is not null)
            throw _brokenRule;

        NoteEnding();
        if (_fault is null && _scheduler.Ending == Ending.Complete)
            Guard(() => _scenario.FinalCheck?.Invoke());
        return _fault is { } fault
            ? new Finding(fault.Kind, fault.Message, _scheduler.Schedule, _trace.Format(_arena))
            : null;
    }

    internal long Load(nint address, int size, bool isAcquire)
    {
        OperationKind kind = isAcquire ? OperationKind.LoadAcquire : OperationKind.LoadRelaxed;
        Location location = Reach(kind, address, size);
        int age = _scheduler.Decision.Choice;
        int position = location.Newest - age;
        _spins.Note(ThisThread, location, position);
        long value = _memory.Load(ThisThread, location, position, isAcquire);
        _trace.Add(ThisThread, isAcquire ? "load acquire" : "load relaxed", address, value, age);
        return value;
    }

    internal void Store(nint address, int size, long value, bool isRelease)
    {
        OperationKind kind = isRelease ? OperationKind.StoreRelease : OperationKind.StoreRelaxed;
        Location location = Reach(kind, address, size);
        int age = _scheduler.Decision.Choice;
        _memory.Store(ThisThread, location, value, isRelease, location.History.Count - age);
        _trace.Add(ThisThread, isRelease ? "store release" : "store relaxed", address, value, age);
    }

    internal long Modify(nint address, int size, Func<long, long?> change)
    {
        Location location = Reach(OperationKind.ReadModifyWrite, address, size);
        _spins.Note(ThisThread, location, location.Newest);
        int before = location.Newest;
        long old = _memory.Modify(ThisThread, location, change);
        _trace.Add(ThisThread, location.Newest > before ? $"modify {old} of" : "modify (refused)", address, location.History[^1].Value);
        return old;
    }

    internal void Fence(OperationKind kind)
    {
        Reach(new Operation(kind, -1));
        switch (kind)
        {
            case OperationKind.FenceLight:
                _memory.FenceLight(ThisThread);
                _trace.Add(ThisThread, "light fence");
                break;
            case OperationKind.FenceProcessWide:
                _memory.FenceProcessWide(ThisThread);
                _trace.Add(ThisThread, "process-wide fence");
                break;
            default:
                _memory.Fence(ThisThread);
                _trace.Add(ThisThread, "fence");
                break;
        }
    }

    internal void WriteBarrier()
    {
        _memory.FenceRelease(ThisThread);
        _trace.Add(ThisThread, "write barrier");
    }

    /// <summary>A turn of a waiting loop is over: the thread goes on when something it read in the turn is outdated.</summary>
    internal void Spin()
    {
        Reach(new Operation(OperationKind.Spin, -1));
        _spins.EndTurn(ThisThread, _memory);
        _trace.Add(ThisThread, "spin");
    }

    internal void Wait(nint address, int expected)
    {
        Location location = Reach(OperationKind.Wait, address, sizeof(int));
        long value = location.History[^1].Value;
        _trace.Add(ThisThread, value == expected ? "wait, asleep," : "wait, refused,", address, value);
        if (value != expected)
            return;
        _waiters.Enter(ThisThread, location.Index);
        Reach(new Operation(OperationKind.Resume, -1));
    }

    internal void WakeOne(nint address)
    {
        Location location = Reach(OperationKind.Wake, address, sizeof(int));
        _waiters.WakeOne(location.Index);
        _trace.Add(ThisThread, "wake", address, location.History[^1].Value);
    }

    internal void ReadData(nint address, int size) => AccessData(address, size, "read", _memory.TryRead);

    internal void WriteData(nint address, int size) => AccessData(address, size, "write", _memory.TryWrite);

    internal void Reclaim(nint address, int size)
    {
        Reach(new Operation(OperationKind.Reclaim, -1));
        _trace.Add(ThisThread, "reclaim", address);
        AccessGranules(address, size, granule =>
        {
            if (!_memory.TryWrite(ThisThread, granule))
                throw Fail(FindingKind.UseAfterReclaim, $"{_arena.NameOf(address)} is given back while another thread uses it.");
            _memory.Reclaim(granule);
        });
    }

    public void Dispose()
    {
        _isDisposed = true;
        for (int thread = 0; thread < _workers.Count; thread++)
        {
            _turns[thread].Give();
            _workers[thread].Join();
        }

        _arena.Dispose();
    }

    // Unsafe: the address was taken of a live word of the scenario's memory.
    internal static unsafe long ReadWord(nint address, int size) => size == sizeof(int) ? *(int*)address : *(long*)address;

    internal static unsafe void WriteWord(nint address, int size, long value)
    {
        if (size == sizeof(int))
            *(int*)address = (int)value;
        else
            *(long*)address = value;
    }

    private void Reset()
    {
        _memory.Reset(_arena.UsedGranules);
        _arena.Reset();
        _trace.Clear();
        _scheduler.Reset();
        _spins.Reset();
        _waiters.Reset();
        _scenario = new Scenario(_arena);
        _started = 0;
        _finished = 0;
        _isAbandoned = false;
        _fault = null;
    }

    private Location Reach(OperationKind kind, nint address, int size)
    {
        int granule = _arena.GranuleOf(address);
        if (_memory.IsData(granule))
            throw Fail(FindingKind.DataRace, $"{_arena.NameOf(address)} is plain data, accessed as an atomic word.");
        Location location = _memory.LocationAt(granule, address, size);
        Reach(new Operation(kind, location.Index));
        CheckReclaimed(granule, address);
        return location;
    }

    /// <summary>Announces an operation; returns when it is this thread's turn to perform it.</summary>
    private void Reach(Operation operation)
    {
        int thread = ThisThread;
        _scheduler.Announce(thread, operation);
        int next = NextThread(thread);
        if (next == thread)
            return;
        if (next == Scheduler.Nobody)
            throw Abandon();
        _turns[next].Give();
        _turns[thread].Await();
        if (_isAbandoned)
            throw new AbandonedException();
    }

    private int NextThread(int current)
    {
        // Each thread first runs up to its first operation, so that the scheduler knows what everybody is about to do.
        if (_started < _scenario.Threads.Count - 1)
            return ++_started;
        return _scheduler.Next(current, EnabledThreads(), IsFinished, _memory);
    }

    private int EnabledThreads()
    {
        int enabled = AllThreads & ~_finished;
        for (int thread = 0; thread < _scenario.Threads.Count; thread++)
        {
            if (_waiters.IsAsleep(thread) || (_scheduler.IsSpinning(thread) && !_spins.HasNews(thread)))
                enabled &= ~(1 << thread);
        }

        return enabled;
    }

    private void StartWorker(int thread)
    {
        var worker = new Thread(() => Work(thread)) { IsBackground = true, Name = $"checked thread {thread}" };
        _workers.Add(worker);
        worker.Start();
    }

    private void Work(int thread)
    {
        ThisExecution = this;
        ThisThread = thread;
        for (_turns[thread].Await(); !_isDisposed; _turns[thread].Await())
        {
            if (!_isAbandoned)
                Guard(_scenario.Threads[thread]);
            Finish(thread);
        }
    }

    private void Finish(int thread)
    {
        _finished |= 1 << thread;
        _scheduler.Announce(thread, default);
        int next = Scheduler.Nobody;
        if (!_isAbandoned)
        {
            Guard(() => next = NextThread(Scheduler.Nobody));
            _isAbandoned = next == Scheduler.Nobody;
        }

        // Those that have not ended are woken one after the other to leave their bodies.
        if (_isAbandoned && !IsFinished)
            next = BitOperations.TrailingZeroCount(AllThreads & ~_finished);
        (next == Scheduler.Nobody ? _controller : _turns[next]).Give();
    }

    private void Guard(Action body)
    {
        try
        {
            body();
        }
        catch (AbandonedException)
        {
            // The execution is over; the reason is noted already.
        }
        catch (ModelCheckException error)
        {
            _brokenRule ??= error;
            _isAbandoned = true;
        }
        catch (Exception error)
        {
            _fault ??= (FindingKind.Exception, $"{error.GetType().Name}: {error.Message}");
            _isAbandoned = true;
        }
    }

    private void NoteEnding()
    {
        if (_scheduler.Ending == Ending.Stuck)
            _fault ??= (FindingKind.Stuck, "Threads wait, and nobody is left to wake them.");
        if (_scheduler.Ending == Ending.StepLimit)
            _fault ??= (FindingKind.StepLimit, "The execution exceeds the bound on steps.");
    }

    private void AccessData(nint address, int size, string what, Func<int, int, bool> tryAccess)
    {
        _trace.Add(ThisThread, what, address);
        AccessGranules(address, size, granule =>
        {
            CheckReclaimed(granule, address);
            if (_memory.IsAtomic(granule))
                throw Fail(FindingKind.DataRace, $"{_arena.NameOf(address)} is an atomic word, accessed as plain data.");
            if (!tryAccess(ThisThread, granule))
                throw Fail(FindingKind.DataRace, $"Thread {ThisThread}'s {what} of {_arena.NameOf(address)} is unordered with another thread's access.");
        });
    }

    private void AccessGranules(nint address, int size, Action<int> access)
    {
        int first = _arena.GranuleOf(address);
        int last = _arena.GranuleOf(address + size - 1);
        for (int granule = first; granule <= last; granule++)
            access(granule);
    }

    private void CheckReclaimed(int granule, nint address)
    {
        if (_memory.IsReclaimed(granule))
            throw Fail(FindingKind.UseAfterReclaim, $"Thread {ThisThread} uses {_arena.NameOf(address)}, which was given back.");
    }

    private AbandonedException Fail(FindingKind kind, string message)
    {
        _fault ??= (kind, message);
        return Abandon();
    }

    private AbandonedException Abandon()
    {
        _isAbandoned = true;
        return new AbandonedException();
    }

    /// <summary>Takes a thread out of its body when its execution is over.</summary>
    private sealed class AbandonedException : Exception;
}
