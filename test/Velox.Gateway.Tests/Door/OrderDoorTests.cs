using System.Runtime.InteropServices;
using Velox.OrderBook;
using Velox.Primitives;
using Velox.Testing;
using Xunit;

namespace Velox.Gateway.Tests;

public class OrderDoorTests
{
    [Fact]
    public void An_accepted_message_comes_out_as_it_went_in_with_its_time_of_arrival()
    {
        var clock = new FakeClock { NowNanos = 77 };
        OrderDoor door = Sample.Door(clock);
        Assert.Equal(EntryResult.Accepted, door.Enter(Sample.Message(9)));
        clock.NowNanos = 78;
        Assert.Equal(EntryResult.Accepted, door.Enter(Sample.Bytes(Sample.Message(10))));

        var taken = new StampedOrder[4];
        Assert.Equal(2, door.WaitingCount);
        Assert.Equal(2, door.Take(taken));
        Assert.Equal(new StampedOrder(Sample.Message(9), 77), taken[0]);
        Assert.Equal(new StampedOrder(Sample.Message(10), 78), taken[1]);
    }

    [Theory]
    [InlineData(0, 0, EntryResult.InvalidKind)]
    [InlineData(0, 12, EntryResult.InvalidKind)]
    [InlineData(0, 255, EntryResult.InvalidKind)]
    [InlineData(1, 0x0C, EntryResult.InvalidFlags)] // type 6
    [InlineData(1, 0x40, EntryResult.InvalidFlags)] // a flag bit that has no meaning
    [InlineData(0, 2, EntryResult.UnusedFieldNotZero)] // a cancel with a price
    public void A_message_of_wrong_form_is_dropped_and_counted_by_reason(int offset, byte value, EntryResult expected)
    {
        OrderDoor door = Sample.Door(new FakeClock());
        byte[] bytes = Sample.Bytes(Sample.Message(1));
        bytes[offset] = value;

        Assert.Equal(expected, door.Enter(bytes));
        Assert.Equal(expected, door.Enter(MemoryMarshal.Read<OrderMessage>(bytes)));
        Assert.False(door.TryEnter(MemoryMarshal.Read<OrderMessage>(bytes)));
        Assert.Equal(0, door.WaitingCount);
        Assert.Equal(3, CountOf(door.Statistics, expected));
        Assert.Equal(3, door.Statistics.Received);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void Bytes_of_another_length_are_dropped_and_counted(int length)
    {
        OrderDoor door = Sample.Door(new FakeClock());
        Assert.Equal(EntryResult.InvalidLength, door.Enter(new byte[length]));
        Assert.Equal(1, door.Statistics.InvalidLength);
    }

    [Fact]
    public void A_full_ring_drops_the_newest_and_opens_again_when_it_is_emptied()
    {
        OrderDoor door = Sample.Door(new FakeClock(), ringCapacity: 4);
        for (uint i = 0; i < 4; i++)
            Assert.True(door.TryEnter(Sample.Message(i)));
        Assert.Equal(EntryResult.Full, door.Enter(Sample.Message(4)));

        Assert.Equal(1, door.Take(new StampedOrder[1]));
        Assert.True(door.TryEnter(Sample.Message(5)));
        Assert.Equal(new DoorStatistics(Accepted: 5, 0, 0, 0, 0, Full: 1, 0), door.Statistics);
    }

    [Fact]
    public void A_closed_door_accepts_nothing_and_keeps_what_it_has()
    {
        OrderDoor door = Sample.Door(new FakeClock());
        door.TryEnter(Sample.Message(1));
        door.Close();
        door.Close();

        Assert.True(door.IsClosed);
        Assert.Equal(EntryResult.Closed, door.Enter(Sample.Message(2)));
        Assert.Equal(1, door.Take(new StampedOrder[4]));
        Assert.Equal(1, door.Statistics.Closed);
    }

    [Fact]
    public void Random_bytes_never_throw_and_are_all_accounted_for()
    {
        const int Seed = 5;
        var random = new Random(Seed);
        OrderDoor door = Sample.Door(new FakeClock(), ringCapacity: 1024);
        var taken = new StampedOrder[1024];
        const int Rounds = 200_000;
        long takenCount = 0;
        for (int i = 0; i < Rounds; i++)
        {
            byte[] bytes = Sample.Bytes(Sample.Message((uint)i));
            for (int changes = random.Next(4); changes > 0; changes--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(random.Next(2) == 0 ? 8 : 256);
            int length = random.Next(20) == 0 ? random.Next(bytes.Length) : bytes.Length;

            bool isValid = OrderMessage.TryParse(bytes.AsSpan(0, length), out _, out _);
            EntryResult result = door.Enter(bytes.AsSpan(0, length));
            bool isInOrFull = result is EntryResult.Accepted or EntryResult.Full;
            Assert.True(isValid == isInOrFull, $"seed {Seed}, round {i}: {result}");
            if (random.Next(1_500) == 0)
                takenCount += door.Take(taken);
        }

        takenCount += door.Take(taken);
        DoorStatistics statistics = door.Statistics;
        Assert.Equal(Rounds, statistics.Received);
        Assert.Equal(takenCount, statistics.Accepted);
        Assert.True(statistics.Full > 0 && statistics.InvalidLength > 0 && statistics.InvalidKind > 0);
        Assert.True(statistics.InvalidFlags > 0 && statistics.UnusedFieldNotZero > 0);
    }

    [Fact]
    public void After_a_close_no_message_slips_in_while_the_producer_runs_on()
    {
        for (int round = 0; round < 300; round++)
        {
            OrderDoor door = Sample.Door(new FakeClock(), ringCapacity: 1 << 14);
            using var isRunning = new ManualResetEventSlim();
            var producer = new Thread(() =>
            {
                for (uint i = 0; door.Enter(Sample.Message(i)) != EntryResult.Closed; i++)
                {
                    if (i == 10)
                        isRunning.Set();
                }
            });
            producer.Start();
            isRunning.Wait(TestContext.Current.CancellationToken);
            door.Close();
            int waitingAtClose = door.WaitingCount;
            long acceptedAtClose = door.Statistics.Accepted;
            producer.Join();

            Assert.Equal(waitingAtClose, door.WaitingCount);
            Assert.Equal(waitingAtClose, acceptedAtClose);
            Assert.Equal(acceptedAtClose, door.Statistics.Accepted);
        }
    }

    [Fact]
    public void A_message_and_a_close_at_the_same_moment_agree_whether_it_came_in()
    {
        const long End = long.MaxValue;
        var clock = new FakeClock();
        OrderDoor? current = null;
        long round = 0, entered = 0;
        var producer = new Thread(() =>
        {
            for (long i = 1; ; i++)
            {
                Await(ref round, i);
                if (Volatile.Read(ref round) == End)
                    return;
                current!.Enter(Sample.Message(1));
                Volatile.Write(ref entered, i);
            }
        });
        producer.Start();

        int disagreements = 0;
        var rounds = new Rounds(20_000);
        for (long i = 1; rounds.IsAnotherAfter(i - 1); i++)
        {
            OrderDoor door = Sample.Door(clock, ringCapacity: 1);
            current = door;
            Volatile.Write(ref round, i);
            Thread.SpinWait((int)(i % 48)); // lets the two meet at different points
            door.Close();
            int waitingAtClose = door.WaitingCount;
            Await(ref entered, i);
            if (waitingAtClose != door.WaitingCount || waitingAtClose != door.Statistics.Accepted)
                disagreements++;
        }

        Volatile.Write(ref round, End);
        producer.Join();
        Assert.Equal(0, disagreements);

        static void Await(ref long word, long value)
        {
            for (int spins = 1; Volatile.Read(ref word) < value; spins++)
            {
                if (spins % 1_000 == 0)
                    Thread.Yield();
            }
        }
    }

    [Fact]
    public void Entering_allocates_nothing()
    {
        OrderDoor door = Sample.Door(SystemNanoClock.Instance, ringCapacity: 16);
        byte[] bytes = Sample.Bytes(Sample.Message(1));
        var taken = new StampedOrder[16];
        Enter(100);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Enter(10_000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Enter(int count)
        {
            for (int i = 0; i < count; i++)
            {
                door.Enter(bytes);
                if (i % 20 == 0)
                    door.Take(taken);
            }
        }
    }

    private static long CountOf(DoorStatistics statistics, EntryResult result) => result switch
    {
        EntryResult.InvalidKind => statistics.InvalidKind,
        EntryResult.InvalidFlags => statistics.InvalidFlags,
        EntryResult.UnusedFieldNotZero => statistics.UnusedFieldNotZero,
        _ => throw new ArgumentOutOfRangeException(nameof(result), result, "Not a wrong form."),
    };
}
