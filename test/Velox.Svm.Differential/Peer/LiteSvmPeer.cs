using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;

namespace Velox.Svm.Differential;

/// <summary>LiteSVM in a Node.js process: requests go in, answers come out, in order. Used by one thread.</summary>
public sealed class LiteSvmPeer : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _errors = new(); // locked: written on a thread of its own
    private readonly Stream _answers;

    private LiteSvmPeer(Process process)
    {
        _process = process;
        _answers = new BufferedStream(process.StandardOutput.BaseStream, 1 << 20);
        process.ErrorDataReceived += (_, received) =>
        {
            lock (_errors)
                _errors.AppendLine(received.Data);
        };
        process.BeginErrorReadLine();
    }

    public static LiteSvmPeer Start(LiteSvmInstallation installation)
    {
        var start = new ProcessStartInfo(installation.Node, [installation.Server])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // The binding logs every refused transaction otherwise.
        start.Environment["RUST_LOG"] = "off";
        return new LiteSvmPeer(Process.Start(start)!);
    }

    /// <summary>CPU time that the process has used so far.</summary>
    public TimeSpan CpuTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Sends requests at once and reads the answer to each.</summary>
    /// <exception cref="PeerEndedException">The process ended before it had answered all.</exception>
    public byte[][] Exchange(IReadOnlyList<PeerRequest> requests)
    {
        // Written beside the reading: the process stops reading while its answers wait.
        var writing = Task.Run(() => Write(requests));
        var answers = new byte[requests.Count][];
        try
        {
            for (int i = 0; i < answers.Length; i++)
                answers[i] = ReadAnswer();
            writing.Wait();
        }
        catch (Exception ended) when (ended is EndOfStreamException or IOException or AggregateException)
        {
            _process.WaitForExit();
            lock (_errors)
                throw new PeerEndedException($"LiteSVM's process ended with code {_process.ExitCode}:\n{_errors}");
        }

        return answers;
    }

    public byte[] Exchange(PeerRequest request) => Exchange([request])[0];

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.StandardInput.Close();
            if (!_process.WaitForExit(TimeSpan.FromSeconds(5)))
                _process.Kill();
        }

        _process.Dispose();
    }

    private void Write(IReadOnlyList<PeerRequest> requests)
    {
        var buffer = new ArrayBufferWriter<byte>(1 << 16);
        foreach (PeerRequest request in requests)
        {
            BinaryPrimitives.WriteInt32LittleEndian(buffer.GetSpan(4), request.Bytes.Length);
            buffer.Advance(4);
            buffer.Write(request.Bytes.Span);
        }

        Stream input = _process.StandardInput.BaseStream;
        input.Write(buffer.WrittenSpan);
        input.Flush();
    }

    private byte[] ReadAnswer()
    {
        Span<byte> length = stackalloc byte[4];
        _answers.ReadExactly(length);
        byte[] answer = new byte[BinaryPrimitives.ReadInt32LittleEndian(length)];
        _answers.ReadExactly(answer);
        return answer;
    }
}

/// <summary>LiteSVM's process is gone; the message has what it said.</summary>
public sealed class PeerEndedException(string message) : Exception(message);
