using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace Velox.Primitives.Tests;

public sealed class SharedRingTests : IDisposable
{
    private const int Capacity = 64;
    private readonly string _folder = Directory.CreateTempSubdirectory("velox-ring-").FullName;

    private string RingPath => Path.Combine(_folder, "ring");

    [Fact]
    public void Items_of_another_process_arrive_in_order_and_its_end_is_noticed()
    {
        const long Items = 100_000;
        using var consumer = new SharedRingConsumer<long>(RingPath, Capacity);
        Assert.Equal(PeerState.Absent, consumer.Peer);
        using Process peer = StartPeer(Items);
        Assert.Equal("open", peer.StandardOutput.ReadLine());
        Assert.Equal(PeerState.Alive, consumer.Peer);
        ReadAll(consumer, 0, Items, peer);
        Assert.Equal("written", peer.StandardOutput.ReadLine());
        peer.StandardInput.Close();
        peer.WaitForExit();
        Assert.Equal(PeerState.Absent, consumer.Peer);
        Assert.False(consumer.TryRead(out _));
    }

    [Fact]
    public void A_killed_producer_is_noticed_its_items_stay_and_its_place_can_be_taken()
    {
        const long Items = 10;
        using var consumer = new SharedRingConsumer<long>(RingPath, Capacity);
        using Process peer = StartPeer(Items);
        Assert.Equal("open", peer.StandardOutput.ReadLine());
        Assert.Equal("written", peer.StandardOutput.ReadLine());
        SharedRingException taken = Assert.Throws<SharedRingException>(
            () => new SharedRingProducer<long>(RingPath, Capacity));
        Assert.Equal("owner", taken.Field);

        peer.Kill();
        peer.WaitForExit();
        Assert.Equal(PeerState.Dead, consumer.Peer);
        using var successor = new SharedRingProducer<long>(RingPath, Capacity);
        Assert.True(successor.TryWrite(Items));
        ReadAll(consumer, 0, Items + 1, peer: null);
    }

    /// <summary>Killed while it writes as fast as it can: what it had written is there, and its successor's follows.</summary>
    [Fact]
    public void A_producer_that_is_killed_in_the_middle_and_started_again_goes_on_at_its_position()
    {
        using var consumer = new SharedRingConsumer<long>(RingPath, Capacity);
        long next = 0;
        for (int life = 0; life < 3; life++)
        {
            using Process peer = StartPeer("write", next, long.MaxValue / 2);
            Assert.Equal("open", peer.StandardOutput.ReadLine());
            ReadAll(consumer, next, next + 10_000 + life, peer);
            peer.Kill();
            peer.WaitForExit();
            Assert.Equal(PeerState.Dead, consumer.Peer);
            next += 10_000 + life;
            for (; consumer.TryRead(out long item); next++)
                Assert.Equal(next, item);
        }
    }

    /// <summary>Killed while it reads: its successor gets the next item, but for the one that the dead was busy with.</summary>
    [Fact]
    public void A_consumer_that_is_killed_in_the_middle_and_started_again_goes_on_at_its_position()
    {
        using var producer = new SharedRingProducer<long>(RingPath, Capacity);
        long written = 0;
        long next = 0;
        for (int life = 0; life < 3; life++)
        {
            using Process peer = StartPeer("read", 0, long.MaxValue);
            Assert.Equal("open", peer.StandardOutput.ReadLine());
            long first = -1;
            for (long last = -1; last < next + 1_000;)
            {
                while (producer.TryWrite(in written))
                    written++;
                long item = long.Parse(peer.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture);
                Assert.True(first < 0 || item == last + 1, $"life {life}: {item} came after {last}");
                first = first < 0 ? item : first;
                last = item;
            }

            // It had one item at most that it had not said yet when it died.
            Assert.InRange(first, next, next + (life == 0 ? 0 : 1));
            peer.Kill();
            peer.WaitForExit();
            Assert.Equal(PeerState.Dead, producer.Peer);
            next = 1 + LastNumber(peer.StandardOutput.ReadToEnd(), otherwise: next + 1_000);
        }

        static long LastNumber(string lines, long otherwise) =>
            lines.Split('\n') is [.., var last, _] ? long.Parse(last, CultureInfo.InvariantCulture) : otherwise;
    }

    [Fact]
    public void A_consumer_that_comes_again_goes_on_where_it_was()
    {
        using var producer = new SharedRingProducer<long>(RingPath, Capacity);
        for (long i = 0; i < Capacity; i++)
            Assert.True(producer.TryWrite(i));
        using (var consumer = new SharedRingConsumer<long>(RingPath, Capacity))
            ReadAll(consumer, 0, 5, peer: null);
        Assert.Equal(PeerState.Absent, producer.Peer);
        using var again = new SharedRingConsumer<long>(RingPath, Capacity);
        Assert.True(producer.TryWrite(Capacity));
        ReadAll(again, 5, Capacity + 1, peer: null);
        Assert.Equal(0, again.Count);
    }

    [Theory]
    [InlineData(0, "magic")]
    [InlineData(8, "version")]
    [InlineData(12, "item bytes")]
    [InlineData(16, "capacity")]
    public void A_file_of_another_kind_is_refused_by_the_name_of_its_field(int offset, string field)
    {
        new SharedRingProducer<long>(RingPath, Capacity).Dispose();
        byte[] bytes = File.ReadAllBytes(RingPath);
        bytes[offset]++;
        File.WriteAllBytes(RingPath, bytes);
        Assert.Equal(field, Refusal());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(4_096)]
    [InlineData(4_097)]
    public void A_file_of_another_length_is_refused(int length)
    {
        new SharedRingProducer<long>(RingPath, Capacity).Dispose();
        byte[] bytes = File.ReadAllBytes(RingPath);
        File.WriteAllBytes(RingPath, bytes[..length]);
        Assert.Equal("length", Refusal());
    }

