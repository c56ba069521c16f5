using System.Buffers.Binary;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>What the withdrawer sets: the node, commissions, and who collects them.</summary>
internal static class VoteSettings
{
    private const int FirstNormalSlotOffset = 25;

    internal static InstructionError UpdateIdentity(InvokeContext context)
    {
        InstructionError error = context.RequireListed(2);
        if (error.IsError)
            return error;
        AccountHandle account = context.Account(0);
        Address node = context.Account(1).Address;
        var signers = new VoteSigners(context);
        error = Read(in account, signers, out VoteState state);
        if (!error.IsError)
            error = signers.Require(node);
        if (error.IsError)
            return error;
        state.Node = node;
        if (!context.Features.CustomCommissionCollector)
            state.BlockCollector = node;
        return state.Write(in account);
    }

    /// <summary>Before delay_commission_updates a commission rises in the first half of an epoch only, where it takes effect at once.</summary>
    internal static InstructionError UpdateCommission(InvokeContext context, byte percent)
    {
        if (!context.Block.Sysvars.TryGet(SysvarIds.EpochSchedule, out ReadOnlySpan<byte> schedule))
            return InstructionErrorKind.UnsupportedSysvar;
        InstructionError error = context.ReadClock(out ClockSysvar clock);
        if (error.IsError)
            return error;
        AccountHandle account = context.Account(0);
        error = VoteState.Read(in account, out VoteState state);
        bool isRise = error.IsError || percent > state.CommissionPercent;
        if (isRise && !context.Features.DelayCommissionUpdates && IsLate(clock.Slot, schedule))
            return InstructionError.Custom((uint)VoteError.CommissionUpdateTooLate);
        if (!error.IsError)
            error = new VoteSigners(context).Require(state.Withdrawer);
        state.CommissionPercent = percent;
        return error.IsError ? error : state.Write(in account);
    }

    internal static InstructionError UpdateCommissionBps(InvokeContext context, ushort bps, CommissionKind kind)
    {
        RuntimeFeatures features = context.Features;
        bool isKnown = features.CommissionRateInBasisPoints && features.DelayCommissionUpdates
            && (kind == CommissionKind.InflationRewards || features.BlockRevenueSharing);
        if (!isKnown)
            return InstructionErrorKind.InvalidInstructionData;
        AccountHandle account = context.Account(0);
        InstructionError error = Read(in account, new VoteSigners(context), out VoteState state);
        if (kind == CommissionKind.InflationRewards)
            state.InflationCommissionBps = bps;
        else
            state.BlockCommissionBps = bps;
        return error.IsError ? error : state.Write(in account);
    }

    internal static InstructionError UpdateCollector(InvokeContext context, CommissionKind kind)
    {
        if (!context.Features.CustomCommissionCollector)
            return InstructionErrorKind.InvalidInstructionData;
        InstructionError error = context.RequireListed(3);
        if (error.IsError)
            return error;
        AccountHandle account = context.Account(0);
        error = Read(in account, new VoteSigners(context), out VoteState state);
        if (!error.IsError)
            error = CheckCollector(context, 1);
        if (error.IsError)
            return error;
        if (kind == CommissionKind.InflationRewards)
            state.InflationCollector = context.Account(1).Address;
        else
            state.BlockCollector = context.Account(1).Address;
        return state.Write(in account);
    }

    /// <summary>
    /// A collector is the vote account, or a wallet that keeps its lamports. Errors, in this order: InvalidAccountOwner,
    /// InsufficientFunds (not rent exempt), InvalidArgument (a reserved account: it is not writable).
    /// </summary>
    internal static InstructionError CheckCollector(InvokeContext context, int index)
    {
        AccountHandle collector = context.Account(index);
        if (collector.TransactionIndex == context.Account(0).TransactionIndex)
            return InstructionError.None;
        if (collector.Owner != ProgramIds.System)
            return InstructionErrorKind.InvalidAccountOwner;
        if (collector.Lamports < Rent.MinimumBalance(collector.DataLength))
            return InstructionErrorKind.InsufficientFunds;
        return collector.IsWritable ? InstructionError.None : InstructionErrorKind.InvalidArgument;
    }

    /// <summary>Reads the state for its withdrawer, who must sign.</summary>
    private static InstructionError Read(in AccountHandle account, VoteSigners signers, out VoteState state)
    {
        InstructionError error = VoteState.Read(in account, out state);
        return error.IsError ? error : signers.Require(state.Withdrawer);
    }

    /// <summary>Whether more than half of an epoch is over (epochs that grow, at a cluster's beginning, never count as late).</summary>
    private static bool IsLate(ulong slot, ReadOnlySpan<byte> schedule)
    {
        ulong slotsPerEpoch = BinaryPrimitives.ReadUInt64LittleEndian(schedule);
        ulong firstNormalSlot = BinaryPrimitives.ReadUInt64LittleEndian(schedule[FirstNormalSlotOffset..]);
        if (slotsPerEpoch == 0)
            return false;
        ulong inEpoch = (slot < firstNormalSlot ? 0 : slot - firstNormalSlot) % slotsPerEpoch;
        return inEpoch > slotsPerEpoch / 2;
    }
}
