using System.ComponentModel;
using System.Diagnostics;

namespace Velox.Primitives;

/// <summary>A process in 8 bytes: its number, which the system gives away again, and the second in which it began.</summary>
internal static class ProcessStamp
{
    // Clocks that are read in different processes may round to neighbouring seconds.
    private const long ToleranceSeconds = 2;
    private const int StartBits = 32;

    internal static long OfThisProcess { get; } = Of(Process.GetCurrentProcess());

    internal static int IdOf(long stamp) => (int)(stamp >> StartBits);

    /// <summary>Whether the process still runs. 0 stands for none.</summary>
    internal static bool IsAlive(long stamp)
    {
        if (stamp == 0)
            return false;
        try
        {
            using var process = Process.GetProcessById(IdOf(stamp));
            return Math.Abs((uint)Of(process) - (long)(uint)stamp) <= ToleranceSeconds && !process.HasExited;
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException or Win32Exception)
        {
            // No such process, or it ended while it was looked at.
            return false;
        }
    }

    private static long Of(Process process) =>
        ((long)process.Id << StartBits) | (uint)new DateTimeOffset(process.StartTime).ToUnixTimeSeconds();
}
