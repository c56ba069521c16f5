using Xunit;
using static Velox.ModelChecking.CheckedModel;

namespace Velox.ModelChecking.Tests;

/// <summary>The exploration is neither short nor repetitive, and says what it did.</summary>
public unsafe class ExplorationTests
{
    [Fact]
    public void Independent_threads_need_one_execution()
    {
        CheckResult result = ModelChecker.Check(scenario =>
        {
            long* words = scenario.Allocate<long>("words", 3);
            for (int thread = 0; thread < 3; thread++)
            {
                int mine = thread;
                scenario.Thread(() =>
                {
                    for (int i = 0; i < 5; i++)
                        StoreRelease(ref words[mine], LoadAcquire(ref words[mine]) + 1);
                });
            }
        }).MustPass();
        Assert.Equal(1, result.Executions);
    }

    /// <summary>Random small programs: with and without reduction, the same outcomes.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Reduction_loses_no_outcome(int seed)
    {
        var random = new Random(seed);
        for (int program = 0; program < 12; program++)
        {
            int[][] threads = [.. Enumerable.Range(0, 2 + random.Next(2)).Select(_ => RandomThread(random))];
            if (threads.Length == 3)
                threads = [.. threads.Select(thread => thread.Take(2).ToArray())];
            SortedSet<string> reduced = Outcomes(threads, isReduced: true);
            SortedSet<string> full = Outcomes(threads, isReduced: false);
            Assert.True(reduced.SetEquals(full), $"seed {seed}, program {program}: {Describe(threads)}");
        }
    }

    [Fact]
    public void The_bound_on_executions_is_reported_as_incomplete()
    {
        CheckResult result = ModelChecker.Check(TwoAdders, new CheckOptions { MaxExecutions = 1 });
        Assert.False(result.IsComplete);
        Assert.Null(result.Finding);
        Assert.Throws<ModelCheckException>(result.MustPass);
    }

    [Fact]
    public void A_finding_tells_its_operations()
    {
        CheckResult result = ModelChecker.Check(scenario =>
        {
            long* words = scenario.Allocate<long>("words", 2);
            scenario.Thread(() =>
            {
                StoreRelaxed(ref words[0], 5);
                StoreRelaxed(ref words[1], 1);
            });
            scenario.Thread(() =>
            {
                if (LoadAcquire(ref words[1]) == 1)
                    Assert.Equal(5, LoadAcquire(ref words[0]));
            });
        });
        Assert.Equal(FindingKind.Exception, result.Finding?.Kind);
        Assert.Contains("thread 0: store relaxed words: 5", result.Finding?.Trace, StringComparison.Ordinal);
        Assert.Contains("thread 1: load acquire words: 0 (stale: 1 newer)", result.Finding?.Trace, StringComparison.Ordinal);
    }

    [Fact]
    public void Memory_that_is_not_the_scenarios_is_refused() =>
        Assert.Throws<ModelCheckException>(() => ModelChecker.Check(scenario =>
        {
            long local = 0;
            scenario.Thread(() => StoreRelease(ref local, 1));
        }));

    [Fact]
    public void A_schedule_of_another_scenario_is_refused() =>
        Assert.Throws<ModelCheckException>(() => ModelChecker.Replay(TwoAdders, "0 0"));

    private static void TwoAdders(Scenario scenario)
    {
        long* word = scenario.Allocate<long>("word");
        scenario.Thread(() => Add(ref *word, 1));
        scenario.Thread(() => Add(ref *word, 1));
    }

    private static int[] RandomThread(Random random) => [.. Enumerable.Range(0, 3).Select(_ => random.Next(18))];

    private static SortedSet<string> Outcomes(int[][] threads, bool isReduced)
    {
        var outcomes = new SortedSet<string>(StringComparer.Ordinal);
        ModelChecker.Check(
            scenario =>
            {
                long* words = scenario.Allocate<long>("words", 2);
                var seen = new string[threads.Length];
                for (int thread = 0; thread < threads.Length; thread++)
                {
                    int mine = thread;
                    scenario.Thread(() => seen[mine] = string.Join(',', threads[mine].Select((code, step) => Perform(words, code, 10 * mine + step + 1))));
                }

                scenario.Finally(() => outcomes.Add($"{string.Join(' ', seen)} {words[0]} {words[1]}"));
            },
            new CheckOptions { IsReduced = isReduced }).MustPass();
        return outcomes;
    }

    private static long Perform(long* words, int code, long value)
    {
        ref long word = ref words[code & 1];
        switch (code >> 1)
        {
            case 0:
                return LoadRelaxed(ref word);
            case 1:
                return LoadAcquire(ref word);
            case 2:
                StoreRelaxed(ref word, value);
                return 0;
            case 3:
                StoreRelease(ref word, value);
                return 0;
            case 4:
                return Exchange(ref word, value);
            case 5:
                return CompareExchange(ref word, value, 0);
            case 6:
                Fence();
                return 0;
            case 7:
                FenceLight();
                return 0;
            default:
                FenceProcessWide();
                return 0;
        }
    }

    private static string Describe(int[][] threads) => string.Join(" | ", threads.Select(codes => string.Join(',', codes)));
}
