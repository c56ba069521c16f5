using Velox.Primitives;

namespace Velox.Svm;

/// <summary>What votes do to a state (Agave programs/vote, vote_state/mod.rs): the order of checks is theirs.</summary>
/// <param name="state">The state, changed in place. Of no use after an error.</param>
/// <param name="slotHashes">The sysvar: the last slots with their blocks' hashes, newest first.</param>
/// <param name="clock">The sysvar.</param>
internal readonly ref struct VoteTower(VoteState state, ReadOnlySpan<byte> slotHashes, ClockSysvar clock)
{
    private readonly ReadOnlySpan<byte> _slotHashes = slotHashes;

    private int HashCount => SlotHashes.Count(_slotHashes);

    private ulong OldestSlot => SlotHashes.SlotAt(_slotHashes, HashCount - 1);

    /// <summary>Votes for slots one after the other.</summary>
    internal VoteError? Vote(in PlainVote vote)
    {
        if (vote.Slots.Count == 0)
            return VoteError.EmptySlots;
        ulong oldest = HashCount == 0 ? 0 : OldestSlot;
        List<ulong> slots = vote.Slots.FindAll(slot => slot >= oldest);
        if (slots.Count == 0)
            return VoteError.VotesTooOldAllFiltered;
        if (CheckSlots(slots, vote.Hash) is { } error)
            return error;
        foreach (ulong slot in slots)
            Land(slot);
        return vote.UnixTimestamp is { } time ? Stamp(vote.Slots.Max(), time) : null;
    }

    /// <summary>Takes a whole state of votes in the place of the one there is.</summary>
    internal VoteError? Replace(VoteProposal proposal)
    {
        ulong? root = proposal.Root;
        return CheckProposal(proposal.Votes, ref root, proposal.Hash) ?? Take(proposal.Votes, root, proposal.UnixTimestamp);
    }

    /// <summary>All slots after the last one voted for must be in the history, the newest with that hash.</summary>
    private VoteError? CheckSlots(List<ulong> slots, Hash256 hash)
    {
        ulong? last = state.LastVotedSlot;
        int voted = 0;
        int known = HashCount;
        while (voted < slots.Count && known > 0)
        {
            if (slots[voted] <= last)
                voted++;
            else if (slots[voted] == SlotHashes.SlotAt(_slotHashes, --known))
                voted++;
        }

        if (known == HashCount)
            return VoteError.VoteTooOld;
        if (voted != slots.Count)
            return VoteError.SlotsMismatch;
        return SlotHashes.HashAt(_slotHashes, known) == hash ? null : VoteError.SlotHashMismatch;
    }

    /// <summary>One more vote: those whose lock has ended go, and 31 votes make the oldest one a root.</summary>
    private void Land(ulong slot)
    {
        if (slot <= state.LastVotedSlot)
            return;
        List<LandedVote> votes = state.Votes;
        while (votes.Count > 0 && votes[^1].LastLockedSlot < slot)
            votes.RemoveAt(votes.Count - 1);
        if (votes.Count == VoteState.MaxVotes)
        {
            state.Root = votes[0].Slot;
            state.AddCredits(clock.Epoch, votes[0].Credits);
            votes.RemoveAt(0);
        }

        votes.Add(new LandedVote(LandedVote.LatencyOf(slot, clock.Slot), slot, 1));
        for (int i = 0; i < votes.Count; i++)
        {
            if (votes.Count > i + (long)votes[i].Confirmations)
                votes[i] = votes[i] with { Confirmations = votes[i].Confirmations + 1 };
        }
    }

    private VoteError? Stamp(ulong slot, long unixTimestamp)
    {
        (ulong lastSlot, long lastTime) = state.LastTimestamp;
        bool isOther = slot == lastSlot && unixTimestamp != lastTime && lastSlot != 0;
        if (slot < lastSlot || unixTimestamp < lastTime || isOther)
            return VoteError.TimestampTooOld;
        state.LastTimestamp = (slot, unixTimestamp);
        return null;
    }

    /// <summary>
    /// Every slot of a proposal must be in the history, unless it is older than that; those that are older and that nobody knows
    /// are dropped. A root that is too old is replaced by one that is known.
    /// </summary>
    private VoteError? CheckProposal(List<LandedVote> votes, ref ulong? root, Hash256 hash)
    {
        if (votes.Count == 0)
            return VoteError.EmptySlots;
        ulong newest = votes[^1].Slot;
        if (newest <= state.LastVotedSlot)
            return VoteError.VoteTooOld;
        if (HashCount == 0)
            return VoteError.SlotsMismatch;
        if (newest < OldestSlot)
            return VoteError.VoteTooOld;
        if (root is { } tooOld && tooOld < OldestSlot)
        {
            int before = state.Votes.FindLastIndex(vote => vote.Slot <= tooOld);
            root = before < 0 ? state.Root : state.Votes[before].Slot;
        }

        var unknown = new HashSet<int>();
        if (FindSlots(votes, root, unknown, out int known) is { } error)
            return error;
        if (SlotHashes.HashAt(_slotHashes, known) != hash)
            return VoteError.SlotHashMismatch;
        int index = 0;
        votes.RemoveAll(_ => unknown.Contains(index++));
        return null;
    }

    /// <summary>Walks votes and history side by side, from old to new, the root first.</summary>
    private VoteError? FindSlots(List<LandedVote> votes, ulong? root, HashSet<int> unknown, out int known)
    {
        ulong? rootToCheck = root;
        int voted = 0;
        known = HashCount;
        while (voted < votes.Count && known > 0)
        {
            ulong slot = rootToCheck ?? votes[voted].Slot;
            if (rootToCheck is null && voted > 0 && slot <= votes[voted - 1].Slot)
                return VoteError.SlotsNotOrdered;
            ulong ancestor = SlotHashes.SlotAt(_slotHashes, known - 1);
            if (slot > ancestor)
            {
                known--;
            }
            else if (slot == ancestor)
            {
                if (rootToCheck is not null)
                {
                    rootToCheck = null;
                    continue;
                }

                voted++;
                known--;
            }
            else if (known != HashCount)
            {
                return rootToCheck is null ? VoteError.SlotsMismatch : VoteError.RootOnDifferentFork;
            }
            else if (rootToCheck is not null)
            {
                rootToCheck = null;
            }
            else
            {
                if (state.Votes.TrueForAll(vote => vote.Slot != slot))
                    unknown.Add(voted);
                voted++;
            }
        }

        return voted == votes.Count ? null : VoteError.SlotsMismatch;
    }

    private VoteError? Take(List<LandedVote> votes, ulong? root, long? unixTimestamp)
    {
        if (votes.Count > VoteState.MaxVotes)
            return VoteError.TooManyVotes;
        if (state.Root is { } oldRoot && !(root >= oldRoot))
            return VoteError.RootRollBack;
        if (CheckOrder(votes, root) is { } error)
            return error;
        int rooted = root is null ? 0 : state.Votes.TakeWhile(vote => vote.Slot <= root).Count();
        ulong credits = state.Votes.Take(rooted).Aggregate(0ul, (sum, vote) => sum + vote.Credits);
        if (Join(votes, rooted) is { } conflict)
            return conflict;
        for (int i = 0; i < votes.Count; i++)
        {
            if (votes[i].Latency == 0)
                votes[i] = votes[i] with { Latency = LandedVote.LatencyOf(votes[i].Slot, clock.Slot) };
        }

        if (state.Root != root)
            state.AddCredits(clock.Epoch, credits);
        if (unixTimestamp is { } time && Stamp(votes[^1].Slot, time) is { } late)
            return late;
        state.Root = root;
        state.Votes = votes;
        return null;
    }

    private static VoteError? CheckOrder(List<LandedVote> votes, ulong? root)
    {
        for (int i = 0; i < votes.Count; i++)
        {
            LandedVote vote = votes[i];
            if (vote.Confirmations == 0)
                return VoteError.ZeroConfirmations;
            if (vote.Confirmations > VoteState.MaxVotes)
                return VoteError.ConfirmationTooLarge;
            if (root != 0 && vote.Slot <= root)
                return VoteError.SlotSmallerThanRoot;
            if (i == 0)
                continue;
            if (votes[i - 1].Slot >= vote.Slot)
                return VoteError.SlotsNotOrdered;
            if (votes[i - 1].Confirmations <= vote.Confirmations)
                return VoteError.ConfirmationsNotOrdered;
            if (vote.Slot > votes[i - 1].LastLockedSlot)
                return VoteError.NewVoteStateLockoutMismatch;
        }

        return null;
    }

    /// <summary>A vote that is gone must have been unlocked; one that stays keeps its latency and has no fewer confirmations.</summary>
    private VoteError? Join(List<LandedVote> votes, int rooted)
    {
        int old = rooted;
        int next = 0;
        while (old < state.Votes.Count && next < votes.Count)
        {
            LandedVote before = state.Votes[old];
            if (before.Slot > votes[next].Slot)
            {
                next++;
                continue;
            }

            if (before.Slot == votes[next].Slot)
            {
                if (votes[next].Confirmations < before.Confirmations)
                    return VoteError.ConfirmationRollBack;
                votes[next] = votes[next] with { Latency = before.Latency };
                next++;
            }
            else if (before.LastLockedSlot >= votes[next].Slot)
            {
                return VoteError.LockoutConflict;
            }

            old++;
        }

        return null;
    }
}
