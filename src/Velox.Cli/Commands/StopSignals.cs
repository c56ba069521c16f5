using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Velox.Cli;

/// <summary>Turns SIGINT (Ctrl-C), SIGTERM and SIGHUP (a closed terminal) into an orderly stop.</summary>
/// <remarks>
/// A second Ctrl-C ends the process at once, for an operator who will not wait: the journal is made for that.
/// </remarks>
internal sealed class StopSignals : IDisposable
{
    // A terminal and whoever supervises the node (timeout, a shell) may each send a signal for one wish.
    private static readonly TimeSpan SameRequest = TimeSpan.FromSeconds(1);

    // SIGXFSZ on Linux, macOS and the BSDs.
    private const PosixSignal FileSizeExceeded = (PosixSignal)25;

    // For as long as the process lives: what is still to be written may be so after the last stop.
    private static PosixSignalRegistration? FileSizeRegistration;

    private readonly CancellationTokenSource _stop = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private long _interruptedAt;

    internal StopSignals()
    {
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, context =>
        {
            context.Cancel = !IsSecond();
            _stop.Cancel();
        }));
        foreach (PosixSignal signal in (PosixSignal[])[PosixSignal.SIGTERM, PosixSignal.SIGHUP])
        {
            _registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                _stop.Cancel();
            }));
        }

        FileSizeRegistration ??= IgnoreFileSizeExceeded();
    }

    internal CancellationToken Token => _stop.Token;

    /// <remarks>The token's source stays: a handler that is running may still cancel it.</remarks>
    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
            registration.Dispose();
    }

    /// <summary>A file size limit would end the process without a word; this way the write fails, with an error to tell.</summary>
    private static PosixSignalRegistration? IgnoreFileSizeExceeded() => OperatingSystem.IsWindows()
        ? null
        : PosixSignalRegistration.Create(FileSizeExceeded, context => context.Cancel = true);

    private bool IsSecond()
    {
        // Interlocked: handlers may run side by side, and one of them is the first.
        long first = Interlocked.CompareExchange(ref _interruptedAt, Stopwatch.GetTimestamp(), 0);
        return first != 0 && Stopwatch.GetElapsedTime(first) >= SameRequest;
    }
}
