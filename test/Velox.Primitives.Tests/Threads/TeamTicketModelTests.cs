using Velox.ModelChecking;
using Xunit;

namespace Velox.Primitives.Tests;

/// <summary>Every execution of small works by an owner and its threads, by the protocol of <see cref="TeamTicket{TModel}"/>.</summary>
public unsafe class TeamTicketModelTests
{
    private const int MaxItems = 2;

    /// <summary>How many items each work has; an item is a slice.</summary>
    [Theory]
    [InlineData(1, 2)]
    [InlineData(1, 1, 1)]
    [InlineData(2, 1, 2)]
    public void Each_item_of_each_work_is_done_once(int helpers, params int[] works) =>
        ModelOutput.Write(Check<CheckedModel>(helpers, works)).MustPass();

    [Fact]
    public void A_ticket_opened_without_release_is_found() =>
        Assert.NotNull(ModelOutput.Write(Check<Weakened<NoRelease>>(1, 1, 1)).Finding);

    [Fact]
    public void A_look_without_acquire_is_found() =>
        Assert.NotNull(ModelOutput.Write(Check<Weakened<NoAcquire>>(1, 1, 1)).Finding);

    private static CheckResult Check<TModel>(int helpers, params int[] works)
        where TModel : struct, IMemoryModel =>
        ModelChecker.Check(scenario =>
        {
            var board = new Board<TModel>(
                scenario.Allocate<long>("ticket"), scenario.Allocate<long>("done"), scenario.Allocate<int>("work"),
                scenario.Allocate<int>("slices"), scenario.Allocate<long>("items", works.Length * MaxItems));
            TeamTicket<TModel>.Close(ref *board.Ticket, 0);
            scenario.Thread(() => Own(board, works));
            for (int i = 0; i < helpers; i++)
                scenario.Thread(() => board.TryRunSlice());
            scenario.Finally(() =>
            {
                for (int work = 0; work < works.Length; work++)
                {
                    for (int item = 0; item < MaxItems; item++)
                        Assert.Equal(item < works[work] ? 1 : 0, board.Items[(work * MaxItems) + item]);
                }
            });
        });

    private static void Own<TModel>(Board<TModel> board, int[] works)
        where TModel : struct, IMemoryModel
    {
        for (int work = 0; work < works.Length; work++)
        {
            TModel.StoreRelaxed(ref *board.Work, work);
            TModel.StoreRelaxed(ref *board.Slices, works[work]);
            TModel.StoreRelaxed(ref *board.Done, 0);
            TeamTicket<TModel>.Open(ref *board.Ticket, (uint)work + 1);
            while (board.TryRunSlice())
            {
            }

            while (!TeamTicket<TModel>.AreDone(ref *board.Done, works[work]))
                TModel.SpinHint(1);
            TeamTicket<TModel>.Close(ref *board.Ticket, (uint)work + 1);

            // Plain: a slice that is counted before it is done, or done after the work was over, races with this.
            for (int item = 0; item < works[work]; item++)
                Assert.Equal(1, TModel.Read(ref board.Items[(work * MaxItems) + item]));
        }
    }

    private sealed class Board<TModel>(long* ticket, long* done, int* work, int* slices, long* items)
        where TModel : struct, IMemoryModel
    {
        internal long* Ticket => ticket;

        internal long* Done => done;

        internal int* Work => work;

        internal int* Slices => slices;

        internal long* Items => items;

        internal bool TryRunSlice()
        {
            long seen = TeamTicket<TModel>.Look(ref *ticket);
            while (true)
            {
                uint slice = TeamTicket<TModel>.SliceOf(seen);
                if (slice == TeamTicket<TModel>.ClosedSlice || slice >= (uint)TModel.LoadRelaxed(ref *slices))
                    return false;
                int taken = TModel.LoadRelaxed(ref *work);
                if (!TeamTicket<TModel>.TryClaim(ref *ticket, ref seen))
                    continue;
                ref long item = ref items[(taken * MaxItems) + slice];
                TModel.Write(ref item, TModel.Read(ref item) + 1);
                TeamTicket<TModel>.Finish(ref *done);
                return true;
            }
        }
    }
}
