namespace Velox.Cli;

/// <summary>Says how far a long replay is, every few seconds.</summary>
internal sealed class ReplayProgress(TextWriter output)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private long _saidAt = TimeProvider.System.GetTimestamp();

    internal void Report(ulong slot, ulong lastSlot)
    {
        if (TimeProvider.System.GetElapsedTime(_saidAt) < Interval)
            return;
        _saidAt = TimeProvider.System.GetTimestamp();
        output.WriteLine($"replayed {slot} of {lastSlot} blocks");
    }
}
