using System.Diagnostics;

namespace Velox.Testing;

/// <summary>How often two threads meet in a test: so many times, or as often as fits into ten seconds.</summary>
/// <remarks>
/// Threads that share a core with other work pay whole time slices for one meeting: the number alone would be hours there.
/// The fewer meetings prove the same.
/// </remarks>
internal sealed class Rounds(long most)
{
    private const long LooksAtClockEvery = 256;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly long _start = Stopwatch.GetTimestamp();

    /// <summary>Whether one follows after those that were played. The first always does.</summary>
    internal bool IsAnotherAfter(long played)
    {
        if (played >= most)
            return false;
        return played == 0 || played % LooksAtClockEvery != 0 || Stopwatch.GetElapsedTime(_start) < Limit;
    }
}
