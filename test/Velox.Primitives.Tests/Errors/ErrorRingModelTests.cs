using Velox.ModelChecking;
using Xunit;

namespace Velox.Primitives.Tests;

/// <summary>Every execution of small scenarios of the error ring, with slots that are few enough to be fought for.</summary>
public unsafe class ErrorRingModelTests
{
    [Theory]
    [InlineData(1, 2, 2)]
    [InlineData(2, 3, 1)]
    [InlineData(2, 1, 1, 1)]
    [InlineData(1, 1, 1, 1)]
    public void Errors_are_whole_and_in_order_or_counted_as_lost(int capacity, int reads, params int[] writes) =>
        ModelOutput.Write(Check<CheckedModel>(capacity, reads, writes)).MustPass();

    [Fact]
    public void A_ring_without_release_is_found() =>
        Assert.NotNull(ModelOutput.Write(Check<Weakened<NoRelease>>(capacity: 1, reads: 2, 2)).Finding);

    [Fact]
    public void A_ring_without_acquire_is_found() =>
        Assert.NotNull(ModelOutput.Write(Check<Weakened<NoAcquire>>(capacity: 1, reads: 2, 2)).Finding);

    private static CheckResult Check<TModel>(int capacity, int reads, params int[] writes)
        where TModel : struct, IMemoryModel =>
        ModelChecker.Check(scenario =>
        {
            var ring = new ErrorRingCore<TModel>(
                scenario.Allocate<long>("written"), scenario.Allocate<long>("read", 2),
                scenario.Allocate<long>("slots", capacity * ErrorRingCore<TModel>.SlotWords), capacity);
            ring.Clear();
            long[] last = new long[writes.Length];
            long taken = 0;
            for (int thread = 0; thread < writes.Length; thread++)
            {
                int code = thread;
                scenario.Thread(() =>
                {
                    for (long i = 1; i <= writes[code]; i++)
                        ring.Write(new ErrorEntry(code, i, i * 3, ~i));
                });
            }

            scenario.Thread(() =>
            {
                for (int i = 0; i < reads; i++)
                    Read();
            });
            scenario.Finally(() =>
            {
                while (Read())
                {
                }

                Assert.Equal(writes.Sum(), ring.Written);
                Assert.Equal(ring.Written, taken + ring.Lost);
            });

            bool Read()
            {
                if (!ring.TryRead(out ErrorEntry entry))
                    return false;
                taken++;
                Assert.Equal((entry.TimeNanos * 3, ~entry.TimeNanos), (entry.First, entry.Second));
                Assert.True(entry.TimeNanos > last[entry.Code], $"{entry} after {last[entry.Code]}");
                last[entry.Code] = entry.TimeNanos;
                return true;
            }
        });
}
