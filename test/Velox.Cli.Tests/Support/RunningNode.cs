using System.Diagnostics;
using System.Runtime.InteropServices;
using Xunit;

namespace Velox.Cli.Tests;

/// <summary>A node in a process of its own, on ports that the system chose.</summary>
internal sealed partial class RunningNode : IAsyncDisposable
{
    internal const int Interrupt = 2;
    internal const int Terminate = 15;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    private readonly Process _process;
    private readonly List<string> _lines = [];

    private RunningNode(Process process) => _process = process;

    /// <summary>What it has printed before it was running, and after its stop all the rest.</summary>
    internal IReadOnlyList<string> Lines => _lines;

    /// <summary>Starts a node; returns when its banner is complete.</summary>
    internal static async Task<RunningNode> StartAsync(params string[] arguments)
    {
        RunningNode node = Begin(arguments);
        try
        {
            while (!node._lines.Any(line => line.StartsWith("Ctrl-C", StringComparison.Ordinal)))
                node._lines.Add(await node.ReadLineAsync() ?? throw new InvalidOperationException(await node.ReadErrorAsync()));
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    /// <summary>Asks it to stop (SIGTERM) and waits; returns its exit code.</summary>
    internal Task<int> StopAsync() => StopAsync(Terminate);

    /// <summary>Sends these signals one right after the other and waits; returns the exit code.</summary>
    internal async Task<int> StopAsync(params int[] signals)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are not sent on Windows: run it on Linux or macOS.");
        Assert.All(signals, signal => Assert.Equal(0, Kill(_process.Id, signal)));
        while (await ReadLineAsync() is { } line)
            _lines.Add(line);
        using CancellationTokenSource timeout = Timeout();
        await _process.WaitForExitAsync(timeout.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
    }

    private static RunningNode Begin(string[] arguments) => new(Process.Start(
        new ProcessStartInfo(Tool.Dotnet, [Tool.Path, "node", "--rpc-port", "0", .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!);

    private async Task<string?> ReadLineAsync()
    {
        using CancellationTokenSource timeout = Timeout();
        return await _process.StandardOutput.ReadLineAsync(timeout.Token);
    }

    private async Task<string> ReadErrorAsync()
    {
        using CancellationTokenSource timeout = Timeout();
        return $"The node ended before it ran: {await _process.StandardError.ReadToEndAsync(timeout.Token)}";
    }

    private static CancellationTokenSource Timeout()
    {
        var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(Limit);
        return timeout;
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int processId, int signal);
}
