using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Velox.BookVm;

/// <summary>A message from one shard to another: 64 bytes, as the receiving program gets them.</summary>
/// <remarks>
/// <code>
/// offset size field
///  0     4    sourceShard   of the sender; what a host sends names itself so too
///  4     4    length        bytes of data, 1 to 56
///  8    56    data          the sender's; zero behind its length
/// </code>
/// </remarks>
[StructLayout(LayoutKind.Sequential, Size = Size)]
public struct ShardMessage
{
    public const int Size = 64;

    /// <summary>Most bytes that a message carries.</summary>
    public const int MaxDataBytes = 56;

    public uint SourceShard;
    public uint Length;

    private DataBytes _data;

    /// <param name="sourceShard">Who sends it.</param>
    /// <param name="data">1 to <see cref="MaxDataBytes"/> bytes.</param>
    /// <exception cref="ArgumentException">The data has another length.</exception>
    public ShardMessage(uint sourceShard, ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty)
            throw new ArgumentException($"A message has 1 to {MaxDataBytes} bytes.", nameof(data));
        SourceShard = sourceShard;
        Length = (uint)data.Length;
        data.CopyTo(_data);
    }

    /// <summary>The bytes carried.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<byte> Data => ((ReadOnlySpan<byte>)_data)[..(int)Math.Min(Length, MaxDataBytes)];

    [InlineArray(MaxDataBytes)]
    private struct DataBytes
    {
        private byte _first;
    }
}
