using Xunit;

namespace Velox.Primitives.Tests;

public class CircuitBreakerTests
{
    private const long Millis = 1_000_000;

    private static readonly CircuitBreakerOptions Options = new()
    {
        BucketNanos = 10 * Millis,
        Buckets = 10,
        MinimumCalls = 4,
        FailurePercent = 50,
        OpenNanos = 50 * Millis,
        Probes = 2,
    };

    private readonly ManualClock _clock = new();

    [Fact]
    public void It_opens_at_the_rate_refuses_probes_and_closes()
    {
        var changes = new List<(BreakerState, BreakerState)>();
        var breaker = new CircuitBreaker(Options, _clock, (from, to) => changes.Add((from, to)));
        Call(breaker, true);
        Call(breaker, false);
        Call(breaker, true);
        Assert.Equal(BreakerState.Closed, breaker.State);
        Call(breaker, false);
        Assert.Equal(BreakerState.Open, breaker.State);

        _clock.NowNanos = (50 * Millis) - 1;
        Assert.False(breaker.TryEnter(out _));
        _clock.NowNanos = 50 * Millis;
        Assert.True(breaker.TryEnter(out BreakerPermit first));
        Assert.True(breaker.TryEnter(out BreakerPermit second));
        Assert.False(breaker.TryEnter(out _));
        breaker.Report(first, true);
        Assert.Equal(BreakerState.HalfOpen, breaker.State);
        breaker.Report(second, true);
        Assert.Equal(BreakerState.Closed, breaker.State);

        // What failed before it opened is forgotten: three calls are below the minimum again.
        for (int i = 0; i < 3; i++)
            Call(breaker, false);
        Assert.Equal(BreakerState.Closed, breaker.State);
        Assert.Equal(
            [(BreakerState.Closed, BreakerState.Open), (BreakerState.Open, BreakerState.HalfOpen), (BreakerState.HalfOpen, BreakerState.Closed)],
            changes);
        Assert.Equal((2, 0), (breaker.Refused, breaker.LateReports));
        Assert.Equal((1, 1, 1), (
            breaker.ChangesTo(BreakerState.Open), breaker.ChangesTo(BreakerState.HalfOpen), breaker.ChangesTo(BreakerState.Closed)));
    }

    [Fact]
    public void Failures_leave_the_window_bucket_by_bucket()
    {
        var breaker = new CircuitBreaker(Options, _clock);
        for (int i = 0; i < 3; i++)
            Call(breaker, false);
        _clock.NowNanos = 100 * Millis;
        for (int i = 0; i < 3; i++)
            Call(breaker, false);
        Assert.Equal(BreakerState.Closed, breaker.State);
        Call(breaker, false);
        Assert.Equal(BreakerState.Open, breaker.State);
    }

    [Fact]
    public void Probes_that_are_never_answered_do_not_block_it_for_ever()
    {
        var breaker = new CircuitBreaker(Options, _clock);
        for (int i = 0; i < 4; i++)
            Call(breaker, false);
        _clock.NowNanos = 50 * Millis;
        Assert.True(breaker.TryEnter(out BreakerPermit lost));
        Assert.True(breaker.TryEnter(out _));
        _clock.NowNanos = 100 * Millis;
        Assert.False(breaker.TryEnter(out _));
        Assert.Equal(BreakerState.Open, breaker.State);
        breaker.Report(lost, true);
        Assert.Equal(1, breaker.LateReports);
        _clock.NowNanos = 150 * Millis;
        Assert.True(breaker.TryEnter(out _));
    }

    [Theory]
    [InlineData(41)]
    [InlineData(42)]
    [InlineData(43)]
    [InlineData(44)]
    [InlineData(45)]
    [InlineData(46)]
    public void It_does_what_the_plain_model_does(int seed)
    {
        var random = new Random(seed);
        var options = new CircuitBreakerOptions
        {
            BucketNanos = random.Next(1, 20) * Millis,
            Buckets = random.Next(1, 8),
            MinimumCalls = random.Next(1, 10),
            FailurePercent = random.Next(1, 101),
            OpenNanos = random.Next(1, 40) * Millis,
            Probes = random.Next(1, 4),
        };
        _clock.NowNanos = random.NextInt64(1L << 50);
        var changes = new List<BreakerState>();
        var breaker = new CircuitBreaker(options, _clock, (_, to) => changes.Add(to));
        var model = new PlainBreaker(options, _clock);
        var waiting = new List<(BreakerPermit Permit, int Model)>();
        for (int step = 0; step < 30_000; step++)
        {
            // Long phases of a good and of a bad world; now and then nobody calls for a while.
            int failurePercent = step / 500 % 2 == 0 ? 5 : 80;
            _clock.NowNanos += random.Next(200) == 0 ? random.NextInt64(500 * Millis) : random.NextInt64(Millis);
            if (random.Next(2) == 0)
            {
                bool isAllowed = breaker.TryEnter(out BreakerPermit permit);
                int? modelPermit = model.TryEnter();
                Assert.True(isAllowed == modelPermit.HasValue, $"seed {seed}, step {step}: {isAllowed}");
                if (modelPermit is { } mine)
                    waiting.Add((permit, mine));
            }
            else if (waiting.Count > 0)
            {
                int index = random.Next(waiting.Count);
                bool isSuccess = random.Next(100) >= failurePercent;
                breaker.Report(waiting[index].Permit, isSuccess);
                model.Report(waiting[index].Model, isSuccess);
                waiting.RemoveAt(index);
            }

            if (waiting.Count > 0 && random.Next(300) == 0)
                waiting.Clear();
            Assert.True(
                (model.State, model.Refused, model.Late) == (breaker.State, breaker.Refused, breaker.LateReports),
                $"seed {seed}, step {step}: {breaker.State} instead of {model.State}");
        }

        Assert.Equal(model.Changes, changes);
        Assert.True(changes.Contains(BreakerState.Closed) && breaker.LateReports > 0, $"seed {seed} proves little: {options}");
    }

