using Velox.Primitives;
using Velox.State;
using Velox.Svm.Differential;
using Xunit;

namespace Velox.Svm.Tests;

/// <summary>Vote accounts: made, handed on, withdrawn from.</summary>
public sealed class VoteProgramTests
{
    private static readonly Address Node = TestKeys.Stranger(30);
    private static readonly Address Voter = TestKeys.Stranger(31);
    private static readonly Address Withdrawer = TestKeys.Stranger(32);
    private static readonly Address Heir = TestKeys.Stranger(33);
    private static readonly ulong Minimum = Rent.MinimumBalance(VoteState.Size);

    private readonly InstructionWorld _world = new();
    private readonly Account _vote;

    public VoteProgramTests() => _vote = _world.Add(1, ProgramIds.Vote, Minimum + 100, VoteState.Size);

    [Fact]
    public void A_new_account_has_the_layout_of_Solana()
    {
        Initialize();
        byte[] expected =
        [
            3, 0, 0, 0, .. Node.Span, .. Withdrawer.Span, .. _vote.Address.Span, .. Node.Span,
            0xE8, 0x03, 0x10, 0x27, .. new byte[8], 0, .. new byte[8], 0,
            1, .. new byte[7], .. new byte[8], .. Voter.Span, .. new byte[8 + 16],
        ];
        Assert.Equal(expected, _vote.Data.Bytes[..expected.Length]);
        Assert.False(_vote.Data.Bytes[expected.Length..].ContainsAnyExcept((byte)0));
        Refuse(
            VoteInstructions.InitializeAccount(_vote.Address, Node, Voter, Withdrawer, 10),
            InstructionErrorKind.AccountAlreadyInitialized);
    }

    [Fact]
    public void What_cannot_be_a_vote_account_is_refused()
    {
        Refuse(
            InstructionWorld.Unsigned(VoteInstructions.InitializeAccount(_vote.Address, Node, Voter, Withdrawer, 10)),
            InstructionErrorKind.MissingRequiredSignature);
        Account small = _world.Add(2, ProgramIds.Vote, Minimum, VoteState.Size - 1);
        Refuse(
            VoteInstructions.InitializeAccount(small.Address, Node, Voter, Withdrawer, 10),
            InstructionErrorKind.InvalidAccountData);
        Account poor = _world.Add(3, ProgramIds.Vote, Minimum - 1, VoteState.Size);
        Refuse(
            VoteInstructions.InitializeAccount(poor.Address, Node, Voter, Withdrawer, 10), InstructionErrorKind.InsufficientFunds);
        Account foreign = _world.Add(4, ProgramIds.Stake, Minimum, VoteState.Size);
        Refuse(
            VoteInstructions.InitializeAccount(foreign.Address, Node, Voter, Withdrawer, 10),
            InstructionErrorKind.InvalidAccountOwner);
        Refuse(new Instruction(ProgramIds.Vote, default, default), InstructionErrorKind.MissingAccount);
        Refuse(
            VoteInstructions.Withdraw(_vote.Address, Withdrawer, Heir, 1), InstructionErrorKind.InvalidAccountData);
    }

    [Fact]
    public void A_new_voter_votes_two_epochs_later()
    {
        Initialize();
        Refuse(
            InstructionWorld.Unsigned(VoteInstructions.AuthorizeVoter(_vote.Address, Voter, Heir)),
            InstructionErrorKind.MissingRequiredSignature);
        Expect(VoteInstructions.AuthorizeVoter(_vote.Address, Voter, Heir));
        Assert.Equal([(0UL, Voter), (2UL, Heir)], State().Voters.Select(voter => (voter.Key, voter.Value)));
        Refuse(VoteInstructions.AuthorizeVoter(_vote.Address, Withdrawer, Voter), InstructionError.Custom(5));

        Go(5 * BlockContext.SlotsPerEpoch);
        Refuse(
            VoteInstructions.AuthorizeVoter(_vote.Address, Voter, Voter), InstructionErrorKind.MissingRequiredSignature);
        Expect(VoteInstructions.AuthorizeVoter(_vote.Address, Heir, Voter));
        Assert.Equal([(5UL, Heir), (7UL, Voter)], State().Voters.Select(voter => (voter.Key, voter.Value)));
    }

