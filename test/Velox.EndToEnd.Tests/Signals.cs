using System.Globalization;
using System.Runtime.InteropServices;

namespace Velox.EndToEnd.Tests;

/// <summary>Asks a process to stop, as Ctrl-C does.</summary>
internal static partial class Signals
{
    private const int Interrupt = 2;
    private const int Terminate = 15;

    internal static void RequestStop(int processId)
    {
        // A shell lets what it runs in the background ignore SIGINT, and children inherit that: then as `kill` does.
        int signal = IsInterruptIgnored() ? Terminate : Interrupt;
        if (Kill(processId, signal) == 0)
            return;
        int error = Marshal.GetLastPInvokeError();
        throw new InvalidOperationException($"Signal {signal} to process {processId}: error {error}.");
    }

    private static bool IsInterruptIgnored()
    {
        const string status = "/proc/self/status";
        const string name = "SigIgn:";
        if (!File.Exists(status))
            return false;
        string line = File.ReadLines(status).First(line => line.StartsWith(name, StringComparison.Ordinal));
        ulong mask = ulong.Parse(line[name.Length..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return (mask & (1UL << (Interrupt - 1))) != 0;
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int processId, int signal);
}
