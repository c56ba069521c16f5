namespace Velox.Primitives;

/// <summary>A 64-bit counter that any thread may add to, alone on its cache line.</summary>
public sealed class Counter
{
    private PaddedLong _sum;

    /// <summary>The sum of everything added so far.</summary>
    public long Value => _sum.LoadAcquire();

    public void Increment() => _sum.Add(1);

    public void Add(long amount) => _sum.Add(amount);
}
