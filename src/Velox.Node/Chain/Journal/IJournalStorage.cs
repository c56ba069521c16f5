namespace Velox.Node;

/// <summary>
/// The file under a journal, as little of it as the journal needs: the place where tests make disks fail.
/// </summary>
public interface IJournalStorage : IDisposable
{
    /// <summary>What messages call it.</summary>
    string Name { get; }

    /// <summary>Bytes in the file.</summary>
    long Length { get; }

    /// <summary>Fills the destination with the bytes at an offset; false when the file ends before.</summary>
    bool TryRead(long offset, Span<byte> destination);

    /// <summary>Writes at an offset; durable only after <see cref="Flush"/>.</summary>
    void Write(long offset, ReadOnlySpan<byte> bytes);

    /// <summary>Returns when everything written is on the disk.</summary>
    void Flush();

    /// <summary>Cuts the file.</summary>
    void Truncate(long length);
}
