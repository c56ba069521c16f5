using System.Runtime.InteropServices;
using Velox.OrderBook;

namespace Velox.Gateway;

/// <summary>The messages of a file, as fast as the pipeline takes them.</summary>
public sealed class FileSource : IMessageSource, IDisposable
{
    private const int BufferMessages = 4096;

    private readonly FileStream _file;
    private readonly byte[] _buffer = new byte[BufferMessages * OrderMessage.Size];
    private int _next;
    private int _end;

    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="InvalidDataException">It is no file of order messages, or cut off.</exception>
    public FileSource(string path)
    {
        _file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        if (Check() is { } error)
        {
            _file.Dispose();
            throw new InvalidDataException($"{path}: {error}");
        }
    }

    public bool WaitsForRoom => true;

    public bool IsExhausted { get; private set; }

    public long InvalidCount { get; private set; }

    public long NanosToNext(long nowNanos) => 0;

    public int Take(Span<PipelineMessage> slots, long nowNanos)
    {
        int count = 0;
        int refused = 0;
        while (count + refused < slots.Length && (_next < _end || Fill()))
        {
            var message = MemoryMarshal.Read<OrderMessage>(_buffer.AsSpan(_next));
            _next += OrderMessage.Size;
            if (message.Validate() == BookError.None)
                slots[count++].Message = message;
            else
                refused++;
        }

        InvalidCount += refused;
        return count;
    }

    public void Dispose() => _file.Dispose();

    private string? Check()
    {
        if (!_file.CanSeek)
            return "this is no regular file: its length is not known.";
        Span<byte> header = stackalloc byte[MessageFile.HeaderBytes];
        int read = _file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        return MessageFile.Check(header[..read], _file.Length);
    }

    private bool Fill()
    {
        _next = 0;
        _end = _file.ReadAtLeast(_buffer, _buffer.Length, throwOnEndOfStream: false);
        if (_end % OrderMessage.Size != 0)
            throw new InvalidDataException($"{_file.Name}: the last message is cut off: the file has changed since it was opened.");
        IsExhausted = _end == 0;
        return _end > 0;
    }
}
