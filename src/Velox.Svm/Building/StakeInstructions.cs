using Velox.Primitives;

namespace Velox.Svm;

/// <summary>Instructions of the stake program. Its accounts have 200 bytes and are made by the system program.</summary>
public static class StakeInstructions
{
    public static Instruction Initialize(Address stake, Address staker, Address withdrawer, StakeLockup lockup = default) =>
        Build(
            Data(StakeInstructionTag.Initialize).Address(staker).Address(withdrawer)
                .UInt64((ulong)lockup.UnixTimestamp).UInt64(lockup.Epoch).Address(lockup.Custodian),
            AccountMeta.Writable(stake), AccountMeta.Readonly(SysvarIds.Rent));

    /// <summary>Names a new staker; the staker or the withdrawer signs.</summary>
    public static Instruction AuthorizeStaker(Address stake, Address authority, Address newStaker) =>
        Authorize(stake, authority, newStaker, 0, null);

    /// <summary>Names a new withdrawer; the withdrawer signs, and during a lockup the custodian.</summary>
    public static Instruction AuthorizeWithdrawer(
        Address stake, Address withdrawer, Address newWithdrawer, Address? custodian = null) =>
        Authorize(stake, withdrawer, newWithdrawer, 1, custodian);

    public static Instruction Delegate(Address stake, Address vote, Address staker) =>
        Build(
            Data(StakeInstructionTag.DelegateStake),
            AccountMeta.Writable(stake),
            AccountMeta.Readonly(vote),
            AccountMeta.Readonly(SysvarIds.Clock),
            AccountMeta.Readonly(SysvarIds.StakeHistory),
            AccountMeta.Readonly(ProgramIds.StakeConfig),
            AccountMeta.ReadonlySigner(staker));

    public static Instruction Deactivate(Address stake, Address staker) =>
        Build(
            Data(StakeInstructionTag.Deactivate),
            AccountMeta.Writable(stake), AccountMeta.Readonly(SysvarIds.Clock), AccountMeta.ReadonlySigner(staker));

    /// <summary>Moves lamports into a new stake account: of 200 bytes, uninitialised, exempt from rent.</summary>
    public static Instruction Split(Address stake, Address newStake, Address staker, ulong lamports) =>
        Build(
            Data(StakeInstructionTag.Split).UInt64(lamports),
            AccountMeta.Writable(stake), AccountMeta.Writable(newStake), AccountMeta.ReadonlySigner(staker));

    public static Instruction Withdraw(
        Address stake, Address recipient, Address withdrawer, ulong lamports, Address? custodian = null)
    {
        List<AccountMeta> accounts =
        [
            AccountMeta.Writable(stake), AccountMeta.Writable(recipient), AccountMeta.Readonly(SysvarIds.Clock),
            AccountMeta.Readonly(SysvarIds.StakeHistory), AccountMeta.ReadonlySigner(withdrawer),
        ];
        if (custodian is { } address)
            accounts.Add(AccountMeta.ReadonlySigner(address));
        return Build(Data(StakeInstructionTag.Withdraw).UInt64(lamports), [.. accounts]);
    }

    private static Instruction Authorize(Address stake, Address authority, Address next, uint role, Address? custodian)
    {
        List<AccountMeta> accounts =
            [AccountMeta.Writable(stake), AccountMeta.Readonly(SysvarIds.Clock), AccountMeta.ReadonlySigner(authority)];
        if (custodian is { } address)
            accounts.Add(AccountMeta.ReadonlySigner(address));
        return Build(Data(StakeInstructionTag.Authorize).Address(next).UInt32(role), [.. accounts]);
    }

    private static DataWriter Data(StakeInstructionTag tag) => new DataWriter().UInt32((uint)tag);

    private static Instruction Build(DataWriter data, params AccountMeta[] accounts) =>
        new(ProgramIds.Stake, accounts, data.ToArray());
}
