using System.Net.Sockets;
using Velox.OrderBook;

namespace Velox.Gateway;

/// <summary>Receives datagrams one by one, as every system can.</summary>
/// <param name="socket">Bound, and not blocking; stays its owner's.</param>
internal sealed class SocketReceiver(Socket socket) : IDatagramReceiver
{
    // One byte more than a message, so that a longer datagram shows.
    private readonly byte[] _datagram = new byte[OrderMessage.Size + 1];

    public string Method => "one by one";

    public bool MayKeepSocket => false;

    public int Receive(Span<PipelineMessage> slots, out int refused)
    {
        int count = 0;
        refused = 0;
        while (count + refused < slots.Length)
        {
            int bytes = socket.Receive(_datagram, SocketFlags.None, out SocketError error);
            if (error == SocketError.Success && OrderMessage.TryParse(_datagram.AsSpan(0, bytes), out OrderMessage message, out _))
                slots[count++].Message = message;
            else if (error is SocketError.Success or SocketError.MessageSize)
                refused++; // malformed, or longer than the buffer, where the system says so
            else
                break; // nothing there: it does not block
        }

        return count;
    }

    public void Dispose()
    {
    }
}
