using Velox.Cryptography;
using Velox.Primitives;
using Xunit;
using static Velox.Svm.Tests.TestBank;

namespace Velox.Svm.Tests;

public sealed class RentTests
{
    private readonly TestBank _bank = new();
    private readonly ulong _minimum = Rent.MinimumBalance(0);

    [Fact]
    public void The_minimum_of_an_empty_account_is_890880_lamports() => Assert.Equal(890_880UL, _minimum);

    [Fact]
    public void A_new_account_below_the_minimum_is_refused_by_its_index()
    {
        Keypair payer = _bank.NewFunded();
        Address to = TestKeys.Stranger(1);

        SendResult result = _bank.Send(SystemInstructions.Transfer(payer.PublicKey, to, _minimum - 1), payer);

        Assert.Equal(new TransactionError(TransactionErrorKind.InsufficientFundsForRent, 1), result.Error);
        Assert.Equal("Transaction results in an account (1) with insufficient funds for rent", result.Error.ToString());
        Assert.Equal(0UL, _bank.Balance(to));
        _bank.Send(SystemInstructions.Transfer(payer.PublicKey, to, _minimum), payer).Expect();
    }

    [Fact]
    public void A_source_may_end_empty_or_exempt_but_not_between()
    {
        Keypair payer = _bank.NewFunded();
        Keypair from = _bank.NewFunded(2 * _minimum);

        SendResult between = _bank.Send(
            SystemInstructions.Transfer(from.PublicKey, payer.PublicKey, _minimum + 1), payer, from);
        Assert.Equal(new TransactionError(TransactionErrorKind.InsufficientFundsForRent, 1), between.Error);
        _bank.Send(SystemInstructions.Transfer(from.PublicKey, payer.PublicKey, _minimum), payer, from).Expect();
        _bank.Send(SystemInstructions.Transfer(from.PublicKey, payer.PublicKey, _minimum), payer, from).Expect();

        Assert.Null(_bank.Bank.Accounts.Find(from.PublicKey));
    }

    [Fact]
    public void The_incinerator_may_hold_less_than_the_minimum()
    {
        Keypair payer = _bank.NewFunded();

        _bank.Send(SystemInstructions.Transfer(payer.PublicKey, ProgramIds.Incinerator, 1), payer).Expect();
    }

    [Fact]
    public void A_rent_paying_account_may_stay_so_but_not_gain_or_grow()
    {
        RentState before = RentState.Of(500, 10);

        Assert.Equal(RentStateKind.RentPaying, before.Kind);
        Assert.True(Rent.IsTransitionAllowed(before, RentState.Of(500, 10)));
        Assert.True(Rent.IsTransitionAllowed(before, RentState.Of(499, 10)));
        Assert.True(Rent.IsTransitionAllowed(before, RentState.Of(0, 10)));
        Assert.True(Rent.IsTransitionAllowed(before, RentState.Of(Rent.MinimumBalance(10), 10)));
        Assert.False(Rent.IsTransitionAllowed(before, RentState.Of(501, 10)));
        Assert.False(Rent.IsTransitionAllowed(before, RentState.Of(500, 11)));
        Assert.False(Rent.IsTransitionAllowed(RentState.Of(0, 0), RentState.Of(1, 0)));
        Assert.False(Rent.IsTransitionAllowed(RentState.Of(Sol, 0), RentState.Of(1, 0)));
    }

    [Fact]
    public void With_the_relaxed_rule_an_account_stays_exempt_while_it_keeps_balance_owner_and_size()
    {
        RentBalance before = new(500, 10, ProgramIds.Token);

        Assert.True(IsAllowed(before));
        Assert.True(IsAllowed(before with { Lamports = 501 }));
        Assert.True(IsAllowed(before with { Lamports = 0 }));
        Assert.True(IsAllowed(before with { Lamports = Sol, DataLength = 100, Owner = ProgramIds.System }));
        Assert.True(IsAllowed(before with { DataLength = 9 }));
        Assert.False(IsAllowed(before with { Lamports = 499 }));
        Assert.False(IsAllowed(before with { DataLength = 11 }));
        Assert.False(IsAllowed(before with { Owner = ProgramIds.System }));
        Assert.False(Rent.IsChangeAllowed(before with { Lamports = 0 }, before, isRelaxed: true));
        Assert.False(Rent.IsChangeAllowed(before with { Lamports = Sol }, before, isRelaxed: true));
        Assert.False(Rent.IsChangeAllowed(before, before with { Lamports = 501 }, isRelaxed: false));

        bool IsAllowed(RentBalance after) => Rent.IsChangeAllowed(before, after, isRelaxed: true);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_payer_below_the_minimum_pays_only_under_the_old_rule(bool isRelaxed)
    {
        // Old: a rent-paying account may lose lamports. Relaxed: none is rent-paying, and exempt ones must not lose any.
        FeatureSet features = isRelaxed
            ? FeatureSet.Mainnet
            : FeatureSet.Mainnet.Without(Feature.Named("relax_post_exec_min_balance_check").Id);
        var chain = new StageChain(features);
        Keypair payer = chain.NewFunded(_minimum - 1);

        InFlightTransaction sent = chain.Send(ComputeBudgetInstructions.SetComputeUnitLimit(1_000), payer);

        Assert.Equal(
            isRelaxed ? TransactionErrorKind.InsufficientFundsForRent : TransactionErrorKind.None,
            StageChain.ErrorOf(sent).Kind);
        Assert.Equal(_minimum - 1 - (isRelaxed ? 0UL : 5_000), chain.Balance(payer.PublicKey));
    }
}
