using System.Buffers.Binary;
using System.IO.Pipes;
using Velox.Testing;
using Xunit;

namespace Velox.Primitives.Tests;

public sealed class MetricsFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("velox-metrics-");

    private string FilePath => Path.Combine(_folder.FullName, "metrics");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_reader_finds_every_metric_as_it_is_now()
    {
        using MetricsFile file = MetricsFile.Create(FilePath);
        using var registry = new MetricsRegistry("velox.tests.file", file);
        using MetricsFileReader reader = MetricsFileReader.Open(FilePath);
        Assert.Empty(reader.ReadEntries());

        ShardedCounter counter = registry.AddCounter("orders", "{order}", "Orders taken");
        Gauge gauge = registry.AddGauge("depth", "{order}", "Grüße");
        LatencyHistogram histogram = registry.AddHistogram("latency", "");
        TimeSeries series = registry.AddSeries("rate", "{order}/s", "Orders a second", 3);
        IReadOnlyList<MetricsFileEntry> entries = reader.ReadEntries();
        Assert.Equal(
            [
                new(MetricKind.Counter, "orders", "{order}", "Orders taken"),
                new(MetricKind.Gauge, "depth", "{order}", "Grüße"),
                new(MetricKind.Histogram, "latency", "ns", ""),
                new(MetricKind.Series, "rate", "{order}/s", "Orders a second"),
            ],
            entries.Select(entry => entry.Definition));

        for (int turn = 1; turn <= 5; turn++)
        {
            counter.Add(10);
            gauge.Set(-turn);
            histogram.Record(turn * 100);
            series.Append(turn, turn * 7);

            var read = new LatencyHistogram();
            entries[2].ReadHistogram(read);
            Assert.Equal((10 * turn, -turn, 7 * turn), (entries[0].ReadValue(), entries[1].ReadValue(), entries[3].ReadValue()));
            Assert.Equal((turn, turn * 100), (read.Count, read.Max));
        }

        var points = new TimePoint[9];
        Assert.Equal([new(3, 21), new(4, 28), new(5, 35)], points[..entries[3].ReadSeries(points)]);
        Assert.Equal((Environment.ProcessId, MetricsOwnerState.Running), (reader.ProcessId, reader.ReadOwner().State));
        Assert.Throws<InvalidOperationException>(() => entries[2].ReadValue());
        Assert.Throws<InvalidOperationException>(() => entries[0].ReadHistogram(new LatencyHistogram()));
        Assert.Throws<InvalidOperationException>(() => entries[0].ReadSeries(points));
    }

    [Fact]
    public void A_value_is_never_half_old()
    {
        using MetricsFile file = MetricsFile.Create(FilePath);
        using var registry = new MetricsRegistry("velox.tests.torn", file);
        Gauge gauge = registry.AddGauge("gauge", "1", "");
        using MetricsFileReader reader = MetricsFileReader.Open(FilePath);
        MetricsFileEntry entry = reader.ReadEntries().Single();
        bool isDone = false;
        var writer = new Thread(() =>
        {
            // All eight bytes of a value are equal, and those of the next one others.
            for (long i = 0; !Volatile.Read(ref isDone); i++)
                gauge.Set((i & 0x7F) * 0x0101_0101_0101_0101);
        });
        writer.Start();
        try
        {
            var rounds = new Rounds(100_000);
            for (long round = 0; rounds.IsAnotherAfter(round); round++)
            {
                long value = entry.ReadValue();
                Assert.Equal((value & 0x7F) * 0x0101_0101_0101_0101, value);
            }
        }
        finally
        {
            Volatile.Write(ref isDone, true);
            writer.Join();
        }
    }

    [Fact]
    public void A_file_in_use_is_not_replaced_one_that_ended_is_and_another_kind_never()
    {
        MetricsFile first = MetricsFile.Create(FilePath);
        Assert.Contains($"belongs to process {Environment.ProcessId}, which runs",
            Assert.Throws<MetricsFileException>(() => MetricsFile.Create(FilePath)).Message, StringComparison.Ordinal);

        first.Dispose();
        using (var reader = MetricsFileReader.Open(FilePath))
        {
            Assert.Equal(MetricsOwnerState.Ended, reader.ReadOwner().State);
            Assert.NotNull(reader.ReadOwner().EndedAt);
        }

        MetricsFile.Create(FilePath).Dispose();
        File.WriteAllText(FilePath, "a letter to my bank, which is longer than the header of a metrics file");
        Assert.Throws<MetricsFileException>(() => MetricsFile.Create(FilePath));
        Assert.StartsWith("a letter", File.ReadAllText(FilePath), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_a_process_that_is_gone_is_told_and_replaced()
    {
        MetricsFile.Create(FilePath).Dispose();
        Patch(MetricsFileLayout.EndedOffset, 0);

        // The same process id, but another start: the id was given again.
        Patch(MetricsFileLayout.ProcessStartOffset, 1);
        using (var reader = MetricsFileReader.Open(FilePath))
            Assert.Equal(new MetricsOwner(MetricsOwnerState.Dead, null), reader.ReadOwner());
        MetricsFile.Create(FilePath).Dispose();
    }

    [Fact]
    public void A_metric_that_does_not_fit_is_refused_with_the_sizes_and_the_rest_goes_on()
    {
        using MetricsFile file = MetricsFile.Create(FilePath, MetricsFile.MinBytes);
        using var registry = new MetricsRegistry("velox.tests.full", file);
        var error = Assert.Throws<InvalidOperationException>(() => registry.AddHistogram("latency", ""));
        Assert.Contains($"'latency' needs {HistogramLayout.CellCount * 8} bytes", error.Message, StringComparison.Ordinal);
        registry.AddCounter("orders", "1", "").Increment();
        using MetricsFileReader reader = MetricsFileReader.Open(FilePath);
        Assert.Equal(1, reader.ReadEntries().Single().ReadValue());
        Assert.Throws<ArgumentOutOfRangeException>(() => MetricsFile.Create(FilePath + "2", MetricsFile.MinBytes - 1));
    }

    [Fact]
    public void Metrics_outlive_the_file_object()
    {
        ShardedCounter counter = MakeCounter(FilePath);
        for (int i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            counter.Increment();
        }

        using MetricsFileReader reader = MetricsFileReader.Open(FilePath);
        Assert.Equal(3, reader.ReadEntries().Single().ReadValue());

        static ShardedCounter MakeCounter(string path)
        {
            using MetricsFile file = MetricsFile.Create(path);
            using var registry = new MetricsRegistry("velox.tests.outlive", file);
            return registry.AddCounter("counter", "1", "");
        }
    }

    [Fact]
    public void A_pipe_is_no_metrics_file()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux gives a pipe a path.");
        using var pipe = new AnonymousPipeServerStream(PipeDirection.In);
        string path = $"/proc/self/fd/{pipe.SafePipeHandle.DangerousGetHandle()}";
        Assert.Contains("no regular file", Assert.Throws<MetricsFileException>(() => MetricsFileReader.Open(path)).Message);
    }

    /// <summary>A series whose number of cells wraps to a good one.</summary>
    [Fact]
    public void A_series_of_a_negative_number_of_cells_is_named()
    {
        foreach (long cells in (long[])[-1, long.MinValue, unchecked((long)0xFFFF_FFFF_7FFF_FFFF), 0])
            Assert.False(MetricsFileLayout.IsCellCountOf(MetricKind.Series, cells));
    }

    [Theory]
    [InlineData(MetricsFileLayout.MagicOffset, 1, "does not begin with VELOXMET")]
    [InlineData(MetricsFileLayout.VersionOffset, 2, "has version 2: this program reads version 1")]
    [InlineData(MetricsFileLayout.ProcessIdOffset, 0, "process id is 0: it must be 1 to 2147483647")]
    [InlineData(MetricsFileLayout.CreatedOffset, -1, "creation time is -1")]
    [InlineData(MetricsFileLayout.FileBytesOffset, 1, "size is 1: it must be 131072 to 1073741824")]
    [InlineData(MetricsFileLayout.FileBytesOffset, MetricsFile.DefaultBytes + 8, "where its header says 8388616")]
    [InlineData(MetricsFileLayout.EntryCountOffset, 257, "number of entries is 257: it must be 0 to 256")]
    [InlineData(MetricsFileLayout.EntryCountOffset, long.MinValue, "number of entries is -9223372036854775808")]
    [InlineData(MetricsFileLayout.EndedOffset, long.MaxValue, "end time is 9223372036854775807")]
    [InlineData(MetricsFileLayout.DirectoryOffset + MetricsFileLayout.KindOffset, 9, "entry 0: kind is 9: it must be 1 to 4")]
    [InlineData(MetricsFileLayout.DirectoryOffset + MetricsFileLayout.KindOffset, 4, "entry 0: a Series cannot have 33437 cells")]
    [InlineData(MetricsFileLayout.DirectoryOffset + MetricsFileLayout.CellCountOffset, long.MaxValue, "a Histogram cannot have 9223372036854775807 cells")]
    [InlineData(MetricsFileLayout.DirectoryOffset + MetricsFileLayout.CellCountOffset, -1, "a Histogram cannot have -1 cells")]
    [InlineData(MetricsFileLayout.DirectoryOffset + MetricsFileLayout.CellsOffsetOffset, 8, "offset of entry 0 is 8: it must be 69632 to 8121112")]
    [InlineData(MetricsFileLayout.DirectoryOffset + MetricsFileLayout.CellsOffsetOffset, long.MaxValue, "offset of entry 0 is 9223372036854775807")]
    [InlineData(MetricsFileLayout.DirectoryOffset + MetricsFileLayout.CellsOffsetOffset, 69_640, "it must be a multiple of 128")]
    [InlineData(MetricsFileLayout.DirectoryOffset + MetricsFileLayout.TextLengthsOffset, 65, "length of the name of entry 0 is 65: it must be 0 to 64")]
    [InlineData(MetricsFileLayout.DirectoryOffset + MetricsFileLayout.NameOffset, 0x1B, "entry 0: name is '?")]
    [InlineData(MetricsFileLayout.CellsOffset, -5, "cell 0 of 'latency' is -5: it must be 0 to 3600000000000")]
    [InlineData(MetricsFileLayout.CellsOffset + (8 * 500), -1, "cell 500 of 'latency' is -1")]
    [InlineData(MetricsFileLayout.CellsOffset + (8 * 501), long.MaxValue, "cell 501 of 'latency' is 9223372036854775807")]
    public void A_field_out_of_its_bounds_is_named(int offset, long value, string expected)
    {
        MakeHistogram();
        Patch(offset, value);
        var error = Assert.Throws<MetricsFileException>(ReadAll);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Contains(FilePath, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(55)]
    [InlineData(4_096)]
    [InlineData(MetricsFileLayout.CellsOffset)]
    [InlineData(MetricsFile.DefaultBytes - 1)]
    public void A_truncated_file_is_refused(int bytes)
    {
        MakeHistogram();
        using (FileStream stream = File.OpenWrite(FilePath))
            stream.SetLength(bytes);
        Assert.Throws<MetricsFileException>(ReadAll);
    }

    [Fact]
    public void A_file_cut_short_while_it_is_read_is_an_error_and_not_the_readers_end()
    {
        MakeHistogram();
        using MetricsFileReader reader = MetricsFileReader.Open(FilePath);
        MetricsFileEntry entry = reader.ReadEntries().Single();
        using (FileStream stream = new(FilePath, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            stream.SetLength(MetricsFileLayout.CellsOffset + 100);
        var error = Assert.Throws<MetricsFileException>(() => entry.ReadHistogram(new LatencyHistogram()));
        Assert.Contains($"ends at byte {MetricsFileLayout.CellsOffset + 100}", error.Message, StringComparison.Ordinal);
        Assert.Contains("cells of 'latency'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(21)]
    [InlineData(22)]
    public void Random_damage_is_read_or_refused_by_name_and_nothing_else(int seed)
    {
        MakeHistogram();
        byte[] good = File.ReadAllBytes(FilePath);
        var random = new Random(seed);
        int refused = 0;
        for (int round = 0; round < 300; round++)
        {
            // Header, first entry, first cells: where the numbers are.
            int[] places = [random.Next(56), 4_096 + random.Next(256), MetricsFileLayout.CellsOffset + random.Next(256)];
            foreach (int place in places)
                Write(place, [(byte)random.Next(256)]);
            try
            {
                ReadAll();
            }
            catch (MetricsFileException)
            {
                refused++;
            }
            catch (Exception error)
            {
                Assert.Fail($"seed {seed}, round {round}: {error}");
            }

            foreach (int place in places)
                Write(place, good.AsSpan(place, 1));
        }

        Assert.InRange(refused, 1, 299);
    }

    private void MakeHistogram()
    {
        using MetricsFile file = MetricsFile.Create(FilePath);
        using var registry = new MetricsRegistry("velox.tests.damaged", file);
        registry.AddHistogram("latency", "").Record(1_000);
    }

    private void ReadAll()
    {
        using MetricsFileReader reader = MetricsFileReader.Open(FilePath);
        reader.ReadOwner();
        foreach (MetricsFileEntry entry in reader.ReadEntries())
        {
            if (entry.Definition.Kind == MetricKind.Histogram)
                entry.ReadHistogram(new LatencyHistogram());
            else
                entry.ReadValue();
        }
    }

    private void Patch(int offset, long value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);

        // Of a small field only as much as it has: its neighbours stay good.
        int size = offset switch
        {
            MetricsFileLayout.ProcessIdOffset or MetricsFileLayout.VersionOffset => 4,
            MetricsFileLayout.DirectoryOffset + MetricsFileLayout.TextLengthsOffset => 2,
            MetricsFileLayout.DirectoryOffset + MetricsFileLayout.NameOffset => 1,
            _ => sizeof(long),
        };
        Write(offset, bytes[..size]);
    }

    private void Write(int offset, ReadOnlySpan<byte> bytes)
    {
        using FileStream stream = new(FilePath, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        stream.Position = offset;
        stream.Write(bytes);
    }
}
