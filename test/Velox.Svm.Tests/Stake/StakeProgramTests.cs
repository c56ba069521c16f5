using Velox.Primitives;
using Velox.State;
using Xunit;

namespace Velox.Svm.Tests;

/// <summary>Stake accounts from their making to their end.</summary>
public sealed class StakeProgramTests
{
    private const ulong Sol = 1_000_000_000;
    private static readonly ulong Reserve = Rent.MinimumBalance(StakeState.Size);
    private static readonly Address Staker = TestKeys.Stranger(20);
    private static readonly Address Withdrawer = TestKeys.Stranger(21);
    private static readonly Address Custodian = TestKeys.Stranger(22);

    private readonly InstructionWorld _world = new();
    private readonly Account _stake;
    private readonly Account _vote;
    private readonly Account _recipient;

    public StakeProgramTests()
    {
        _stake = _world.Add(1, ProgramIds.Stake, Reserve + (5 * Sol), StakeState.Size);
        _vote = _world.Add(2, ProgramIds.Vote, Sol, VoteState.Size);
        _recipient = _world.Add(3, ProgramIds.System, Sol);
    }

    [Fact]
    public void An_initialised_account_has_the_layout_of_Solana()
    {
        Expect(StakeInstructions.Initialize(_stake.Address, Staker, Withdrawer, new StakeLockup(-5, 7, Custodian)));
        byte[] expected =
        [
            1, 0, 0, 0, .. BitConverter.GetBytes(Reserve), .. Staker.Span, .. Withdrawer.Span,
            .. BitConverter.GetBytes(-5L), .. BitConverter.GetBytes(7L), .. Custodian.Span,
        ];
        Assert.Equal(124, expected.Length);
        Assert.Equal(expected, _stake.Data.Bytes[..124]);
        Assert.False(_stake.Data.Bytes[124..].ContainsAnyExcept((byte)0));
        Refuse(StakeInstructions.Initialize(_stake.Address, Staker, Withdrawer), InstructionErrorKind.InvalidAccountData);
    }

    [Fact]
    public void What_cannot_be_a_stake_account_is_not_initialised()
    {
        Account small = _world.Add(4, ProgramIds.Stake, Sol, StakeState.Size - 1);
        Refuse(StakeInstructions.Initialize(small.Address, Staker, Withdrawer), InstructionErrorKind.InvalidAccountData);
        Account poor = _world.Add(5, ProgramIds.Stake, Reserve - 1, StakeState.Size);
        Refuse(StakeInstructions.Initialize(poor.Address, Staker, Withdrawer), InstructionErrorKind.InsufficientFunds);
        Account foreign = _world.Add(6, ProgramIds.Vote, Sol, StakeState.Size);
        Refuse(StakeInstructions.Initialize(foreign.Address, Staker, Withdrawer), InstructionErrorKind.InvalidAccountOwner);
    }

    [Fact]
    public void A_delegation_has_the_layout_of_Solana()
    {
        Delegate();
        byte[] expected =
        [
            .. _vote.Address.Span, .. BitConverter.GetBytes(5 * Sol), .. new byte[8], .. Enumerable.Repeat((byte)255, 8),
            .. BitConverter.GetBytes(0.25), .. new byte[8], 0,
        ];
        Assert.Equal(2, _stake.Data.Bytes[0]);
        Assert.Equal(expected, _stake.Data.Bytes[124..197]);
    }

    [Fact]
    public void Delegating_needs_the_staker_a_vote_account_and_lamports()
    {
        Initialize();
        Instruction delegation = StakeInstructions.Delegate(_stake.Address, _vote.Address, Staker);
        Refuse(InstructionWorld.Unsigned(delegation), InstructionErrorKind.MissingRequiredSignature);
        Refuse(
            StakeInstructions.Delegate(_stake.Address, _recipient.Address, Staker), InstructionErrorKind.IncorrectProgramId);
        _stake.Lamports = Reserve;
        Refuse(delegation, InstructionError.Custom((uint)StakeError.InsufficientDelegation));
    }

