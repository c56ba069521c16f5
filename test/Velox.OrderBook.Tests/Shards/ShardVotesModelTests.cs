using Velox.ModelChecking;

namespace Velox.OrderBook.Tests;

/// <summary>Every execution of the votes of two shards, and of a sequencer that uses an entry of the table again.</summary>
public unsafe class ShardVotesModelTests
{
    [Fact]
    public void Shards_decide_alike_and_take_no_old_vote_for_a_new_one() => ModelChecker.Check(scenario =>
    {
        ShardVotes<CheckedModel> votes = Votes(scenario);
        var decisions = new (BookError First, BookError Second)[2];
        votes.Cast(0, 0, BookError.WouldNotFill);
        votes.Cast(0, 1, BookError.WouldCross);
        for (int shard = 0; shard < 2; shard++)
        {
            int own = shard;
            scenario.Thread(() =>
            {
                votes.Cast(1, own, (BookError)(10 + own));
                decisions[own] = (Await(votes, 1, 0), Await(votes, 1, 1));
            });
        }

        scenario.Finally(() =>
        {
            Assert.Equal(((BookError)10, (BookError)11), decisions[0]);
            Assert.Equal(decisions[0], decisions[1]);
        });
    }).MustPass();

    [Fact]
    public void An_entry_is_used_again_when_both_shards_are_done() => UseAgain(waitsForShards: 2).MustPass();

    [Fact]
    public void An_entry_that_is_used_again_too_early_is_found() =>
        Assert.NotNull(UseAgain(waitsForShards: 1).Finding);

    /// <summary>A sequencer writes the legs of two commands into the only entry; two shards read them.</summary>
    private static CheckResult UseAgain(int waitsForShards) => ModelChecker.Check(scenario =>
    {
        const int commands = 2;
        ShardVotes<CheckedModel> votes = Votes(scenario);
        long* legs = scenario.Allocate<long>("legs");
        long* delivered = scenario.Allocate<long>("delivered");
        scenario.Thread(() =>
        {
            for (long index = 0; index < commands; index++)
            {
                for (int shard = 0; shard < waitsForShards; shard++)
                {
                    while (index > 0 && !votes.HasReached(shard, index - 1))
                        CheckedModel.SpinHint(1);
                }

                CheckedModel.Write(ref *legs, index + 10);
                CheckedModel.StoreRelease(ref *delivered, index + 1);
            }
        });
        for (int shard = 0; shard < 2; shard++)
        {
            int own = shard;
            scenario.Thread(() =>
            {
                for (long index = 0; index < commands; index++)
                {
                    while (CheckedModel.LoadAcquire(ref *delivered) <= index)
                        CheckedModel.SpinHint(1);
                    Assert.Equal(index + 10, CheckedModel.Read(ref *legs));
                    votes.Reach(own, index);
                }
            });
        }
    });

    private static ShardVotes<CheckedModel> Votes(Scenario scenario) => new(
        scenario.Allocate<long>("votes", ShardOptions.MaxLegs),
        scenario.Allocate<long>("reached", 2 * ShardVotes<CheckedModel>.ReachedStride), capacity: 1);

    private static BookError Await(ShardVotes<CheckedModel> votes, long index, int leg)
    {
        BookError error;
        while (!votes.TryRead(index, leg, out error))
            CheckedModel.SpinHint(1);
        return error;
    }
}