    [Theory]
    [InlineData(2)]
    [InlineData(6)]
    public void Threads_together_get_no_more_probes_than_there_are_and_changes_follow_each_other(int threadCount)
    {
        CircuitBreakerOptions options = Options with { Probes = 3 };
        for (int round = 0; round < 200; round++)
        {
            var breaker = new CircuitBreaker(options, _clock);
            while (breaker.State == BreakerState.Closed)
                Call(breaker, false);
            _clock.NowNanos += options.OpenNanos;

            int entered = 0;
            using var together = new Barrier(threadCount);
            var threads = Enumerable.Range(0, threadCount).Select(n => new Thread(() =>
            {
                together.SignalAndWait();
                for (int i = 0; i < 5; i++)
                {
                    if (breaker.TryEnter(out _))
                        Interlocked.Increment(ref entered);
                }
            })).ToList();
            threads.ForEach(thread => thread.Start());
            threads.ForEach(thread => thread.Join());
            Assert.Equal((3, (5 * threadCount) - 3), (entered, breaker.Refused));
            Assert.Equal(1, breaker.ChangesTo(BreakerState.HalfOpen));
        }
    }

    [Fact]
    public void Reports_of_many_threads_are_all_in_the_window()
    {
        // One failure more than a hundredth opens it: 4 threads of 2,475 successes and 25 failures are exactly at it.
        CircuitBreakerOptions options = Options with { MinimumCalls = 10_000, FailurePercent = 1 };
        var breaker = new CircuitBreaker(options, _clock);
        var threads = Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            for (int i = 0; i < 2_500; i++)
                Call(breaker, i % 100 != 0);
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        Assert.Equal((BreakerState.Open, 1), (breaker.State, breaker.ChangesTo(BreakerState.Open)));
    }

    [Fact]
    public void A_full_bucket_counts_no_further_calls()
    {
        var window = new FailureWindow(Millis, 2);
        for (long i = 0; i < FailureWindow.MaxCallsPerBucket - 1; i++)
            window.Record(0, isFailure: false);
        Assert.Equal((FailureWindow.MaxCallsPerBucket, 1), window.Record(0, isFailure: true));
        Assert.Equal((FailureWindow.MaxCallsPerBucket, 1), window.Record(0, isFailure: true));
        Assert.Equal((FailureWindow.MaxCallsPerBucket + 1, 2), window.Record(Millis, isFailure: true));
    }

    [Fact]
    public void A_thread_that_slept_does_not_empty_a_later_bucket()
    {
        var window = new FailureWindow(Millis, 2);
        window.Record(10 * Millis, isFailure: true);
        window.Record(8 * Millis, isFailure: false);
        Assert.Equal((2, 1), window.Record(10 * Millis, isFailure: false));
    }

    [Fact]
    public void Calling_allocates_nothing()
    {
        var breaker = new CircuitBreaker(Options with { MinimumCalls = 1_000_000 }, _clock);
        Call(breaker, true);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10_000; i++)
            Call(breaker, i % 2 == 0);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [InlineData(nameof(CircuitBreakerOptions.BucketNanos), 0)]
    [InlineData(nameof(CircuitBreakerOptions.Buckets), 65)]
    [InlineData(nameof(CircuitBreakerOptions.MinimumCalls), 0)]
    [InlineData(nameof(CircuitBreakerOptions.FailurePercent), 101)]
    [InlineData(nameof(CircuitBreakerOptions.OpenNanos), 999_999)]
    [InlineData(nameof(CircuitBreakerOptions.Probes), 256)]
    public void An_option_out_of_its_bounds_is_named(string name, int value)
    {
        CircuitBreakerOptions options = name switch
        {
            nameof(CircuitBreakerOptions.BucketNanos) => Options with { BucketNanos = value },
            nameof(CircuitBreakerOptions.Buckets) => Options with { Buckets = value },
            nameof(CircuitBreakerOptions.MinimumCalls) => Options with { MinimumCalls = value },
            nameof(CircuitBreakerOptions.FailurePercent) => Options with { FailurePercent = value },
            nameof(CircuitBreakerOptions.OpenNanos) => Options with { OpenNanos = value },
            _ => Options with { Probes = value },
        };
        Assert.Equal(name, Assert.Throws<ArgumentOutOfRangeException>(() => new CircuitBreaker(options, _clock)).ParamName);
    }

    private static void Call(CircuitBreaker breaker, bool isSuccess)
    {
        if (breaker.TryEnter(out BreakerPermit permit))
            breaker.Report(permit, isSuccess);
    }
}
