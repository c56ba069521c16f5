using System.Runtime.InteropServices;

namespace Velox.Primitives;

/// <summary>A 64-bit counter that any thread may add to, alone on its 128 bytes.</summary>
public sealed class Counter
{
    private PaddedLong _padded;

    /// <summary>The sum of everything added so far.</summary>
    public long Value => Volatile.Read(ref _padded.Value);

    public void Increment() => Interlocked.Increment(ref _padded.Value);

    public void Add(long amount) => Interlocked.Add(ref _padded.Value, amount);

    // The padding stands on both sides: what the collector places next to the counter is unknown.
    [StructLayout(LayoutKind.Explicit, Size = 2 * 128)]
    private struct PaddedLong
    {
        [FieldOffset(128)]
        internal long Value;
    }
}
