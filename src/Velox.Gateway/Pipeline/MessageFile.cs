using System.Buffers.Binary;
using Velox.OrderBook;

namespace Velox.Gateway;

/// <summary>A file of order messages: a header of 16 bytes, then 32 bytes a message.</summary>
/// <remarks>
/// <code>
/// offset size field
///  0     8    magic           "VELOXMSG"
///  8     4    version         1, little-endian
/// 12     4    messageBytes    32
/// 16     32   first message, ...
/// </code>
/// </remarks>
public static class MessageFile
{
    public const int HeaderBytes = 16;

    private const int Version = 1;

    private static ReadOnlySpan<byte> Magic => "VELOXMSG"u8;

    /// <summary>Writes the header of a new file.</summary>
    public static void WriteHeader(Stream stream)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], Version);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], OrderMessage.Size);
        stream.Write(header);
    }

    /// <summary>What is wrong with a file, naming the field and its bound; null when it can be read.</summary>
    /// <param name="start">The file's first bytes, up to <see cref="HeaderBytes"/>.</param>
    /// <param name="length">The file's length in bytes.</param>
    public static string? Check(ReadOnlySpan<byte> start, long length)
    {
        if (start.Length < HeaderBytes)
            return $"the header is cut off: {start.Length} bytes of {HeaderBytes}.";
        if (!start[..8].SequenceEqual(Magic))
            return "magic: this is no file of order messages.";
        int version = BinaryPrimitives.ReadInt32LittleEndian(start[8..]);
        if (version != Version)
            return $"version {version}; this program reads version {Version}.";
        int messageBytes = BinaryPrimitives.ReadInt32LittleEndian(start[12..]);
        if (messageBytes != OrderMessage.Size)
            return $"messageBytes {messageBytes}; it must be {OrderMessage.Size}.";
        long rest = (length - HeaderBytes) % OrderMessage.Size;
        return rest == 0 ? null : $"the last message is cut off: {rest} bytes of {OrderMessage.Size}.";
    }
}