    /// <summary>The other process may write anything: no position of its leads out of the ring.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Positions_of_nonsense_lead_nowhere(int seed)
    {
        var random = new Random(seed);
        for (int round = 0; round < 100; round++)
        {
            File.Delete(RingPath);
            using var producer = new SharedRingProducer<long>(RingPath, Capacity);
            using var consumer = new SharedRingConsumer<long>(RingPath, Capacity);
            byte[] nonsense = new byte[4 * 128];
            random.NextBytes(nonsense);
            WriteIntoFile(128, nonsense);
            long[] batch = new long[2 * Capacity];
            for (int i = 0; i < 3; i++)
            {
                producer.TryWrite(1);
                Assert.InRange(producer.TryWrite(batch), 0, batch.Length);
                consumer.TryRead(out _);
                Assert.InRange(consumer.TryRead(batch), 0, batch.Length);
                Assert.InRange(consumer.Count, 0, Capacity);
            }
        }
    }

    [Theory]
    [InlineData(128, 3, 5)] // written behind read
    [InlineData(128, 6 + Capacity, 5)] // more written than there are slots
    [InlineData(256, -1, 0)]
    [InlineData(256, 9, 0)] // read beyond written
    public void A_file_whose_positions_contradict_each_other_is_refused(int offset, long value, long others)
    {
        new SharedRingProducer<long>(RingPath, Capacity).Dispose();
        foreach (int position in new[] { 128, 256, 384 })
            WriteIntoFile(position, BitConverter.GetBytes(others));
        WriteIntoFile(offset, BitConverter.GetBytes(value));
        Assert.Equal("positions", Refusal());
        Assert.Equal("positions", Assert.Throws<SharedRingException>(() => new SharedRingConsumer<long>(RingPath, Capacity)).Field);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_two_files_for_one_ring_the_first_stays(bool useLinks)
    {
        Assert.SkipWhen(useLinks && OperatingSystem.IsWindows(), "Windows has no such links.");
        string path = Path.Combine(_folder, "published");
        foreach (string content in (string[])["first", "second"])
        {
            string made = Path.Combine(_folder, content);
            File.WriteAllText(made, content);
            SharedRingFile.Publish(made, path, useLinks);
        }

        Assert.Equal("first", File.ReadAllText(path));
    }

    [Fact]
    public void Ends_that_are_opened_at_once_meet_in_one_file()
    {
        using var start = new Barrier(2);
        for (int round = 0; round < 300; round++)
        {
            File.Delete(RingPath);
            SharedRingConsumer<long>? consumer = null;
            var thread = new Thread(() =>
            {
                start.SignalAndWait();
                consumer = new SharedRingConsumer<long>(RingPath, Capacity);
            });
            thread.Start();
            start.SignalAndWait();
            using var producer = new SharedRingProducer<long>(RingPath, Capacity);
            thread.Join();
            Assert.True(producer.TryWrite(round));
            Assert.True(consumer!.TryRead(out long item), $"round {round}");
            Assert.Equal(round, item);
            consumer.Dispose();
        }

        Assert.Single(Directory.GetFiles(_folder));
    }

    [Fact]
    public void An_end_that_closes_leaves_the_place_of_another_alone()
    {
        var producer = new SharedRingProducer<long>(RingPath, Capacity);
        WriteIntoFile(64, BitConverter.GetBytes(77L));
        producer.Dispose();
        Assert.Equal(77L, BitConverter.ToInt64(File.ReadAllBytes(RingPath), 64));
    }

    [Fact]
    public void A_closed_end_throws()
    {
        var producer = new SharedRingProducer<long>(RingPath, Capacity);
        producer.Dispose();
        producer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => producer.TryWrite(1));
        Assert.Throws<ObjectDisposedException>(() => producer.Peer);
    }

    private void WriteIntoFile(long offset, byte[] bytes)
    {
        using var file = new FileStream(RingPath, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        file.Position = offset;
        file.Write(bytes);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Refusal() =>
        Assert.Throws<SharedRingException>(() => new SharedRingProducer<long>(RingPath, Capacity)).Field;

    private static void ReadAll(SharedRingConsumer<long> consumer, long first, long end, Process? peer)
    {
        for (long next = first; next < end;)
        {
            if (consumer.TryRead(out long item))
            {
                Assert.Equal(next, item);
                next++;
            }
            else
            {
                Assert.False(peer is null || peer.HasExited, $"Item {next} is missing.");
                Thread.Yield();
            }
        }
    }

    private Process StartPeer(long items) => StartPeer("write", 0, items);

    private Process StartPeer(string end, long first, long items)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Velox.Primitives.RingPeer.dll"));
        start.ArgumentList.Add(RingPath);
        start.ArgumentList.Add(Capacity.ToString(CultureInfo.InvariantCulture));
        start.ArgumentList.Add(end);
        start.ArgumentList.Add(first.ToString(CultureInfo.InvariantCulture));
        start.ArgumentList.Add(items.ToString(CultureInfo.InvariantCulture));
        return Process.Start(start)!;
    }

    [Fact]
    public void A_folder_that_is_not_there_is_named_by_the_ring_that_was_asked_for()
    {
        string path = Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("n"), "ring");
        Assert.Contains($"'{path}': its folder does not exist", Assert.Throws<DirectoryNotFoundException>(() => new SharedRingProducer<long>(path, 8)).Message);
    }
}
