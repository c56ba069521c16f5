using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Velox.Cryptography;

/// <summary>SHA-256 of one message that comes in pieces; on the stack or in a class, without an allocation.</summary>
internal struct Sha256State
{
    private Words _state;
    private Block _buffer;
    private ulong _length;

    internal static Sha256State Create()
    {
        Unsafe.SkipInit(out Sha256State state);
        state.Reset();
        return state;
    }

    internal void Reset()
    {
        Sha256Constants.InitialState.CopyTo(_state);
        _length = 0;
    }

    /// <summary>How many bytes wait for the rest of their block.</summary>
    private readonly int Buffered => (int)(_length % Sha256Constants.BlockSize);

    internal void Append(ReadOnlySpan<byte> data, Sha256Kernel kernel)
    {
        int buffered = Buffered;
        _length += (ulong)data.Length;
        if (buffered > 0)
        {
            int taken = Math.Min(Sha256Constants.BlockSize - buffered, data.Length);
            data[..taken].CopyTo(_buffer[buffered..]);
            data = data[taken..];
            if (buffered + taken < Sha256Constants.BlockSize)
                return;
            Sha256Blocks.Compress(_state, _buffer, kernel);
        }

        int whole = data.Length - (data.Length % Sha256Constants.BlockSize);
        Sha256Blocks.Compress(_state, data[..whole], kernel);
        data[whole..].CopyTo(_buffer);
    }

    /// <summary>Pads and writes the digest; a <see cref="Reset"/> must follow before the next message.</summary>
    /// <param name="digest">At least 32 bytes.</param>
    /// <param name="kernel">As for what was appended, or another.</param>
    internal void Finish(Span<byte> digest, Sha256Kernel kernel)
    {
        Span<byte> block = _buffer;
        int end = Buffered;
        block[end++] = 0x80;
        block[end..].Clear();
        if (end + Sha256Constants.LengthSize > Sha256Constants.BlockSize)
        {
            Sha256Blocks.Compress(_state, block, kernel);
            block.Clear();
        }

        BinaryPrimitives.WriteUInt64BigEndian(block[^Sha256Constants.LengthSize..], 8 * _length);
        Sha256Blocks.Compress(_state, block, kernel);
        for (int i = 0; i < Sha256Constants.StateWords; i++)
            BinaryPrimitives.WriteUInt32BigEndian(digest[(i * sizeof(uint))..], _state[i]);
    }

    [InlineArray(Sha256Constants.StateWords)]
    private struct Words
    {
        private uint _first;
    }

    [InlineArray(Sha256Constants.BlockSize)]
    private struct Block
    {
        private byte _first;
    }
}
