using System.Diagnostics;
using System.Text;
using System.Threading.Channels;
using Xunit;

namespace Velox.EndToEnd.Tests;

/// <summary>A process that a test started: its output, its end, and nothing left of it afterwards.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _name;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly StringBuilder _output = new(); // locked: both streams are read on threads of their own

    private ChildProcess(string name, string program, IEnumerable<string> arguments)
    {
        _name = name;
        _process = new Process
        {
            StartInfo = new ProcessStartInfo(program, arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        _process.OutputDataReceived += (_, received) => Take(received.Data, isOutput: true);
        _process.ErrorDataReceived += (_, received) => Take(received.Data, isOutput: false);
    }

    internal int Id => _process.Id;

    /// <summary>All that it has printed so far.</summary>
    internal string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    /// <param name="name">What failures call it.</param>
    /// <param name="program">Path, or a name on the PATH.</param>
    /// <param name="arguments">Passed as they are.</param>
    internal static ChildProcess Start(string name, string program, params IEnumerable<string> arguments)
    {
        var child = new ChildProcess(name, program, arguments);
        child._process.Start();
        child._process.BeginOutputReadLine();
        child._process.BeginErrorReadLine();
        return child;
    }

    /// <summary>Runs a process to its end, which must be a good one; returns its output.</summary>
    internal static async Task<string> RunAsync(
        string name, TimeSpan limit, string program, params IEnumerable<string> arguments)
    {
        await using ChildProcess child = Start(name, program, arguments);
        int exitCode = await child.WaitForExitAsync(limit);
        TestContext.Current.TestOutputHelper?.WriteLine(child.Output);
        Assert.True(exitCode == 0, $"{name} ended with code {exitCode}:\n{child.Output}");
        return child.Output;
    }

    /// <summary>The next line of its standard output that begins like this.</summary>
    internal async Task<string> WaitForLineAsync(string beginning, TimeSpan limit)
    {
        using CancellationTokenSource timeout = TimeoutAfter(limit);
        try
        {
            while (true)
            {
                string line = await _lines.Reader.ReadAsync(timeout.Token);
                if (line.StartsWith(beginning, StringComparison.Ordinal))
                    return line;
            }
        }
        catch (ChannelClosedException)
        {
            // Only then is all that it has said there, its errors too.
            await WaitForExitAsync(limit);
            throw new InvalidOperationException($"{_name} ended before it printed '{beginning}':\n{Output}");
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            throw new TimeoutException($"{_name} did not print '{beginning}' within {limit}:\n{Output}");
        }
    }

    /// <summary>Its exit code.</summary>
    internal async Task<int> WaitForExitAsync(TimeSpan limit)
    {
        using CancellationTokenSource timeout = TimeoutAfter(limit);
        try
        {
            // Also waits for the end of both streams.
            await _process.WaitForExitAsync(timeout.Token);
            return _process.ExitCode;
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            throw new TimeoutException($"{_name} did not end within {limit}:\n{Output}");
        }
    }

    /// <summary>SIGKILL: the process gets no chance to write anything any more.</summary>
    internal void Kill() => _process.Kill();

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
    }

    private static CancellationTokenSource TimeoutAfter(TimeSpan limit)
    {
        var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(limit);
        return timeout;
    }

    private void Take(string? line, bool isOutput)
    {
        if (line is not null)
        {
            lock (_output)
                _output.AppendLine(line);
            if (isOutput)
                _lines.Writer.TryWrite(line);
        }
        else if (isOutput)
        {
            _lines.Writer.TryComplete();
        }
    }
}
