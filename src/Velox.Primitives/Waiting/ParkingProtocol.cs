namespace Velox.Primitives;

/// <summary>The word by which a <see cref="ParkingSpot"/>'s waiter and its signallers find each other.</summary>
/// <remarks>
/// No wake-up is lost: the waiter stores "announced" and then looks for work; the signaller publishes work and then looks
/// for "announced"; a full fence stands between the store and the look on both sides. Whichever fence comes later in the
/// one order that fences have, its side sees the other's store: either the waiter finds the work, or the signaller
/// finds the waiter.
/// </remarks>
internal static class ParkingProtocol<TModel>
    where TModel : struct, IMemoryModel
{
    internal const int Idle = 0;
    internal const int Announced = 1;

    internal static bool IsAnnounced(ref int word) => TModel.LoadAcquire(ref word) == Announced;

    /// <summary>The waiter's, before its last look for work.</summary>
    internal static void Announce(ref int word)
    {
        TModel.StoreRelease(ref word, Announced);
        TModel.Fence();
    }

    /// <summary>The waiter's, when it found work or is awake again.</summary>
    internal static void Withdraw(ref int word) => TModel.StoreRelease(ref word, Idle);

    /// <summary>The signaller's, after it published work: whether it is the one to wake the waiter.</summary>
    /// <remarks>The word is changed then, so that a sleep which has not begun does not begin.</remarks>
    internal static bool MustWake(ref int word)
    {
        TModel.Fence();
        return IsAnnounced(ref word) && TModel.CompareExchange(ref word, Idle, Announced) == Announced;
    }
}
