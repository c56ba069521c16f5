namespace Velox.Primitives;

/// <summary>Where a <see cref="WorkerTeam"/>'s owner puts up work and its threads take slices of it.</summary>
/// <remarks>The order of reads and writes is that of <see cref="TeamTicket{TModel}"/>.</remarks>
internal sealed class TeamBoard
{
    private const int YieldsBeforeSleep = 32;
    private const long LongestSleepNanos = 1_000_000_000;

    private readonly IBackgroundWork? _background;
    private readonly ParkingSpot[] _spots;

    private ISlicedWork? _work;
    private int _count;
    private int _sliceLength;
    private int _slices;
    private Exception? _failure;
    private uint _number;
    private volatile bool _isStopping;

    // On lines of their own: every worker writes them.
    private PaddedLong _ticket = new(TeamTicket<HardwareModel>.ClosedSlice);
    private PaddedLong _done;

    internal TeamBoard(int workers, IBackgroundWork? background)
    {
        _background = background;
        _spots = new ParkingSpot[workers - 1];
        for (int i = 0; i < _spots.Length; i++)
            _spots[i] = new ParkingSpot();
    }

    internal void Stop()
    {
        _isStopping = true;
        WakeAll();
    }

    internal void WakeAll()
    {
        foreach (ParkingSpot spot in _spots)
            spot.Signal();
    }

    /// <summary>The owner's: puts work up, takes part, and waits for the rest.</summary>
    internal void Run(ISlicedWork work, int count, int sliceLength)
    {
        _work = work;
        _count = count;
        _sliceLength = sliceLength;
        _slices = ((count - 1) / sliceLength) + 1;
        _failure = null;
        _done.StoreRelaxed(0);

        TeamTicket<HardwareModel>.Open(ref _ticket.Word, ++_number);
        WakeAll();
        while (TryRunSlice(0))
        {
        }

        var wait = default(SpinThenYieldWait);
        while (!TeamTicket<HardwareModel>.AreDone(ref _done.Word, _slices))
            wait.WaitOnce();
        TeamTicket<HardwareModel>.Close(ref _ticket.Word, _number);
        _work = null;
        if (_failure is { } failure)
            throw new AggregateException("A worker's slice failed.", failure);
    }

    /// <summary>A thread's life: slices of the owner's work first, then pieces in the background, then sleep.</summary>
    internal void Serve(int worker)
    {
        ParkingSpot spot = _spots[worker - 1];
        int idle = 0;
        bool isAnnounced = false;
        while (!_isStopping)
        {
            if (TryRunSlice(worker) || _background?.TryRunPiece(worker) == true)
            {
                if (isAnnounced)
                    spot.Withdraw();
                isAnnounced = false;
                idle = 0;
            }
            else if (idle++ < YieldsBeforeSleep)
            {
                Thread.Yield();
            }
            else if (!isAnnounced)
            {
                // Then once more around: work that came before the announcement was not signalled.
                spot.Announce();
                isAnnounced = true;
            }
            else
            {
                spot.Park(LongestSleepNanos);
                isAnnounced = false;
            }
        }
    }

    private bool TryRunSlice(int worker)
    {
        long ticket = TeamTicket<HardwareModel>.Look(ref _ticket.Word);
        while (true)
        {
            // These may be the next work's, and not fit together: the claim fails then.
            uint slice = TeamTicket<HardwareModel>.SliceOf(ticket);
            if (slice == TeamTicket<HardwareModel>.ClosedSlice || slice >= (uint)_slices)
                return false;
            ISlicedWork? work = _work;
            int sliceLength = _sliceLength;
            int count = _count;
            if (!TeamTicket<HardwareModel>.TryClaim(ref _ticket.Word, ref ticket))
                continue;
            int start = (int)slice * sliceLength;
            RunSlice(work!, worker, start, Math.Min(count, start + sliceLength));
            return true;
        }
    }

    private void RunSlice(ISlicedWork work, int worker, int start, int end)
    {
        try
        {
            work.Run(worker, start, end);
        }
        catch (Exception failure)
        {
            // The first one counts. A thread without a handler would end the process; the owner can say what failed.
            Interlocked.CompareExchange(ref _failure, failure, null);
        }

        TeamTicket<HardwareModel>.Finish(ref _done.Word);
    }
}
