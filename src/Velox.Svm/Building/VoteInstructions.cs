using Velox.Primitives;

namespace Velox.Svm;

/// <summary>Instructions of the vote program. Its accounts have 3,762 bytes and are made by the system program.</summary>
public static class VoteInstructions
{
    /// <param name="vote">The new account.</param>
    /// <param name="node">The validator's identity; signs.</param>
    /// <param name="voter">Signs votes.</param>
    /// <param name="withdrawer">Withdraws and hands on.</param>
    /// <param name="commission">Percent of rewards.</param>
    public static Instruction InitializeAccount(
        Address vote, Address node, Address voter, Address withdrawer, byte commission) =>
        Build(
            Data(VoteInstructionTag.InitializeAccount).Address(node).Address(voter).Address(withdrawer).Byte(commission),
            AccountMeta.Writable(vote),
            AccountMeta.Readonly(SysvarIds.Rent),
            AccountMeta.Readonly(SysvarIds.Clock),
            AccountMeta.ReadonlySigner(node));

    public static Instruction AuthorizeVoter(Address vote, Address authority, Address newVoter) =>
        Authorize(vote, authority, newVoter, 0);

    public static Instruction AuthorizeWithdrawer(Address vote, Address withdrawer, Address newWithdrawer) =>
        Authorize(vote, withdrawer, newWithdrawer, 1);

    public static Instruction UpdateValidatorIdentity(Address vote, Address withdrawer, Address newNode) =>
        Build(
            Data(VoteInstructionTag.UpdateValidatorIdentity),
            AccountMeta.Writable(vote), AccountMeta.ReadonlySigner(newNode), AccountMeta.ReadonlySigner(withdrawer));

    public static Instruction UpdateCommission(Address vote, Address withdrawer, byte commission) =>
        Build(
            Data(VoteInstructionTag.UpdateCommission).Byte(commission),
            AccountMeta.Writable(vote), AccountMeta.ReadonlySigner(withdrawer));

    public static Instruction Withdraw(Address vote, Address withdrawer, Address recipient, ulong lamports) =>
        Build(
            Data(VoteInstructionTag.Withdraw).UInt64(lamports),
            AccountMeta.Writable(vote), AccountMeta.Writable(recipient), AccountMeta.ReadonlySigner(withdrawer));

    private static Instruction Authorize(Address vote, Address authority, Address next, uint role) =>
        Build(
            Data(VoteInstructionTag.Authorize).Address(next).UInt32(role),
            AccountMeta.Writable(vote), AccountMeta.Readonly(SysvarIds.Clock), AccountMeta.ReadonlySigner(authority));

    private static DataWriter Data(VoteInstructionTag tag) => new DataWriter().UInt32((uint)tag);

    private static Instruction Build(DataWriter data, params AccountMeta[] accounts) =>
        new(ProgramIds.Vote, accounts, data.ToArray());
}
