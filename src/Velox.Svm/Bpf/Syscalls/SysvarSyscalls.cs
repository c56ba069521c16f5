using Velox.Bpf;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>Syscalls that read sysvars (Agave syscalls, sysvar.rs).</summary>
internal static class SysvarSyscalls
{
    private const ulong OffsetBeyondEnd = 1;
    private const ulong NotFound = 2;
    private const ulong MinSliceUnits = 10;

    private static readonly SyscallFault Unaligned = new("Unaligned pointer");
    private static readonly SyscallFault InvalidPointer = new("Invalid pointer");

    internal static ulong GetClock(HostCall call) => Get(in call, SysvarIds.Clock, 40, sizeof(ulong));

    internal static ulong GetEpochSchedule(HostCall call) => Get(in call, SysvarIds.EpochSchedule, 40, sizeof(ulong));

    internal static ulong GetRent(HostCall call) => Get(in call, SysvarIds.Rent, 24, sizeof(ulong));

    internal static ulong GetFees(HostCall call) => Get(in call, SysvarIds.Fees, 8, sizeof(ulong));

    internal static ulong GetEpochRewards(HostCall call) => Get(in call, SysvarIds.EpochRewards, 96, 16);

    internal static ulong GetLastRestartSlot(HostCall call) => Get(in call, SysvarIds.LastRestartSlot, 8, sizeof(ulong));

    /// <summary>A part of a sysvar's serialised form (SIMD-0127). The order of its errors is part of the rule.</summary>
    internal static ulong GetSlice(HostCall call)
    {
        (ulong idAddress, ulong target, ulong offset, ulong length) = (call.Argument1, call.Argument2, call.Argument3, call.Argument4);
        ulong units = SyscallCost.Sysvar + (Address.Size / SyscallCost.BytesPerUnit)
            + Math.Max(length / SyscallCost.BytesPerUnit, MinSliceUnits);
        if (!call.TryConsume(units) || !CheckTarget(in call, target)
            || !call.TryWriteBytes(target, length, out Span<byte> bytes) || !call.TryReadAddress(idAddress, out Address id))
        {
            return 0;
        }

        if (length > ulong.MaxValue - offset || length > ulong.MaxValue - target)
            return call.FailWith(InstructionErrorKind.ArithmeticOverflow);
        if (!IsServed(id) || !call.Svm().Block.Sysvars.TryGet(id, out ReadOnlySpan<byte> data))
            return NotFound;
        if (offset + length > (ulong)data.Length)
            return OffsetBeyondEnd;
        data.Slice((int)offset, (int)length).CopyTo(bytes);
        return 0;
    }

    /// <summary>The stake of an epoch: none here, since blocks are not voted on.</summary>
    internal static ulong GetEpochStake(HostCall call)
    {
        if (call.Argument1 == 0)
        {
            call.TryConsume(SyscallCost.Base);
            return 0;
        }

        if (call.TryConsume(SyscallCost.Base + (Address.Size / SyscallCost.BytesPerUnit) + MemorySyscalls.BaseUnits))
            call.TryReadAddress(call.Argument1, out _);
        return 0;
    }

    private static ulong Get(scoped in HostCall call, Address id, int memoryBytes, int alignment)
    {
        if (!call.TryConsume(SyscallCost.Sysvar + (ulong)memoryBytes) || !CheckTarget(in call, call.Argument1)
            || !call.TryWriteMany(call.Argument1, 1, memoryBytes, alignment, out Span<byte> target))
        {
            return 0;
        }

        if (!call.Svm().Block.Sysvars.TryGet(id, out ReadOnlySpan<byte> data))
            return call.FailWith(InstructionErrorKind.UnsupportedSysvar);
        WriteInMemoryForm(id, data, target);
        return 0;
    }

    /// <summary>
    /// Structures in memory have gaps that their serialised form has not: after the flag of the epoch schedule, and at the ends.
    /// </summary>
    private static void WriteInMemoryForm(Address id, ReadOnlySpan<byte> data, Span<byte> target)
    {
        const int FlagOffset = 16;
        target.Clear();
        if (id == SysvarIds.EpochSchedule)
        {
            data[..(FlagOffset + 1)].CopyTo(target);
            data[(FlagOffset + 1)..].CopyTo(target[(FlagOffset + sizeof(ulong))..]);
            return;
        }

        data[..Math.Min(data.Length, target.Length)].CopyTo(target);
    }

    private static bool CheckTarget(scoped in HostCall call, ulong target)
    {
        InvokeContext context = call.Svm();
        if (!context.ChecksAlignment)
            call.Fail(Unaligned);
        else if (target >= MemoryMap.InputAddress && context.Features.SyscallParameterAddressRestrictions)
            call.Fail(InvalidPointer);
        else
            return true;
        return false;
    }

    private static bool IsServed(Address id) => id == SysvarIds.Clock || id == SysvarIds.EpochSchedule
        || id == SysvarIds.EpochRewards || id == SysvarIds.Rent || id == SysvarIds.SlotHashes || id == SysvarIds.StakeHistory
        || id == SysvarIds.LastRestartSlot;
}
