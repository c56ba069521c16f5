using System.Buffers;

namespace Velox.Node;

/// <summary>
/// Takes a call's result up to a limit: a small call may have an answer of many large accounts or a full block.
/// </summary>
/// <param name="maxBytes">Room beyond this is refused before it is allocated.</param>
internal sealed class AnswerBuffer(int maxBytes) : IBufferWriter<byte>
{
    private readonly ArrayBufferWriter<byte> _bytes = new(256);

    internal ReadOnlySpan<byte> WrittenSpan => _bytes.WrittenSpan;

    public void Advance(int count) => _bytes.Advance(count);

    /// <exception cref="RpcException">The answer would be too large.</exception>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        CheckRoom(sizeHint);
        return _bytes.GetMemory(sizeHint);
    }

    /// <inheritdoc cref="GetMemory"/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        CheckRoom(sizeHint);
        return _bytes.GetSpan(sizeHint);
    }

    private void CheckRoom(int sizeHint)
    {
        if (sizeHint <= maxBytes - _bytes.WrittenCount)
            return;
        throw new RpcException(
            RpcErrorCode.AnswerTooLarge,
            $"The answer would be longer than {maxBytes} bytes: ask for less, with dataSlice, filters or fewer details.");
    }
}
