namespace Velox.Node;

/// <summary>Counts the bytes that wait for all WebSocket clients, and says who may add to them.</summary>
/// <remarks>
/// Each client may have <see cref="RpcOptions.MaxOutgoingBytes"/> waiting. When all of them together reach
/// <see cref="RpcOptions.MaxTotalOutgoingBytes"/>, only clients within their even share of it may add: so the total holds, and
/// those who read are not disconnected for those who do not.
/// </remarks>
internal sealed class OutgoingBytes(RpcOptions options)
{
    private readonly long _share = options.MaxTotalOutgoingBytes / options.MaxWebSockets;
    private long _total;

    internal long Total => Interlocked.Read(ref _total);

    /// <summary>Counts a message; false, and nothing is counted, when the client may not add it.</summary>
    /// <param name="own">What the client has waiting.</param>
    /// <param name="length">Bytes of the message.</param>
    internal bool TryReserve(ref long own, int length)
    {
        long ownAfter = Interlocked.Add(ref own, length);
        long totalAfter = Interlocked.Add(ref _total, length);
        if (IsAllowed(ownAfter, totalAfter))
            return true;
        Release(ref own, length);
        return false;
    }

    /// <summary>Whether a client that has so much waiting may add a message now.</summary>
    internal bool HasRoom(long own, int length) => IsAllowed(own + length, Total + length);

    internal void Release(ref long own, int length)
    {
        Interlocked.Add(ref own, -length);
        Interlocked.Add(ref _total, -length);
    }

    private bool IsAllowed(long own, long total) =>
        own <= options.MaxOutgoingBytes && (total <= options.MaxTotalOutgoingBytes || own <= _share);
}
