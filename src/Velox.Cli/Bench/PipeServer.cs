using System.Globalization;

namespace Velox.Cli;

/// <summary>Answers requests for single measurements of a queue, so that a script can let it take turns with other processes.</summary>
/// <remarks>
/// A request is a line <c>single|batch|trip ITEM_BYTES COUNT</c>, with 8 or 64 bytes. The answer is items per second one way, or
/// the mean, the median and the 99th percentile of a round trip in nanoseconds, or <c>-</c> where the queue has no such
/// operation. The drivers in <c>bench/peers/ring</c> speak the same.
/// </remarks>
internal static class PipeServer
{
    internal const int Capacity = 4_096;

    private const string NoSuchOperation = "-";

    /// <summary>Answers until the input ends.</summary>
    /// <exception cref="BenchFailedException">The queue or a request is not known.</exception>
    internal static void Serve(string queue, TextReader requests, TextWriter answers)
    {
        Func<string, long, string> answer = queue switch
        {
            "ring" => AnswerRing,
            "channel" => AnswerChannel,
            _ => throw new BenchFailedException($"'{queue}' is not one of ring, channel"),
        };
        while (requests.ReadLine() is { } request)
        {
            string[] words = request.Split(' ');
            if (words.Length != 3 || !long.TryParse(words[2], CultureInfo.InvariantCulture, out long count) || count < 1)
                throw new BenchFailedException($"'{request}' is not 'single|batch|trip 8|64 COUNT'");
            answers.WriteLine(answer($"{words[0]} {words[1]}", count));
            answers.Flush();
        }
    }

    private static string AnswerRing(string measure, long count) => measure switch
    {
        "single 8" => OneWay<RingPipe<SmallItem>>(count),
        "single 64" => OneWay<RingPipe<LargeItem>>(count),
        "batch 8" => OneWay<InPlacePipe<SmallItem>>(count),
        "batch 64" => OneWay<InPlacePipe<LargeItem>>(count),
        "trip 8" => RoundTrip<RingPipe<SmallItem>>(count),
        "trip 64" => RoundTrip<RingPipe<LargeItem>>(count),
        _ => throw new BenchFailedException($"'{measure}' is not known"),
    };

    private static string AnswerChannel(string measure, long count) => measure switch
    {
        "single 8" => OneWay<ChannelPipe<SmallItem>>(count),
        "single 64" => OneWay<ChannelPipe<LargeItem>>(count),
        "trip 8" => RoundTrip<ChannelPipe<SmallItem>>(count),
        "trip 64" => RoundTrip<ChannelPipe<LargeItem>>(count),
        _ => NoSuchOperation,
    };

    private static string OneWay<TPipe>(long items)
        where TPipe : struct, IPipe<TPipe> =>
        string.Create(CultureInfo.InvariantCulture, $"{PipeRace.OneWay(PipeRace.Create<TPipe>(Capacity), items):0}");

    private static string RoundTrip<TPipe>(long trips)
        where TPipe : struct, IPipe<TPipe>
    {
        TripTimes times = PipeRace.RoundTrip(PipeRace.Create<TPipe>(Capacity), PipeRace.Create<TPipe>(Capacity), trips);
        return string.Create(CultureInfo.InvariantCulture, $"{times.MeanNanos:0.0} {times.MedianNanos:0.0} {times.P99Nanos:0.0}");
    }
}
