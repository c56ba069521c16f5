using System.Diagnostics;
using System.Globalization;

namespace Velox.Primitives;

/// <summary>Tells a process from a later one that got the same id.</summary>
internal static class ProcessMark
{
    /// <summary>When a process began, on a scale of this machine's system; null when there is no such process.</summary>
    /// <remarks>
    /// Two readings of one process are equal. On Linux it is the kernel's own number: the time that the framework makes
    /// of it moves when the clock is set.
    /// </remarks>
    internal static long? StartOf(int processId) => StartOf(processId, OperatingSystem.IsLinux());

    /// <param name="processId">The process.</param>
    /// <param name="useKernelFiles">False for the way of other systems.</param>
    internal static long? StartOf(int processId, bool useKernelFiles)
    {
        if (useKernelFiles)
            return ReadKernelStart(processId);
        try
        {
            using Process process = Process.GetProcessById(processId);
            return process.StartTime.ToUniversalTime().Ticks;
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static long? ReadKernelStart(int processId)
    {
        try
        {
            // The name, second of the fields, is in parentheses and may hold spaces and parentheses itself: the fields are
            // counted from its end, after which come the state (field 3) and, 19 further, the start (field 22).
            string stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/stat"));
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');

            // A zombie has ended; its parent has not noticed yet.
            return fields[0] is "Z" or "X" ? null : long.Parse(fields[19], CultureInfo.InvariantCulture);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
