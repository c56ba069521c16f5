using Velox.OrderBook;
using Velox.Primitives;

namespace Velox.Gateway;

/// <summary>
/// The way into one market for one session key: checks the form of 32-byte order messages, stamps them with their time
/// of arrival and hands them to the bundle builder through a ring.
/// </summary>
/// <remarks>
/// One thread enters messages; one thread (that of the <see cref="BundleStage"/>) takes them out. A full ring drops
/// the message and counts it: an order that waits for room would be stale when it trades. Whether the session key may
/// act for the seat is the market's to say, at execution.
/// </remarks>
public sealed class OrderDoor
{
    private readonly SpscRing<StampedOrder> _ring;
    private readonly INanoClock _clock;
    private readonly ParkingSpot _consumerSpot;
    private readonly Counter[] _counts = NewCounters();

    // Whether Enter is between its look at _isClosing and its write to the ring; see Close.
    private bool _isEntering;
    private bool _isClosing;
    private bool _isClosed;

    /// <param name="market">The market that the messages are for.</param>
    /// <param name="sessionKey">The key that signs the bundles.</param>
    /// <param name="ringCapacity">Messages that may wait for the bundle builder: a power of two.</param>
    /// <param name="consumerSpot">Where the thread that takes the messages parks.</param>
    /// <param name="clock">Stamps the messages; the bundle builder must use the same.</param>
    public OrderDoor(Address market, Address sessionKey, int ringCapacity, ParkingSpot consumerSpot, INanoClock clock)
    {
        Market = market;
        SessionKey = sessionKey;
        _ring = new SpscRing<StampedOrder>(ringCapacity);
        _consumerSpot = consumerSpot;
        _clock = clock;
    }

    public Address Market { get; }

    public Address SessionKey { get; }

    /// <summary>True when no further message can be accepted and all that were are in the ring or taken.</summary>
    public bool IsClosed => Volatile.Read(ref _isClosed);

    /// <summary>Messages accepted and not yet taken by the bundle builder; approximate while either moves.</summary>
    public int WaitingCount => _ring.Count;

    public DoorStatistics Statistics => new(
        CountOf(EntryResult.Accepted),
        CountOf(EntryResult.InvalidLength),
        CountOf(EntryResult.InvalidKind),
        CountOf(EntryResult.InvalidFlags),
        CountOf(EntryResult.UnusedFieldNotZero),
        CountOf(EntryResult.Full),
        CountOf(EntryResult.Closed));

    /// <summary>Whether <see cref="Enter(in OrderMessage)"/> accepts the message.</summary>
    public bool TryEnter(in OrderMessage message) => Enter(in message) == EntryResult.Accepted;

    /// <summary>Enters one message of untrusted bytes. Producer only; nothing throws, nothing blocks.</summary>
    public EntryResult Enter(ReadOnlySpan<byte> bytes) =>
        OrderMessage.TryParse(bytes, out OrderMessage message, out BookError error)
            ? EnterValid(in message)
            : Counted(ToResult(error));

    /// <summary>Enters one message of unchecked form. Producer only; nothing throws, nothing blocks.</summary>
    public EntryResult Enter(in OrderMessage message)
    {
        BookError error = message.Validate();
        return error == BookError.None ? EnterValid(in message) : Counted(ToResult(error));
    }

    /// <summary>Closes the door for good, from any thread. Returns when <see cref="IsClosed"/>.</summary>
    public void Close()
    {
        Volatile.Write(ref _isClosing, true);

        // Enter stores _isEntering and then looks at _isClosing; this stores _isClosing and then looks at _isEntering.
        // With a full fence between on both sides, one of them sees the other. Enter runs per message and Close once,
        // so this side pays for both: the process-wide barrier puts a fence into the producer's thread, wherever it is.
        Interlocked.MemoryBarrierProcessWide();
        while (Volatile.Read(ref _isEntering))
            Thread.Yield();
        Volatile.Write(ref _isClosed, true);
        _consumerSpot.Signal();
    }

    /// <summary>Takes waiting messages in order; returns how many. Consumer only.</summary>
    internal int Take(Span<StampedOrder> orders) => _ring.TryRead(orders);

    private EntryResult EnterValid(in OrderMessage message)
    {
        Volatile.Write(ref _isEntering, true);
        EntryResult result = Counted(Volatile.Read(ref _isClosing) ? EntryResult.Closed : Write(in message));

        // Release: the write to the ring and the count are visible before Close goes on.
        Volatile.Write(ref _isEntering, false);
        return result;
    }

    private EntryResult Write(in OrderMessage message)
    {
        if (!_ring.TryWrite(new StampedOrder(message, _clock.NowNanos)))
            return EntryResult.Full;
        _consumerSpot.Signal();
        return EntryResult.Accepted;
    }

    private EntryResult Counted(EntryResult result)
    {
        _counts[(int)result].Increment();
        return result;
    }

    private long CountOf(EntryResult result) => _counts[(int)result].Value;

    private static EntryResult ToResult(BookError error) => error switch
    {
        BookError.InvalidMessageLength => EntryResult.InvalidLength,
        BookError.InvalidMessageKind => EntryResult.InvalidKind,
        BookError.InvalidMessageFlags => EntryResult.InvalidFlags,
        _ => EntryResult.UnusedFieldNotZero,
    };

    private static Counter[] NewCounters()
    {
        var counters = new Counter[(int)EntryResult.Closed + 1];
        for (int i = 0; i < counters.Length; i++)
            counters[i] = new Counter();
        return counters;
    }
}
