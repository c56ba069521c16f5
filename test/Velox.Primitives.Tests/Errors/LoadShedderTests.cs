using Xunit;

namespace Velox.Primitives.Tests;

public class LoadShedderTests
{
    [Fact]
    public void A_priority_goes_at_its_depth_and_comes_back_at_the_other()
    {
        var shedder = new LoadShedder([new(int.MaxValue, 400), new(300, 200), new(100, 50)]);
        Assert.True(shedder.TryAdmit(2, 99));
        Assert.False(shedder.TryAdmit(2, 100));
        Assert.True(shedder.TryAdmit(1, 299));
        Assert.False(shedder.TryAdmit(1, 300));
        Assert.True(shedder.TryAdmit(0, 1_000_000));
        Assert.Equal(2, shedder.ShedPriorities);

        Assert.False(shedder.TryAdmit(1, 201));
        Assert.True(shedder.TryAdmit(1, 200));
        Assert.False(shedder.TryAdmit(2, 51));
        Assert.True(shedder.TryAdmit(2, 50));
        Assert.Equal((1, 2, 2), (shedder.Admitted(0), shedder.Admitted(1), shedder.Admitted(2)));
        Assert.Equal((0, 2, 2), (shedder.Shed(0), shedder.Shed(1), shedder.Shed(2)));
    }

    [Theory]
    [InlineData(51)]
    [InlineData(52)]
    [InlineData(53)]
    [InlineData(54)]
    public void It_does_what_a_flag_for_each_priority_does_and_never_sheds_a_higher_one_before_a_lower(int seed)
    {
        var random = new Random(seed);
        ShedThreshold[] thresholds = RandomThresholds(random);
        var shedder = new LoadShedder(thresholds);
        bool[] isShed = new bool[thresholds.Length];
        long[] admitted = new long[thresholds.Length];
        long[] shed = new long[thresholds.Length];
        int depth = 0;
        for (int step = 0; step < 50_000; step++)
        {
            depth = Math.Clamp(depth + random.Next(-60, 61), 0, 1_200);
            for (int i = 0; i < isShed.Length; i++)
                isShed[i] = depth >= thresholds[i].ShedAtDepth || (isShed[i] && depth > thresholds[i].ResumeAtDepth);

            int priority = random.Next(thresholds.Length);
            bool isAdmitted = shedder.TryAdmit(priority, depth);
            (isAdmitted ? admitted : shed)[priority]++;
            Assert.True(isAdmitted != isShed[priority], $"seed {seed}, step {step}: priority {priority} at {depth}");

            // Whatever is shed now, everything below it is as well.
            for (int lower = priority + 1; !isAdmitted && lower < thresholds.Length; lower++)
            {
                Assert.True(!shedder.TryAdmit(lower, depth), $"seed {seed}, step {step}: {lower} below {priority}");
                shed[lower]++;
            }
        }

        Assert.True(shed[^1] > 0 && admitted[^1] > 0, $"seed {seed} proves little");
        for (int i = 0; i < thresholds.Length; i++)
            Assert.True((admitted[i], shed[i]) == (shedder.Admitted(i), shedder.Shed(i)), $"seed {seed}, priority {i}");
    }

    [Fact]
    public void Threads_together_lose_no_count()
    {
        var shedder = new LoadShedder([new(90, 80), new(50, 40)]);
        var threads = Enumerable.Range(0, 4).Select(n => new Thread(() =>
        {
            for (int i = 0; i < 50_000; i++)
                shedder.TryAdmit(i & 1, (i * 7) % 100);
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        Assert.Equal(100_000, shedder.Admitted(0) + shedder.Shed(0));
        Assert.Equal(100_000, shedder.Admitted(1) + shedder.Shed(1));
    }

    [Fact]
    public void Asking_allocates_nothing()
    {
        var shedder = new LoadShedder([new(90, 80), new(50, 40)]);
        shedder.TryAdmit(0, 0);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10_000; i++)
            shedder.TryAdmit(i & 1, i % 100);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Thresholds_out_of_their_bounds_are_refused_by_priority()
    {
        AssertRefused("There are 0 priorities: it must be 1 to 8.");
        AssertRefused("There are 9 priorities", new ShedThreshold[9]);
        AssertRefused("Priority 0 is shed at 0", new ShedThreshold(0, 0));
        AssertRefused("Priority 0 is shed at 5 and resumes at 5", new ShedThreshold(5, 5));
        AssertRefused("Priority 1 has a larger depth than priority 0", new(5, 2), new(6, 2));
        AssertRefused("Priority 1 has a larger depth than priority 0", new(5, 2), new(5, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LoadShedder([new(5, 2)]).TryAdmit(1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LoadShedder([new(5, 2)]).TryAdmit(-1, 0));
    }

    private static void AssertRefused(string expected, params ShedThreshold[] thresholds) => Assert.Contains(
        expected, Assert.Throws<ArgumentException>(() => new LoadShedder(thresholds)).Message, StringComparison.Ordinal);

    private static ShedThreshold[] RandomThresholds(Random random)
    {
        var thresholds = new ShedThreshold[random.Next(2, LoadShedder.MaxPriorities + 1)];
        (int shedAt, int resumeAt) = (1_100, 1_000);
        for (int i = 0; i < thresholds.Length; i++)
        {
            thresholds[i] = new ShedThreshold(shedAt, resumeAt);
            shedAt -= random.Next(120);
            resumeAt = Math.Min(resumeAt, shedAt - 1) - random.Next(60);
        }

        return thresholds;
    }
}