    [Fact]
    public void The_withdrawer_hands_on_names_the_node_and_the_commission()
    {
        Initialize();
        Refuse(
            VoteInstructions.AuthorizeWithdrawer(_vote.Address, Voter, Heir), InstructionErrorKind.MissingRequiredSignature);
        Expect(VoteInstructions.AuthorizeWithdrawer(_vote.Address, Withdrawer, Heir));
        Expect(VoteInstructions.UpdateCommission(_vote.Address, Heir, 55));
        Expect(VoteInstructions.UpdateValidatorIdentity(_vote.Address, Heir, Voter));
        VoteState state = State();
        Assert.Equal((Heir, Voter, 55), (state.Withdrawer, state.Node, state.CommissionPercent));
    }

    [Fact]
    public void Lamports_above_the_minimum_or_all_are_withdrawn()
    {
        Initialize();
        Refuse(VoteInstructions.Withdraw(_vote.Address, Voter, Heir, 1), InstructionErrorKind.MissingRequiredSignature);
        Refuse(VoteInstructions.Withdraw(_vote.Address, Withdrawer, Heir, 101), InstructionErrorKind.InsufficientFunds);
        Expect(VoteInstructions.Withdraw(_vote.Address, Withdrawer, Heir, 100));
        Refuse(
            VoteInstructions.Withdraw(_vote.Address, Withdrawer, Heir, Minimum + 1), InstructionErrorKind.InsufficientFunds);
        Expect(VoteInstructions.Withdraw(_vote.Address, Withdrawer, Heir, Minimum));
        Assert.Equal(0UL, _vote.Lamports);
        Assert.False(_vote.Data.Bytes.ContainsAnyExcept((byte)0));
    }

    [Fact]
    public void A_commission_rises_late_in_an_epoch_only_where_it_takes_effect_later()
    {
        Initialize();
        Go(BlockContext.SlotsPerEpoch - 1);
        Expect(VoteInstructions.UpdateCommission(_vote.Address, Withdrawer, 20));
        _world.Block = _world.Block with { Features = FeatureSet.Mainnet.Without(Feature.Named("delay_commission_updates").Id) };
        Refuse(VoteInstructions.UpdateCommission(_vote.Address, Withdrawer, 21), InstructionError.Custom((uint)VoteError.CommissionUpdateTooLate));
        Expect(VoteInstructions.UpdateCommission(_vote.Address, Withdrawer, 19));
    }

    [Fact]
    public void The_voter_votes_for_slots_of_the_history()
    {
        Initialize();
        Go(8);
        Refuse(Vote(6, default), InstructionError.Custom((uint)VoteError.VotesTooOldAllFiltered));
        Refuse(Vote(7, new Hash256(Node.Span)), InstructionError.Custom((uint)VoteError.SlotHashMismatch));
        Refuse(InstructionWorld.Unsigned(Vote(7, default)), InstructionErrorKind.MissingRequiredSignature);
        Expect(Vote(7, default));
        Assert.Equal([new LandedVote(1, 7, 1)], State().Votes);
        Refuse(Vote(7, default), InstructionError.Custom((uint)VoteError.VoteTooOld));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(20)]
    [InlineData(255)]
    public void Junk_leaves_no_line_of_its_own(byte tag)
    {
        Initialize();
        Refuse(
            new Instruction(ProgramIds.Vote, new[] { AccountMeta.Writable(_vote.Address) }, new byte[] { tag, 0, 0, 0 }),
            InstructionErrorKind.InvalidInstructionData);
        Assert.Equal(
            [$"Program {ProgramIds.Vote} invoke [1]", $"Program {ProgramIds.Vote} failed: invalid instruction data"], _world.Log);
    }

    [Fact]
    public void A_BLS_key_comes_with_a_voter_and_a_proof_for_this_account()
    {
        Initialize();
        var key = new BlsKey(new Random(1));
        Refuse(GiveKey(key.PublicKey, key.Prove(Node)), InstructionErrorKind.InvalidArgument);
        Refuse(GiveKey(key.PublicKey, new BlsKey(new Random(2)).Prove(_vote.Address)), InstructionErrorKind.InvalidArgument);
        Refuse(GiveKey(key.PublicKey, new byte[96]), InstructionErrorKind.InvalidArgument);
        Refuse(GiveKey(new byte[48], key.Prove(_vote.Address)), InstructionErrorKind.InvalidArgument);
        Refuse(GiveKey(key.PublicKey, key.Prove(_vote.Address)[..95]), InstructionErrorKind.InvalidInstructionData);
        Assert.Null(State().BlsKey);

        Expect(GiveKey(key.PublicKey, key.Prove(_vote.Address)));
        Assert.Equal(key.PublicKey, State().BlsKey);
        Assert.Equal(Heir, State().Voters.Values.Last());
    }

