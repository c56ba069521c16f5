using Velox.OrderBook;

namespace Velox.Gateway;

/// <summary>Where a pipeline's bundles go. One thread.</summary>
public interface IBundleOutput : IDisposable
{
    /// <summary>Takes a bundle; false when it cannot now: the pipeline keeps it and asks again.</summary>
    bool TryAccept(in PipelineBundle bundle);

    /// <summary>Called once, after the last bundle: what was taken is where it belongs when this returns.</summary>
    /// <exception cref="IOException">It is not: the run has failed.</exception>
    void Complete();
}

/// <summary>Takes everything and does nothing with it.</summary>
public sealed class NullOutput : IBundleOutput
{
    public bool TryAccept(in PipelineBundle bundle) => true;

    public void Complete()
    {
    }

    public void Dispose()
    {
    }
}

/// <summary>Writes the messages into a file that <see cref="FileSource"/> reads.</summary>
public sealed class FileOutput : IBundleOutput
{
    private readonly FileStream _file;

    /// <exception cref="IOException">It cannot be created, or is open elsewhere, such as in a <see cref="FileSource"/>.</exception>
    public FileOutput(string path)
    {
        _file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1 << 20);
        MessageFile.WriteHeader(_file);
    }

    /// <exception cref="IOException">The disk is full.</exception>
    public bool TryAccept(in PipelineBundle bundle)
    {
        Span<byte> bytes = stackalloc byte[OrderMessage.Size];
        foreach (ref readonly PipelineMessage message in bundle.Messages)
        {
            message.Message.WriteTo(bytes);
            _file.Write(bytes);
        }

        return true;
    }

    /// <exception cref="IOException">The disk is full.</exception>
    public void Complete() => _file.Flush();

    public void Dispose() => _file.Dispose();
}
