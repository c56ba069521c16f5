using Velox.OrderBook;

namespace Velox.Gateway;

/// <summary>Writes the messages into a file that <see cref="FileSource"/> reads.</summary>
public sealed class FileOutput : IBundleOutput
{
    private readonly FileStream _file;
    private bool _hasFailed;

    /// <exception cref="IOException">It cannot be created, or is open elsewhere, such as in a <see cref="FileSource"/>.</exception>
    public FileOutput(string path)
    {
        _file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1 << 20);
        MessageFile.WriteHeader(_file);
    }

    /// <exception cref="IOException">The disk is full, now or at an earlier bundle: what comes behind a gap would not be told from it.</exception>
    public BundleResult Accept(in PipelineBundle bundle)
    {
        if (_hasFailed)
            throw new IOException($"'{_file.Name}' has failed before.");
        _hasFailed = true;
        Span<byte> bytes = stackalloc byte[OrderMessage.Size];
        foreach (ref readonly PipelineMessage message in bundle.Messages)
        {
            message.Message.WriteTo(bytes);
            _file.Write(bytes);
        }

        _hasFailed = false;
        return BundleResult.Accepted;
    }

    /// <exception cref="IOException">The disk is full.</exception>
    public void Complete() => _file.Flush();

    public void Dispose() => _file.Dispose();
}
