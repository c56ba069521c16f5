using Velox.Bpf;
using Velox.OrderBook;

namespace Velox.BookVm.Tests;

/// <summary>Claims, words, messages, and runs at the same time.</summary>
public class ShardTests
{
    public static TheoryData<Tier> Tiers => Rig.Tiers;

    [Theory]
    [MemberData(nameof(Tiers))]
    public void Words_survive_runs_and_are_read_from_every_shard(Tier tier)
    {
        using var rig = new Rig(tier, """
            mov64 r1, 63
            lddw r2, 0x1122334455667788
            updateshard r6
            mov64 r1, 64
            updateshard r7
            mov64 r1, 0
            mov64 r2, 63
            readshard r8
            mov64 r1, 9
            readshard r9
            mov64 r1, 0
            mov64 r2, 64
            readshard r0
            exit
            """);
        Assert.True(rig.Machine.Run(shard: 1).IsSuccess);
        Assert.Equal([0ul, (ulong)BookVmError.UnknownWord, 0, 0], rig.Machine.RegistersOf(1)[6..10]);
        Assert.Equal(0x1122334455667788ul, rig.Book[1].WordAt(63));
        Assert.Equal(0ul, rig.Run());
        Assert.Equal(0x1122334455667788ul, rig.Machine.RegistersOf()[8]);
    }

    [Theory]
    [MemberData(nameof(Tiers))]
    public void Messages_arrive_in_order_when_the_shard_next_runs(Tier tier)
    {
        // Each run sends its input to shard 1 and receives one message.
        using var rig = new Rig(tier, """
            mov64 r3, r2
            mov64 r2, r1
            mov64 r1, 1
            sendshard r6
            mov64 r1, r10
            add64 r1, -64
            receiveshard r0
            ldxw r7, [r10-64]
            ldxw r8, [r10-60]
            ldxdw r9, [r10-56]
            exit
            """, shards: 3);
        Assert.Equal(0ul, rig.Run(Rig.Words(111)));
        Assert.True(rig.Machine.Run(2, Rig.Words(222, 1)).IsSuccess);
        Assert.Equal(2, rig.Book[1].WaitingMessages);

        // What shard 1 sends to itself now is for its next run.
        BookRun run = rig.Machine.Run(1, Rig.Words(333));
        Assert.Equal(1ul, run.Value);
        Assert.Equal([0ul, 0, 8, 111], rig.Machine.RegistersOf(1)[6..10]);
        Assert.Equal(1ul, rig.Machine.Run(1, Rig.Words(444)).Value);
        Assert.Equal([0ul, 2, 16, 222], rig.Machine.RegistersOf(1)[6..10]);
        Assert.Equal(1ul, rig.Machine.Run(1, Rig.Words(555)).Value);
        Assert.Equal([0ul, 1, 8, 333], rig.Machine.RegistersOf(1)[6..10]);
    }

    [Theory]
    [MemberData(nameof(Tiers))]
    public void A_run_gets_only_what_waited_when_it_began(Tier tier)
    {
        using var rig = new Rig(tier, """
            mov64 r3, 8
            mov64 r2, r1
            mov64 r1, 0
            sendshard r6
            mov64 r1, r10
            add64 r1, -64
            receiveshard r0
            exit
            """);
        Assert.Equal(0ul, rig.Run(Rig.Words(1)));
        Assert.Equal(1ul, rig.Run(Rig.Words(2)));
    }

    [Theory]
    [MemberData(nameof(Tiers))]
    public void A_full_mailbox_is_an_error_that_is_counted_and_nothing_accepted_is_lost(Tier tier)
    {
        using var rig = new Rig(tier, """
            mov64 r3, 8
            mov64 r2, r1
            mov64 r1, 1
            sendshard r0
            exit
            """, mailbox: 4);
        for (ulong i = 0; i < 4; i++)
            Assert.Equal(0ul, rig.Run(Rig.Words(i)));
        for (int i = 0; i < 3; i++)
            Assert.Equal((ulong)BookVmError.MailboxFull, rig.Run(Rig.Words(99)));
        Assert.Equal(3, rig.Book[1].RefusedMessages);
        Assert.True(rig.Book[1].TryClaim());
        for (ulong i = 0; i < 4; i++)
        {
            Assert.True(rig.Book[1].TryReceive(out ShardMessage message));
            Assert.Equal(Rig.Words(i), message.Data.ToArray());
        }

        Assert.False(rig.Book[1].TryReceive(out _));
    }

    [Theory]
    [InlineData(7, 8, BookVmError.UnknownShard)]
    [InlineData(ulong.MaxValue, 8, BookVmError.UnknownShard)]
    [InlineData(1, 0, BookVmError.InvalidMessageLength)]
    [InlineData(1, 57, BookVmError.InvalidMessageLength)]
    [InlineData(1, 56, BookVmError.None)]
    public void Messages_that_cannot_be_sent_are_refused(ulong shard, ulong length, BookVmError expected)
    {
        using var rig = new Rig(Tier.Interpreter, $"{Rig.Arguments(shard, MemoryMap.InputAddress, length)}\nsendshard r0\nexit");
        Assert.Equal((ulong)expected, rig.Run());
    }

    [Fact]
    public void A_message_that_has_no_place_waits_on()
    {
        using var rig = new Rig(Tier.Interpreter, "receiveshard r0\nexit");
        rig.Book[0].TrySend(new ShardMessage(1, [1, 2, 3]));
        Assert.Equal(VmError.AccessViolation, rig.Machine.Run().Execution.Error);
        Assert.Equal(1, rig.Book[0].WaitingMessages);
    }

