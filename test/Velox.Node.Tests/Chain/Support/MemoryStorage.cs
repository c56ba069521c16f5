namespace Velox.Node.Tests;

/// <summary>A journal's file in memory, with a disk that fails or hangs on demand.</summary>
internal sealed class MemoryStorage(byte[] content) : IJournalStorage
{
    private byte[] _content = content;

    public string Name => "memory";

    public long Length => _content.Length;

    internal byte[] Content => _content;

    /// <summary>Called before each flush; may throw or wait.</summary>
    internal Action? BeforeFlush { get; set; }

    /// <summary>Called before each write; may throw.</summary>
    internal Action? BeforeWrite { get; set; }

    public bool TryRead(long offset, Span<byte> destination)
    {
        if (offset > _content.Length - destination.Length)
            return false;
        _content.AsSpan((int)offset, destination.Length).CopyTo(destination);
        return true;
    }

    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        BeforeWrite?.Invoke();
        if (_content.Length < offset + bytes.Length)
            Array.Resize(ref _content, (int)offset + bytes.Length);
        bytes.CopyTo(_content.AsSpan((int)offset));
    }

    public void Flush() => BeforeFlush?.Invoke();

    public void Truncate(long length) => Array.Resize(ref _content, (int)length);

    public void Dispose()
    {
    }
}
