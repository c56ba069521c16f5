using Microsoft.Win32.SafeHandles;

namespace Velox.Node;

/// <summary>A file that nobody else may write while it is open, nor read while this process may write it.</summary>
public sealed class FileJournalStorage : IJournalStorage
{
    private readonly SafeFileHandle _handle;

    /// <param name="path">The file.</param>
    /// <param name="isReadOnly">Whether it is only read, side by side with other readers.</param>
    /// <exception cref="IOException">The file does not exist, or another process has it open.</exception>
    public FileJournalStorage(string path, bool isReadOnly = false)
    {
        Name = path;
        _handle = isReadOnly
            ? File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read)
            : File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
    }

    public string Name { get; }

    public long Length => RandomAccess.GetLength(_handle);

    public bool TryRead(long offset, Span<byte> destination)
    {
        while (destination.Length > 0)
        {
            int count = RandomAccess.Read(_handle, destination, offset);
            if (count == 0)
                return false;
            destination = destination[count..];
            offset += count;
        }

        return true;
    }

    public void Write(long offset, ReadOnlySpan<byte> bytes) => RandomAccess.Write(_handle, bytes, offset);

    public void Flush() => RandomAccess.FlushToDisk(_handle);

    public void Truncate(long length) => RandomAccess.SetLength(_handle, length);

    public void Dispose() => _handle.Dispose();
}
