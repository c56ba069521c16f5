using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Xunit;

namespace Velox.EndToEnd.Tests;

/// <summary>A real node in a process of its own.</summary>
internal sealed partial class NodeProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan StopLimit = TimeSpan.FromMinutes(3);

    private const int MostAttempts = 10;
    private const string PortTaken = "cannot listen on";

    private readonly ChildProcess _process;

    private NodeProcess(ChildProcess process, int port)
    {
        _process = process;
        Url = $"http://127.0.0.1:{port}";
    }

    internal string Url { get; }

    /// <summary>All that it has printed so far.</summary>
    internal string Output => _process.Output;

    /// <summary>Starts a node on a ledger, new or not; returns when it serves clients.</summary>
    /// <param name="ledger">The ledger's folder.</param>
    /// <param name="options">Further options of the node.</param>
    internal static async Task<NodeProcess> StartAsync(string ledger, params string[] options)
    {
        for (int attempt = 1; ; attempt++)
        {
            NodeProcess node = Begin(ledger, FindPorts(), options);
            try
            {
                await node.WaitUntilItServesAsync();
                return node;
            }
            catch (InvalidOperationException) when (attempt < MostAttempts && node.Output.Contains(PortTaken, StringComparison.Ordinal))
            {
                // Somebody else has taken a port since it was found free.
                await node.DisposeAsync();
            }
            catch
            {
                await node.DisposeAsync();
                throw;
            }
        }
    }

    /// <summary>Stops it in order and returns what it says of its last block; anything but a good end fails.</summary>
    internal async Task<ChainEnd> StopAsync()
    {
        Signals.RequestStop(_process.Id);
        int exitCode = await _process.WaitForExitAsync(StopLimit);
        TestContext.Current.TestOutputHelper?.WriteLine(Output);
        Assert.True(exitCode == 0, $"velox node ended with code {exitCode}:\n{Output}");
        Assert.Contains("stopping:", Output, StringComparison.Ordinal);
        Match summary = SummaryLine().Match(Output);
        Assert.True(summary.Success, $"velox node did not print its last block and state root:\n{Output}");
        return new ChainEnd(
            ulong.Parse(summary.Groups["slot"].Value, CultureInfo.InvariantCulture), summary.Groups["root"].Value);
    }

    /// <summary>SIGKILL, at whatever it is doing.</summary>
    internal async Task CrashAsync()
    {
        _process.Kill();
        Assert.NotEqual(0, await _process.WaitForExitAsync(StopLimit));
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static NodeProcess Begin(string ledger, int port, string[] options)
    {
        string portText = port.ToString(CultureInfo.InvariantCulture);
        ChildProcess process = ChildProcess.Start(
            "velox node", Checkout.Dotnet,
            [Checkout.Velox, "node", "--ledger", ledger, "--rpc-port", portText, "--slot-ms", "50", .. options]);
        return new NodeProcess(process, port);
    }

    private async Task WaitUntilItServesAsync()
    {
        // The last line of the banner, printed when everything runs.
        await _process.WaitForLineAsync("Ctrl-C", StartLimit);
        using var http = new HttpClient { Timeout = StartLimit };
        Assert.Equal("ok", await http.GetStringAsync(Url + "/health", TestContext.Current.CancellationToken));
    }

    /// <summary>A port whose successor is free too: clients expect WebSocket there.</summary>
    private static int FindPorts()
    {
        const int firstPort = 20_000; // up to 30,000: below the ports that systems hand out by themselves
        for (int attempt = 0; attempt < 100; attempt++)
        {
            int port = firstPort + Random.Shared.Next(10_000);
            if (IsFree(port) && IsFree(port + 1))
                return port;
        }

        throw new InvalidOperationException("No two neighbouring ports of 20000 to 30000 are free.");
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"^last block (?<slot>\d+), state root (?<root>\w+)", RegexOptions.Multiline)]
    private static partial Regex SummaryLine();
}

/// <summary>Where a chain stood when its node stopped.</summary>
/// <param name="Slot">The last block.</param>
/// <param name="StateRoot">After it.</param>
internal readonly record struct ChainEnd(ulong Slot, string StateRoot);