    [Fact]
    public void Stake_counts_from_the_epoch_after_and_ends_the_epoch_after()
    {
        Delegate();
        Assert.Equal(0UL, State().EffectiveStake(0));
        Assert.Equal(5 * Sol, State().EffectiveStake(1));
        InEpoch(3);
        Refuse(
            StakeInstructions.Delegate(_stake.Address, _vote.Address, Staker),
            InstructionError.Custom((uint)StakeError.TooSoonToRedelegate));
        Expect(StakeInstructions.Deactivate(_stake.Address, Staker));
        Refuse(
            StakeInstructions.Deactivate(_stake.Address, Staker),
            InstructionError.Custom((uint)StakeError.AlreadyDeactivated));
        Assert.Equal(5 * Sol, State().EffectiveStake(3));
        Assert.Equal(0UL, State().EffectiveStake(4));
        Expect(StakeInstructions.Delegate(_stake.Address, _vote.Address, Staker));
        Assert.Equal(StakeState.Never, State().DeactivationEpoch);
        Assert.Equal(0UL, State().ActivationEpoch);
    }

    [Fact]
    public void Stake_is_withdrawn_once_it_has_ended()
    {
        Delegate();
        InEpoch(2);
        Refuse(Withdraw(1), InstructionErrorKind.InsufficientFunds);
        _stake.Lamports += 3;
        Expect(Withdraw(3));
        Expect(StakeInstructions.Deactivate(_stake.Address, Staker));
        Refuse(Withdraw(1), InstructionErrorKind.InsufficientFunds);
        InEpoch(3);
        Refuse(InstructionWorld.Unsigned(Withdraw(1)), InstructionErrorKind.MissingRequiredSignature);
        Refuse(Withdraw((5 * Sol) + 1), InstructionErrorKind.InsufficientFunds);
        Expect(Withdraw(5 * Sol));
        Assert.Equal(Reserve, _stake.Lamports);
        Expect(Withdraw(Reserve));
        Assert.Equal(0UL, _stake.Lamports);
        Assert.Equal((6 * Sol) + 3 + Reserve, _recipient.Lamports);
        Assert.Equal(StakeStateKind.Uninitialized, State().Kind);
    }

    [Fact]
    public void A_lockup_holds_until_its_time_or_its_custodian()
    {
        Expect(StakeInstructions.Initialize(
            _stake.Address, Staker, Withdrawer, new StakeLockup(_world.Block.UnixTimestamp + 10, 0, Custodian)));
        Refuse(Withdraw(Sol), InstructionError.Custom((uint)StakeError.LockupInForce));
        Expect(StakeInstructions.Withdraw(_stake.Address, _recipient.Address, Withdrawer, Sol, Custodian));
        Instruction handing = StakeInstructions.AuthorizeWithdrawer(_stake.Address, Withdrawer, Staker);
        Refuse(handing, InstructionError.Custom((uint)StakeError.CustodianMissing));
        Refuse(
            StakeInstructions.AuthorizeWithdrawer(_stake.Address, Withdrawer, Staker, Staker),
            InstructionError.Custom((uint)StakeError.LockupInForce));
        _world.Block = _world.Block with { UnixTimestamp = _world.Block.UnixTimestamp + 10 };
        Expect(Withdraw(Sol));
        Expect(handing);
        Assert.Equal(Staker, State().Withdrawer);
    }

    [Fact]
    public void Both_authorities_name_a_staker_one_a_withdrawer()
    {
        Initialize();
        Expect(StakeInstructions.AuthorizeStaker(_stake.Address, Staker, Custodian));
        Assert.Equal(Custodian, State().Staker);
        Expect(StakeInstructions.AuthorizeStaker(_stake.Address, Withdrawer, Staker));
        Refuse(
            StakeInstructions.AuthorizeStaker(_stake.Address, Custodian, Custodian),
            InstructionErrorKind.MissingRequiredSignature);
        Refuse(
            StakeInstructions.AuthorizeWithdrawer(_stake.Address, Staker, Staker),
            InstructionErrorKind.MissingRequiredSignature);
    }

