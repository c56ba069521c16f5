using Velox.Cryptography;
using Velox.Primitives;
using Velox.Svm;
using Xunit;

namespace Velox.Node.Tests;

public sealed class BlockProducerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public void Every_transaction_is_recorded_or_rejected_and_counted_once()
    {
        var chain = new TestChain();
        using var view = new ChainView(chain.Genesis, chain.Bank.GenesisSeal);
        var queue = new TransactionQueue();
        var told = new List<TransactionErrorKind>();
        using (var writer = new JournalWriter(chain.Journal, view))
        {
            var producer = new BlockProducer(chain.Bank, queue, writer, TimeProvider.System)
            {
                Rejected = transaction => told.Add(transaction.Rejection.Kind),
            };
            Submit(queue, 300, () => chain.NewTransfer().Bytes);
            byte[] twice = chain.NewTransfer().Bytes;
            Submit(queue, 5, () => twice);
            Submit(queue, 7, () => chain.NewTransfer(default).Bytes);
            Submit(queue, 3, () => WithBrokenSignature(chain));
            Submit(queue, 4, () => [1, 2, 3]);
            Submit(queue, 2, () => Transfers.Sign(Keypair.Generate(), 1, chain.Bank.LastHash));
            // Recorded as a failure: it pays the fee and moves nothing.
            byte[] tooMuch = Transfers.Sign(chain.Faucet, ulong.MaxValue, chain.Bank.LastHash);
            Submit(queue, 1, () => tooMuch);

            Assert.True(producer.ProduceBlock());

            Assert.Equal(302, producer.Recorded.Value);
            Assert.Equal(1, producer.RecordedFailures.Value);
            Assert.Equal(
                [
                    (TransactionErrorKind.AccountNotFound, 2L),
                    (TransactionErrorKind.AlreadyProcessed, 4L),
                    (TransactionErrorKind.BlockhashNotFound, 7L),
                    (TransactionErrorKind.SignatureFailure, 3L),
                    (TransactionErrorKind.SanitizeFailure, 4L),
                ],
                producer.Rejections.NonZero);
            Assert.Equal(20, producer.Rejections.Total);
            Assert.Equal(20, told.Count);
            Assert.Equal(queue.Accepted, producer.Recorded.Value + producer.Rejections.Total);
            Assert.Equal(302, producer.ExecutionLatency.Count);
        }

        Assert.Equal(302ul, view.Tip.TransactionCount);
        Assert.Equal(302, view.History.FindBlock(1)!.Records.Count);
    }

    [Fact]
    public void A_full_queue_refuses_and_counts()
    {
        var queue = new TransactionQueue();
        for (int i = 0; i < TransactionQueue.Capacity; i++)
            Assert.True(queue.TrySubmit([]));
        Assert.False(queue.TrySubmit([]));
        queue.Close();
        Assert.False(queue.TrySubmit([]));
        Assert.Equal(TransactionQueue.Capacity, queue.Accepted);
        Assert.Equal(2, queue.Refused);
    }

    [Fact]
    public void Nothing_is_published_before_its_sync_has_returned()
    {
        var chain = new TestChain();
        using var view = new ChainView(chain.Genesis, chain.Bank.GenesisSeal);
        using var syncing = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        using var published = new ManualResetEventSlim();
        chain.Storage.BeforeFlush = () =>
        {
            syncing.Set();
            Assert.True(release.Wait(Patience));
        };
        view.BlockPublished += _ => published.Set();
        using var writer = new JournalWriter(chain.Journal, view);
        var queue = new TransactionQueue();
        byte[] transaction = chain.NewTransfer().Bytes;
        var id = new Signature(transaction.AsSpan(1, Signature.Size));
        queue.TrySubmit(transaction);
        Assert.True(new BlockProducer(chain.Bank, queue, writer, TimeProvider.System).ProduceBlock());

        Assert.True(syncing.Wait(Patience, TestContext.Current.CancellationToken));
        Assert.Equal(0ul, view.Tip.Slot);
        Assert.Null(view.History.FindTransaction(id));
        Assert.Null(view.State.Find(Transfers.Recipient));

        release.Set();
        Assert.True(published.Wait(Patience, TestContext.Current.CancellationToken));
        Assert.Equal(1ul, view.Tip.Slot);
        Assert.NotNull(view.History.FindTransaction(id));
        Assert.NotNull(view.State.Find(Transfers.Recipient));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task After_a_disk_error_nothing_more_is_published_and_the_error_is_told(bool isWriteError)
    {
        var chain = new TestChain();
        using var view = new ChainView(chain.Genesis, chain.Bank.GenesisSeal);
        using var writer = new JournalWriter(chain.Journal, view);
        var producer = new BlockProducer(chain.Bank, new TransactionQueue(), writer, TimeProvider.System);
        int flushes = 0;
        Action fail = () =>
        {
            if (++flushes == 3)
                throw new IOException("disk full");
        };
        (chain.Storage.BeforeWrite, chain.Storage.BeforeFlush) = isWriteError ? (fail, null) : ((Action?)null, fail);

        int produced = 0;
        while (producer.ProduceBlock())
            Assert.True(++produced < 1_000);
        var exception = await Assert.ThrowsAsync<LedgerException>(
            () => writer.Completion.WaitAsync(Patience, TestContext.Current.CancellationToken));

        Assert.Equal(LedgerFault.WriteFailed, exception.Fault);
        Assert.Contains("slot 3", exception.Message, StringComparison.Ordinal);
        Assert.Contains("disk full", exception.Message, StringComparison.Ordinal);
        Assert.Equal(2ul, view.Tip.Slot);
        Assert.False(producer.ProduceBlock());
    }

    [Fact]
    public void Behind_a_hanging_disk_the_producer_waits_and_nothing_is_lost()
    {
        const int total = 30;
        var chain = new TestChain();
        using var view = new ChainView(chain.Genesis, chain.Bank.GenesisSeal);
        using var release = new ManualResetEventSlim();
        chain.Storage.BeforeFlush = () => Assert.True(release.Wait(Patience));
        BlockProducer producer;
        using (var writer = new JournalWriter(chain.Journal, view))
        {
            producer = new BlockProducer(chain.Bank, new TransactionQueue(), writer, TimeProvider.System);
            var thread = new Thread(() =>
            {
                for (int i = 0; i < total; i++)
                    producer.ProduceBlock();
            });
            thread.Start();

            // One block is in the journal's hands, eight wait, and with the next the producer stands.
            const int most = JournalWriter.MaxWaitingBlocks + 2;
            Assert.True(SpinWait.SpinUntil(() => producer.Blocks.Value == most, Patience));
            Assert.True(SpinWait.SpinUntil(
                () => thread.ThreadState.HasFlag(ThreadState.WaitSleepJoin) || producer.Blocks.Value > most, Patience));
            Assert.Equal(most, producer.Blocks.Value);

            release.Set();
            Assert.True(thread.Join(Patience));
        }

        Assert.Equal((ulong)total, view.Tip.Slot);
    }

    [Fact]
    public async Task Closing_the_queue_drains_it_into_durable_blocks()
    {
        var chain = new TestChain();
        using var view = new ChainView(chain.Genesis, chain.Bank.GenesisSeal);
        var queue = new TransactionQueue();
        using var writer = new JournalWriter(chain.Journal, view);
        var producer = new BlockProducer(chain.Bank, queue, writer, TimeProvider.System);
        Submit(queue, 1_000, () => chain.NewTransfer().Bytes);

        queue.Close();
        producer.Run(TimeSpan.FromMilliseconds(10));
        writer.Complete();
        await writer.Completion.WaitAsync(Patience, TestContext.Current.CancellationToken);

        Assert.Equal(1_000ul, view.Tip.TransactionCount);
        Assert.Equal(view.Tip.StateRoot, chain.ReplayRoot(new Journal(new MemoryStorage([.. chain.Storage.Content]))));
    }

    [Fact]
    public async Task Expensive_transactions_that_a_slot_has_no_time_for_go_into_the_next_ones()
    {
        const int total = 300;
        var chain = new TestChain();
        using var view = new ChainView(chain.Genesis, chain.Bank.GenesisSeal);
        var queue = new TransactionQueue();
        using var writer = new JournalWriter(chain.Journal, view);
        // Between two looks at the clock a third of a slot goes by.
        var producer = new BlockProducer(chain.Bank, queue, writer, new RushingTime(millisPerLook: 33));
        Submit(queue, total, chain.SignExpensiveTransfer);

        queue.Close();
        producer.Run(TimeSpan.FromMilliseconds(100));
        writer.Complete();
        await writer.Completion.WaitAsync(Patience, TestContext.Current.CancellationToken);

        Assert.Equal(total, producer.Recorded.Value);
        for (ulong slot = 1; slot <= view.Tip.Slot; slot++)
            Assert.InRange(view.History.FindBlock(slot)!.Records.Count, 1, 4);
        Assert.Equal(view.Tip.StateRoot, chain.ReplayRoot(new Journal(new MemoryStorage([.. chain.Storage.Content]))));
    }

    [Fact]
    public void Slots_end_at_multiples_of_their_length_and_missed_ones_are_not_made_up_for()
    {
        var time = new SteppedTime();
        var schedule = new SlotSchedule(time, TimeSpan.FromMilliseconds(100));
        schedule.Next();
        Assert.Equal(100, schedule.Remaining.TotalMilliseconds);

        // Late by 30 ms: the next slot is shorter, the grid stays.
        time.Advance(130);
        Assert.Equal(-30, schedule.Remaining.TotalMilliseconds);
        schedule.Next();
        Assert.Equal(70, schedule.Remaining.TotalMilliseconds);

        // Stalled for five slots: a whole slot follows, not five empty ones.
        time.Advance(570);
        schedule.Next();
        Assert.Equal(100, schedule.Remaining.TotalMilliseconds);
    }

    private static void Submit(TransactionQueue queue, int count, Func<byte[]> create)
    {
        for (int i = 0; i < count; i++)
            Assert.True(queue.TrySubmit(create(), receivedNanos: 1));
    }

    private static byte[] WithBrokenSignature(TestChain chain)
    {
        byte[] bytes = [.. chain.NewTransfer().Bytes];
        bytes[10] ^= 1;
        return bytes;
    }

    /// <summary>Time that passes by being looked at, so that what fits into a slot does not depend on the machine.</summary>
    private sealed class RushingTime(long millisPerLook) : TimeProvider
    {
        private long _millis = 5_000;

        public override long TimestampFrequency => 1_000;

        public override long GetTimestamp() => _millis += millisPerLook;
    }

    private sealed class SteppedTime : TimeProvider
    {
        private long _millis = 5_000;

        public override long TimestampFrequency => 1_000;

        public override long GetTimestamp() => _millis;

        internal void Advance(long millis) => _millis += millis;
    }
}
