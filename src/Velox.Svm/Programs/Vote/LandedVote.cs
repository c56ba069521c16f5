namespace Velox.Svm;

/// <summary>A vote for a slot. It forbids votes for other forks up to a slot that doubles in distance with each confirmation.</summary>
/// <param name="Latency">Slots between the slot and the block with the vote, at most 255; 0 where it is not known.</param>
/// <param name="Slot">The slot.</param>
/// <param name="Confirmations">Votes on top of it, itself included.</param>
public readonly record struct LandedVote(byte Latency, ulong Slot, uint Confirmations)
{
    private const int GraceSlots = 2;
    private const int MaxCredits = 16;

    /// <summary>The last slot on another fork that this vote forbids.</summary>
    internal ulong LastLockedSlot
    {
        get
        {
            ulong lockout = 1ul << (int)Math.Min(Confirmations, VoteState.MaxVotes);
            return lockout > ulong.MaxValue - Slot ? ulong.MaxValue : Slot + lockout;
        }
    }

    /// <summary>What it earns when its slot becomes a root: 16 for a vote in time, one less for each slot that it was late, at least 1.</summary>
    internal ulong Credits => Latency == 0 ? 1 : (ulong)Math.Clamp(MaxCredits + GraceSlots - Latency, 1, MaxCredits);

    internal static byte LatencyOf(ulong votedSlot, ulong currentSlot) =>
        currentSlot <= votedSlot ? (byte)0 : (byte)Math.Min(currentSlot - votedSlot, byte.MaxValue);
}