    [Fact]
    public void A_split_takes_its_part_of_the_stake()
    {
        Delegate();
        InEpoch(2);
        Account part = _world.Add(7, ProgramIds.Stake, Reserve, StakeState.Size);
        Instruction split = StakeInstructions.Split(_stake.Address, part.Address, Staker, 2 * Sol);
        Refuse(InstructionWorld.Unsigned(split), InstructionErrorKind.MissingRequiredSignature);
        Refuse(
            StakeInstructions.Split(_stake.Address, part.Address, Staker, 5 * Sol), InstructionErrorKind.InsufficientFunds);
        Refuse(StakeInstructions.Split(_stake.Address, part.Address, Staker, 0), InstructionErrorKind.InsufficientFunds);
        Refuse(
            StakeInstructions.Split(_stake.Address, _recipient.Address, Staker, Sol),
            InstructionErrorKind.InvalidAccountOwner);
        Expect(split);
        Assert.Equal(3 * Sol, State().Stake);
        Assert.True(StakeState.TryRead(part.Data.Bytes, out StakeState other));
        Assert.Equal(State() with { Stake = 2 * Sol }, other);
        Assert.Equal((Reserve + (3 * Sol), Reserve + (2 * Sol)), (_stake.Lamports, part.Lamports));
        Refuse(split, InstructionErrorKind.InvalidAccountData);
    }

    [Fact]
    public void A_whole_split_ends_the_source()
    {
        Delegate();
        Account part = _world.Add(7, ProgramIds.Stake, 0, StakeState.Size);
        Expect(StakeInstructions.Split(_stake.Address, part.Address, Staker, _stake.Lamports));
        Assert.Equal(StakeStateKind.Uninitialized, State().Kind);
        Assert.Equal(0UL, _stake.Lamports);
        Assert.True(StakeState.TryRead(part.Data.Bytes, out StakeState other));
        Assert.Equal(5 * Sol, other.Stake);
    }

    [Fact]
    public void The_least_delegation_is_told_and_what_is_not_there_is_named()
    {
        Expect(new Instruction(ProgramIds.Stake, default, new byte[] { 13, 0, 0, 0 }));
        Assert.Equal([1, 0, 0, 0, 0, 0, 0, 0], _world.ReturnData);
        Refuse(
            new Instruction(ProgramIds.Stake, default, new byte[] { 7, 0, 0, 0 }), InstructionErrorKind.InvalidInstructionData);
        Assert.Contains("Program log: Merge is not supported", _world.Log);
        Refuse(
            new Instruction(ProgramIds.Stake, default, new byte[] { 18, 0, 0, 0 }), InstructionErrorKind.InvalidInstructionData);
    }

    private void Initialize() => Expect(StakeInstructions.Initialize(_stake.Address, Staker, Withdrawer));

    private void Delegate()
    {
        Initialize();
        Expect(StakeInstructions.Delegate(_stake.Address, _vote.Address, Staker));
    }

    private Instruction Withdraw(ulong lamports) =>
        StakeInstructions.Withdraw(_stake.Address, _recipient.Address, Withdrawer, lamports);

    private void InEpoch(ulong epoch) => _world.Block = new BlockContext(epoch * BlockContext.SlotsPerEpoch, 0)
    {
        Sysvars = _world.Block.Sysvars,
    };

    private StakeState State()
    {
        Assert.True(StakeState.TryRead(_stake.Data.Bytes, out StakeState state));
        return state;
    }

    private void Expect(Instruction instruction)
    {
        InstructionError error = _world.Run(instruction);
        Assert.False(error.IsError, $"{error}\n{string.Join('\n', _world.Log)}");
    }

    private void Refuse(Instruction instruction, InstructionError error)
    {
        byte[] before = _stake.Data.Bytes.ToArray();
        Assert.Equal(error, _world.Run(instruction));
        Assert.Equal(before, _stake.Data.Bytes);
    }
}
