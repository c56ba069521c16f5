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

    /// <summary>With a BLS key, commissions in basis points, and collectors of them (feature vote_account_initialize_v2).</summary>
    /// <param name="vote">The new account.</param>
    /// <param name="init">What it begins with; the node signs.</param>
    /// <param name="inflationCollector">Gets what is taken of inflation's rewards: the account itself, or a wallet.</param>
    /// <param name="blockCollector">Gets what is taken of what blocks bring: the account itself, or another wallet.</param>
    public static Instruction InitializeAccountV2(Address vote, in VoteInit init, Address inflationCollector, Address blockCollector) =>
        Build(
            Data(VoteInstructionTag.InitializeAccountV2).Address(init.Node).Address(init.Voter).Bytes(init.BlsKey).Bytes(init.BlsProof)
                .Address(init.Withdrawer).UInt16(init.InflationCommissionBps).UInt16(init.BlockCommissionBps),
            AccountMeta.Writable(vote),
            AccountMeta.ReadonlySigner(init.Node),
            AccountMeta.Writable(inflationCollector),
            AccountMeta.Writable(blockCollector));

    /// <summary>A new voter with its BLS key.</summary>
    /// <param name="vote">The account.</param>
    /// <param name="authority">The voter until then, or the withdrawer; signs.</param>
    /// <param name="newVoter">Signs votes.</param>
    /// <param name="key">48 bytes, compressed.</param>
    /// <param name="proof">96 bytes: that the voter has the key to it (SIMD-0387).</param>
    public static Instruction AuthorizeVoterWithBls(
        Address vote, Address authority, Address newVoter, ReadOnlySpan<byte> key, ReadOnlySpan<byte> proof) => Build(
        Data(VoteInstructionTag.Authorize).Address(newVoter).UInt32((uint)VoteRole.VoterWithBls).Bytes(key).Bytes(proof),
        AccountMeta.Writable(vote), AccountMeta.Readonly(SysvarIds.Clock), AccountMeta.ReadonlySigner(authority));

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
