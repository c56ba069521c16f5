using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Velox.Cli;

/// <summary>Processor time of the calling thread: what others do on the machine counts less than on a clock.</summary>
internal static partial class ThreadTime
{
    private const int ThreadCpuClock = 3; // CLOCK_THREAD_CPUTIME_ID

    /// <summary>Nanoseconds, from any beginning; where the system is not Linux, those of the clock on the wall.</summary>
    internal static long NowNanos
    {
        get
        {
            // 64-bit Linux: both fields of a timespec are 64 bits wide.
            return OperatingSystem.IsLinux() && GetTime(ThreadCpuClock, out TimeSpec time) == 0
                ? (time.Seconds * 1_000_000_000) + time.Nanos
                : (long)Stopwatch.GetElapsedTime(0).TotalNanoseconds;
        }
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, out TimeSpec time);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanos;
    }
}
