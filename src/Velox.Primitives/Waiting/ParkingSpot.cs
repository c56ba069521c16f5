namespace Velox.Primitives;

/// <summary>Where one thread sleeps until another has news for it.</summary>
/// <remarks>
/// <para>
/// The protocol of the waiting thread is: find nothing to do; <see cref="Announce"/>; look again; if there is
/// something, <see cref="Withdraw"/>, otherwise <see cref="Park"/>. That of any other thread is: publish something to
/// do; <see cref="Signal"/>.
/// </para>
/// <para>
/// No wake-up is lost: either the waiter finds the work, or the signaller finds the waiter
/// (<see cref="ParkingProtocol{TModel}"/>). In the second case it changes the word, and the sleep does not begin (the kernel
/// compares the word) or ends.
/// </para>
/// <para>One thread at a time may announce and park; any number may signal. <see cref="Park"/> may return early.</para>
/// </remarks>
public sealed unsafe class ParkingSpot
{
    // In pinned memory, as the kernel takes its address; and at the middle of 256 bytes, as signallers read it often.
    private const int WordIndex = 32;
    private readonly int[] _pinned = GC.AllocateArray<int>(64, pinned: true);
    private readonly int* _word;

    // Where there is no futex. Spinning is the business of the wait policy above.
    private readonly ManualResetEventSlim? _event;

    public ParkingSpot()
        : this(Futex.IsSupported)
    {
    }

    internal ParkingSpot(bool useFutex)
    {
        // Unsafe: the array never moves, and lives as long as this object holds it.
        fixed (int* first = _pinned)
            _word = first + WordIndex;
        _event = useFutex ? null : new ManualResetEventSlim(false, spinCount: 0);
    }

    /// <summary>How late a timed park may well end: whoever has a deadline parks that much shorter.</summary>
    /// <remarks>Linux delays a timer by up to 50 microseconds (timer slack); others tick every 1 to 16 ms.</remarks>
    public long LatenessNanos => _event is null ? 60_000 : 16_000_000;

    /// <summary>True from the announcement until it is withdrawn, answered by a signal, or its park is over.</summary>
    internal bool IsAnnounced => ParkingProtocol<HardwareModel>.IsAnnounced(ref *_word);

    /// <summary>Says that the calling thread is about to park; it must look for work once more first.</summary>
    public void Announce()
    {
        // Before the announcement: a signal that answers it comes later and is not erased.
        _event?.Reset();
        ParkingProtocol<HardwareModel>.Announce(ref *_word);
        GC.KeepAlive(this);
    }

    /// <summary>Takes the announcement back, as there is work after all.</summary>
    public void Withdraw()
    {
        ParkingProtocol<HardwareModel>.Withdraw(ref *_word);
        GC.KeepAlive(this);
    }

    /// <summary>Sleeps until a signal since <see cref="Announce"/>, at most <paramref name="timeoutNanos"/>.</summary>
    /// <param name="timeoutNanos">At least 0; rounded up to milliseconds where the system has no finer timer.</param>
    public void Park(long timeoutNanos)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(timeoutNanos);
        if (_event is null)
            Futex.Wait(_word, ParkingProtocol<HardwareModel>.Announced, timeoutNanos);
        else
            _event.Wait((int)Math.Min(int.MaxValue, (timeoutNanos + 999_999) / 1_000_000));
        Withdraw();
        GC.KeepAlive(this);
    }

    /// <summary>Wakes the thread that announced itself, if any. Call after publishing what it waits for.</summary>
    /// <remarks>Without a waiter this is one fence and one read.</remarks>
    public void Signal()
    {
        if (ParkingProtocol<HardwareModel>.MustWake(ref *_word))
            Wake();
        GC.KeepAlive(this);
    }

    private void Wake()
    {
        // A wake that comes late, when the waiter is awake already, can only make its next park return early.
        if (_event is null)
            Futex.WakeOne(_word);
        else
            _event.Set();
    }
}