    [Fact]
    public void A_new_account_of_the_newest_kind_has_its_key_commissions_and_collectors()
    {
        Account account = _world.Add(5, ProgramIds.Vote, Minimum, VoteState.Size);
        Account collector = _world.Add(6, ProgramIds.System, Rent.MinimumBalance(0));
        var key = new BlsKey(new Random(3));
        Instruction Make(byte[] proof, Address block) => VoteInstructions.InitializeAccountV2(
            account.Address, new VoteInit(Node, Voter, key.PublicKey, proof, Withdrawer, 0x0201, 0x0403), collector.Address, block);
        Assert.Equal(
            [16, 0, 0, 0, .. Node.Span, .. Voter.Span, .. key.PublicKey, .. new byte[96], .. Withdrawer.Span, 1, 2, 3, 4],
            Make(new byte[96], account.Address).Data.ToArray());

        Assert.Equal(InstructionErrorKind.InvalidInstructionData, _world.Run(Make(key.Prove(account.Address), account.Address)).Kind);
        _world.Block = _world.Block with
        {
            Features = FeatureSet.Mainnet.With(Feature.Named("block_revenue_sharing").Id).With(Feature.Named("vote_account_initialize_v2").Id),
        };
        Assert.Equal(InstructionErrorKind.InvalidArgument, _world.Run(Make(key.Prove(_vote.Address), account.Address)).Kind);
        Assert.Equal(InstructionErrorKind.AccountBorrowFailed, _world.Run(Make(key.Prove(account.Address), collector.Address)).Kind);
        Assert.Equal(InstructionErrorKind.InvalidInstructionData, _world.Run(Make(new byte[95], account.Address)).Kind);
        Assert.Equal(new byte[VoteState.Size], account.Data.Bytes);

        Expect(Make(key.Prove(account.Address), account.Address));
        Assert.False(VoteState.Read(account.Address, account.Data.Bytes, out VoteState state).IsError);
        Assert.Equal((Node, Withdrawer, collector.Address, account.Address), (state.Node, state.Withdrawer, state.InflationCollector, state.BlockCollector));
        Assert.Equal((0x0201, 0x0403), (state.InflationCommissionBps, state.BlockCommissionBps));
        Assert.Equal(key.PublicKey, state.BlsKey);
        Assert.Equal([Voter], state.Voters.Values);
        Refuse(Make(key.Prove(account.Address), account.Address), InstructionErrorKind.AccountAlreadyInitialized);
    }

    private Instruction GiveKey(byte[] key, byte[] proof) =>
        VoteInstructions.AuthorizeVoterWithBls(_vote.Address, Withdrawer, Heir, key, proof);

    private void Go(ulong slot) => _world.Block = _world.Block with { Slot = slot, Sysvars = TestSysvars.Create(slot) };

    private Instruction Vote(ulong slot, Hash256 hash) => new(
        ProgramIds.Vote,
        new[]
        {
            AccountMeta.Writable(_vote.Address), AccountMeta.Readonly(SysvarIds.SlotHashes), AccountMeta.Readonly(SysvarIds.Clock),
            AccountMeta.ReadonlySigner(Voter),
        },
        (byte[])[2, 0, 0, 0, 1, .. new byte[7], .. BitConverter.GetBytes(slot), .. hash.Span, 0]);

    private void Initialize() => Expect(VoteInstructions.InitializeAccount(_vote.Address, Node, Voter, Withdrawer, 10));

    private VoteState State()
    {
        Assert.False(VoteState.Read(_vote.Address, _vote.Data.Bytes, out VoteState state).IsError);
        return state;
    }

    private void Expect(Instruction instruction)
    {
        InstructionError error = _world.Run(instruction);
        Assert.False(error.IsError, $"{error}\n{string.Join('\n', _world.Log)}");
    }

    private void Refuse(Instruction instruction, InstructionError error)
    {
        byte[] before = _vote.Data.Bytes.ToArray();
        Assert.Equal(error, _world.Run(instruction));
        Assert.Equal(before, _vote.Data.Bytes);
    }
}
