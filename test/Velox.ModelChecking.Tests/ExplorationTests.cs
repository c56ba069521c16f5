using Xunit;
using static Velox.ModelChecking.CheckedModel;

namespace Velox.ModelChecking.Tests;

/// <summary>The exploration is neither short nor repetitive, and says what it did.</summary>
public unsafe class ExplorationTests
{
    // Of the random programs: an operation on one of two words each, and with all of them those that branch.
    private const int StraightCodes = 18;
    private const int AllCodes = 24;

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
            int[][] threads = [.. Enumerable.Range(0, 2 + random.Next(2)).Select(_ => RandomThread(random, StraightCodes))];
            if (threads.Length == 3)
                threads = [.. threads.Select(thread => thread.Take(2).ToArray())];
            SortedSet<string> reduced = Outcomes(threads, Reduction.Races);
            SortedSet<string> full = Outcomes(threads, Reduction.None);
            Assert.True(reduced.SetEquals(full), $"seed {seed}, program {program}: {Describe(threads)}");
        }
    }

    /// <summary>
    /// Random programs, longer ones: trying another order only after a race completes as many executions as trying every order.
    /// </summary>
    /// <remarks>Sleep sets complete one execution of each class of equivalent ones, so the number says that no class is missing.</remarks>
    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    [InlineData(14)]
    public void Orders_without_a_race_are_not_missed(int seed)
    {
        var random = new Random(seed);
        for (int program = 0; program < 40; program++)
        {
            int[][] threads = [.. Enumerable.Range(0, 2 + random.Next(3)).Select(_ => RandomThread(random, AllCodes))];
            if (threads.Length > 2)
                threads = [.. threads.Select(thread => thread.Take(5 - threads.Length).ToArray())];
            CheckResult sleeping = ModelChecker.Check(Scenario, new CheckOptions { Reduction = Reduction.SleepSets }).MustPass();
            CheckResult racing = ModelChecker.Check(Scenario).MustPass();
            Assert.True(sleeping.Executions == racing.Executions, $"seed {seed}, program {program}: {Describe(threads)}: {sleeping}, {racing}");
            Assert.True(racing.Pruned <= sleeping.Pruned, $"seed {seed}, program {program}: {Describe(threads)}: {sleeping}, {racing}");

            void Scenario(Scenario scenario) => Define(scenario, threads, _ => { });
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

    private static int[] RandomThread(Random random, int codes) => [.. Enumerable.Range(0, 3).Select(_ => random.Next(codes))];

    private static SortedSet<string> Outcomes(int[][] threads, Reduction reduction)
    {
        var outcomes = new SortedSet<string>(StringComparer.Ordinal);
        ModelChecker.Check(
            scenario => Define(scenario, threads, outcome => outcomes.Add(outcome)), new CheckOptions { Reduction = reduction }).MustPass();
        return outcomes;
    }

    private static void Define(Scenario scenario, int[][] threads, Action<string> end)
    {
        long* words = scenario.Allocate<long>("words", 2);
        var seen = new string[threads.Length];
        for (int thread = 0; thread < threads.Length; thread++)
        {
            int mine = thread;
            scenario.Thread(() => seen[mine] = string.Join(',', threads[mine].Select((code, step) => Perform(words, code, 10 * mine + step + 1))));
        }

        scenario.Finally(() => end($"{string.Join(' ', seen)} {words[0]} {words[1]}"));
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
            case 8:
                FenceProcessWide();
                return 0;
            case 9:
                return LoadRelaxed(ref word) == 0 ? 0 : Exchange(ref words[1 - (code & 1)], value);
            case 10:
                if (LoadAcquire(ref word) == 0)
                    StoreRelease(ref words[1 - (code & 1)], value);
                return 0;
            default:
                return CompareExchange(ref word, value, 0) == 0 ? LoadRelaxed(ref words[1 - (code & 1)]) : 0;
        }
    }

    private static string Describe(int[][] threads) => string.Join(" | ", threads.Select(codes => string.Join(',', codes)));
}
