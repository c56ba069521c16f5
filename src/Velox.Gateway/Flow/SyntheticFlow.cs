using Velox.OrderBook;
using Velox.Primitives;

namespace Velox.Gateway;

/// <summary>A synthetic load on an order door: messages arrive as a Poisson process, single or in bursts.</summary>
/// <remarks>
/// With the same parameters, and a door that accepts the same messages, the flow is the same message for message,
/// however often and late it is stepped. It is the door's producer: one thread.
/// </remarks>
public sealed class SyntheticFlow
{
    /// <summary>Most messages of one step: a flow that fell far behind catches up over several.</summary>
    public const int MaxMessagesPerStep = 65_536;

    // Without a core to spare, the gap between two messages is shorter than a sleep can be, and yielding until the next
    // one would cost a whole core. So the flow sleeps this long at least and then emits what is due.
    private const long CoarseWaitNanos = 250_000;

    private readonly OrderDoor _door;
    private readonly FlowParameters _parameters;
    private readonly INanoClock _clock;
    private readonly PoissonArrivals _arrivals;
    private readonly OrderSource _source;
    private readonly long _startNanos;
    private readonly Counter _pushed = new();
    private readonly Counter _dropped = new();

    /// <summary>The flow begins now, on <paramref name="clock"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is out of its bounds.</exception>
    public SyntheticFlow(OrderDoor door, FlowParameters parameters, INanoClock clock)
    {
        parameters.Validate();
        _door = door;
        _parameters = parameters;
        _clock = clock;

        // Two sources of randomness: when messages come does not depend on what they say.
        double burstsPerSecond = parameters.MessagesPerSecond / parameters.BurstSize;
        _arrivals = new PoissonArrivals(new Random(parameters.Seed), burstsPerSecond);
        _source = new OrderSource(parameters, new Random(~parameters.Seed));
        _startNanos = clock.NowNanos;
    }

    /// <summary>May be read by any thread.</summary>
    public FlowStatistics Statistics => new(_pushed.Value, _dropped.Value);

    /// <summary>When the next message is due, on the clock.</summary>
    public long NextArrivalNanos => _startNanos + (long)_arrivals.NextNanos;

    /// <summary>Enters every message that is due by now and returns how many.</summary>
    /// <remarks>At most <see cref="MaxMessagesPerStep"/>, and the rest of a burst.</remarks>
    public int Step()
    {
        long now = _clock.NowNanos;
        int emitted = 0;
        while (NextArrivalNanos <= now && emitted < MaxMessagesPerStep)
        {
            _arrivals.MoveNext();
            for (int i = 0; i < _parameters.BurstSize; i++)
                Emit();
            emitted += _parameters.BurstSize;
        }

        return emitted;
    }

    /// <summary>Steps in real time until cancelled or the door is closed.</summary>
    /// <param name="stageThreads">Threads of the process meant to run at once; see <see cref="AdaptiveWait"/>.</param>
    /// <param name="cancellation">Ends the flow; nothing is thrown.</param>
    public void Run(int stageThreads, CancellationToken cancellation)
    {
        var spot = new ParkingSpot();
        using CancellationTokenRegistration wakeUp = cancellation.Register(spot.Signal);
        var wait = new AdaptiveWait(spot, stageThreads);
        while (!cancellation.IsCancellationRequested && !_door.IsClosed)
        {
            if (Step() > 0)
            {
                wait.Reset();
                continue;
            }

            long untilNext = NextArrivalNanos - _clock.NowNanos;
            wait.WaitOnce(wait.MaySpin ? untilNext : Math.Max(untilNext, CoarseWaitNanos));
        }
    }

    private void Emit()
    {
        OrderMessage message = _source.Next(out int trader);
        if (_door.TryEnter(in message))
        {
            _source.Confirm(trader, in message);
            _pushed.Increment();
        }
        else
        {
            _dropped.Increment();
        }
    }
}