    [Fact]
    public void A_shard_that_is_taken_is_busy_and_free_again_after_a_failing_run()
    {
        using var rig = new Rig(Tier.Interpreter, "ldxdw r0, [r2+0]\nexit");
        Assert.True(rig.Book[0].TryClaim());
        Assert.Equal(BookVmError.ShardBusy, rig.Machine.Run().Error);
        Assert.Throws<InvalidOperationException>(() => rig.Machine.RegistersOf());
        rig.Book[0].Release();
        for (int i = 0; i < 2; i++)
            Assert.Equal(VmError.AccessViolation, rig.Machine.Run().Execution.Error);
        Assert.Equal(BookVmError.UnknownShard, rig.Machine.Run(2).Error);
        Assert.Equal(BookVmError.UnknownShard, rig.Machine.Run(-1).Error);
        Assert.Throws<ArgumentException>(() => rig.Machine.Run(0, new byte[4097]));
    }

    [Fact]
    public void Input_of_one_run_is_not_seen_by_the_next()
    {
        using var rig = new Rig(Tier.Interpreter, "ldxdw r0, [r1+8]\nexit");
        Assert.Equal(7ul, rig.Run(Rig.Words(1, 7)));
        Assert.Equal(0ul, rig.Run(Rig.Words(1)));
    }

    /// <summary>
    /// Threads run two machines over four shards, take what is free, and send each other messages; a reader watches best prices.
    /// </summary>
    [Theory]
    [MemberData(nameof(Tiers))]
    public void Threads_on_different_shards_lose_nothing_and_never_meet(Tier tier)
    {
        const int shards = 4, threads = 4, runsEach = 2_000;
        // Places a bid, remembers in word 0 how many runs and in word 1 how many messages there were, sends one to the next shard.
        const string text = """
            ldxdw r6, [r1+0]      ; price
            ldxdw r7, [r1+8]      ; target
            mov64 r1, 0
            mov64 r2, 0
            mov64 r3, r6
            mov64 r4, 1
            mov64 r5, 0
            placeorder r8
            jne r8, 0, failed
            bookresult r2, 0
            mov64 r1, 0
            cancelorder r8
            jne r8, 0, failed
            lddw r9, 0x500000000
            ldxdw r2, [r9+512]
            add64 r2, 1
            mov64 r1, 0
            updateshard r8
        receive:
            mov64 r1, r10
            add64 r1, -64
            receiveshard r0
            jeq r0, 0, send
            ldxdw r2, [r9+520]
            add64 r2, 1
            mov64 r1, 1
            updateshard r8
            ja receive
        send:
            mov64 r1, r7
            stxdw [r10-8], r6
            mov64 r2, r10
            add64 r2, -8
            mov64 r3, 8
            sendshard r0
            exit
        failed:
            mov64 r0, -1
            exit
        """;
        ShardedBook book = Rig.CreateBook(shards, mailbox: 1024, out List<BookEvent> events);
        using var first = new Rig(tier, BookVirtualMachine.Assemble(text), book);
        using var second = new Rig(tier, BookVirtualMachine.Assemble(text), book);
        long sent = 0, failed = 0, torn = 0;
        bool hasEnded = false;
        var reader = new Thread(() =>
        {
            while (!Volatile.Read(ref hasEnded))
            {
                for (int shard = 0; shard < shards; shard++)
                {
                    // Only prices that were placed are ever seen: the same number in both halves.
                    ulong bid = book[shard].BestBidTicks;
                    if (bid != 0 && bid >> 16 != (bid & 0xffff))
                        torn++;
                }
            }
        });
        Thread[] runners = [.. Enumerable.Range(0, threads).Select(n => new Thread(() => Work(n)))];
        reader.Start();
        foreach (Thread thread in runners)
            thread.Start();
        foreach (Thread thread in runners)
            thread.Join();
        Volatile.Write(ref hasEnded, true);
        reader.Join();

        Assert.Equal((0L, 0L), (failed, torn));
        ulong runs = 0, received = 0;
        for (int shard = 0; shard < shards; shard++)
        {
            runs += book[shard].WordAt(0);
            received += book[shard].WordAt(1) + (ulong)book[shard].WaitingMessages;
            Assert.Equal(BookError.None, book[shard].Market.CheckInvariants(out string detail));
            Assert.Equal("", detail);
        }

        Assert.Equal((ulong)(threads * runsEach), runs);
        Assert.Equal((ulong)sent, received);
        Assert.Equal(2 * threads * runsEach, events.Count);

        void Work(int n)
        {
            var random = new Random(n);
            BookVirtualMachine machine = n % 2 == 0 ? first.Machine : second.Machine;
            for (int done = 0; done < runsEach;)
            {
                int shard = random.Next(shards);
                ulong mark = (ulong)random.Next(1, 1000);
                BookRun run = machine.Run(shard, Rig.Words((mark << 16) | mark, (ulong)random.Next(shards)));
                if (run.Error == BookVmError.ShardBusy)
                {
                    Thread.Yield();
                    continue;
                }

                done++;
                if (run.Value == 0)
                    Interlocked.Increment(ref sent);
                else if (run.Value != (ulong)BookVmError.MailboxFull)
                    Interlocked.Increment(ref failed);
            }
        }
    }
}
