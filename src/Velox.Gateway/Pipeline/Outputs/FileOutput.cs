using Velox.OrderBook;

namespace Velox.Gateway;

/// <summary>Writes the messages into a file that <see cref="FileSource"/> reads.</summary>
/// <remarks>When the disk is full the file ends with the last whole message that it took.</remarks>
public sealed class FileOutput : IBundleOutput
{
    private const int BufferBytes = 1 << 20;

    // The file has no buffer of its own, which it would try to write once more when it is closed.
    private readonly FileStream _file;
    private readonly byte[] _buffer = new byte[BufferBytes];
    private int _used;
    private IOException? _failure;

    /// <exception cref="IOException">It cannot be created, or is open elsewhere, such as in a <see cref="FileSource"/>.</exception>
    public FileOutput(string path)
    {
        _file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        MessageFile.WriteHeader(_file);
    }

    /// <exception cref="IOException">The disk is full, now or at an earlier bundle: what comes behind a gap would not be told from it.</exception>
    public BundleResult Accept(in PipelineBundle bundle)
    {
        if (_used + (bundle.Count * OrderMessage.Size) > BufferBytes)
            Flush();
        foreach (ref readonly PipelineMessage message in bundle.Messages)
        {
            message.Message.WriteTo(_buffer.AsSpan(_used));
            _used += OrderMessage.Size;
        }

        return BundleResult.Accepted;
    }

    /// <exception cref="IOException">The disk is full.</exception>
    public void Complete() => Flush();

    public void Dispose() => _file.Dispose();

    private void Flush()
    {
        if (_failure is not null)
            throw new IOException(_failure.Message, _failure);
        try
        {
            _file.Write(_buffer.AsSpan(0, _used));
            _used = 0;
        }
        catch (Exception error) when (error is IOException or ArgumentOutOfRangeException)
        {
            // The latter is what .NET says to a file that exceeds the process's limit.
            _failure = error as IOException ?? new IOException($"'{_file.Name}' has become larger than this process may write.", error);
            CutToWholeMessages();
            throw _failure;
        }
    }

    private void CutToWholeMessages()
    {
        try
        {
            _file.SetLength(_file.Length - ((_file.Length - MessageFile.HeaderBytes) % OrderMessage.Size));
        }
        catch (Exception error) when (error is IOException or NotSupportedException or ArgumentOutOfRangeException)
        {
            // A device, or a disk that does not even shrink: the first error is the one to tell.
        }
    }
}
