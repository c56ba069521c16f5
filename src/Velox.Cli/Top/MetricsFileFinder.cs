using System.Globalization;
using Velox.Primitives;

namespace Velox.Cli;

/// <summary>Finds the metrics file that a user means by a path or by the id of a process.</summary>
internal static class MetricsFileFinder
{
    /// <exception cref="IOException">There is no such file or process, or it has no metrics file.</exception>
    internal static string Find(string fileOrProcess)
    {
        if (File.Exists(fileOrProcess)
            || !int.TryParse(fileOrProcess, NumberStyles.None, CultureInfo.InvariantCulture, out int processId))
        {
            return fileOrProcess;
        }

        if (!OperatingSystem.IsLinux())
            throw new IOException("A process is found by its id on Linux only: name its metrics file.");
        string maps = $"/proc/{processId}/maps";
        if (!File.Exists(maps))
            throw new IOException($"There is no process {processId}.");
        return File.ReadLines(maps).Select(SharedFileOf).OfType<string>().Distinct().FirstOrDefault(IsMetricsFile)
            ?? throw new IOException($"Process {processId} has no metrics file: start it with --metrics-file.");
    }

    /// <summary>The file of a line such as <c>7f00-7f80 rw-s 00000000 00:2f 1234    /path/with spaces</c>.</summary>
    private static string? SharedFileOf(string line)
    {
        string[] fields = line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries);
        return fields.Length == 6 && fields[1] == "rw-s" && fields[5].StartsWith('/') ? fields[5].TrimStart() : null;
    }

    private static bool IsMetricsFile(string path)
    {
        try
        {
            // Only regular files: opening a device may do something.
            if (!File.Exists(path) || new FileInfo(path).Length < MetricsFile.MinBytes)
                return false;
            using MetricsFileReader reader = MetricsFileReader.Open(path);
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
