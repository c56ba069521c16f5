using System.Net.Sockets;
using Velox.OrderBook;

namespace Velox.Gateway;

/// <summary>Receives datagrams by one standing request of Linux's <c>io_uring</c>, into buffers that the kernel picks.</summary>
/// <remarks>
/// The request is made again when it has ended: the buffers were used up, or a datagram was empty. A message is copied once,
/// from its buffer into the slot: the kernel picks buffers long before it is known which slot is next. The thread of the first
/// <see cref="Receive"/> is the only one that may call it.
/// </remarks>
internal sealed class UringReceiver : IDatagramReceiver
{
    // Datagrams that may wait here, beside those in the socket's own buffer.
    private const int DefaultBuffers = 1024;
    private const uint Submissions = 4;

    // One byte more than a message, so that a longer datagram shows: the kernel cuts it off there. A cache line each.
    private const int RoomBytes = OrderMessage.Size + 1;
    private const int StrideBytes = 64;

    private readonly IoUring _ring;
    private readonly ProvidedBuffers _buffers;
    private readonly SubmissionEntry _request;
    private bool _isStarted;
    private bool _isStanding;

    /// <param name="socket">Bound, and not blocking; must outlive this.</param>
    /// <param name="buffers">Datagrams that may wait here: a power of two, 4 to 32,768.</param>
    /// <exception cref="IOException">The system does not have it, or forbids it.</exception>
    internal UringReceiver(Socket socket, int buffers)
    {
        // Each buffer is used by one completion at most, and a completion without one ends the request: this never runs over.
        _ring = new IoUring(Submissions, completions: 2 * (uint)buffers);
        try
        {
            _buffers = new ProvidedBuffers(_ring, group: 0, buffers, RoomBytes, StrideBytes);
        }
        catch
        {
            _ring.Dispose();
            throw;
        }

        _request = new SubmissionEntry
        {
            Operation = UringAbi.OperationReceive,
            Flags = UringAbi.EntrySelectsBuffer,
            Priority = UringAbi.ReceiveMultishot,
            File = (int)socket.Handle,
        };
    }

    public string Method => "io_uring, multishot receive into provided buffers";

    // The standing request holds it, and ends on a thread of the kernel after the ring is closed.
    public bool MayKeepSocket => true;

    /// <summary>How often the request was made; the first time counts.</summary>
    internal int RequestCount { get; private set; }

    /// <summary>Null where the system does not have it, or forbids it: <paramref name="refusal"/> says which.</summary>
    internal static UringReceiver? TryOpen(Socket socket, out string? refusal)
    {
        refusal = "not Linux on x86-64 or ARM64";
        if (!UringCalls.IsSupported)
            return null;
        try
        {
            refusal = null;
            return new UringReceiver(socket, DefaultBuffers);
        }
        catch (IOException error)
        {
            refusal = error.Message;
            return null;
        }
    }

    /// <exception cref="IOException">The kernel ended the receiving for good.</exception>
    public int Receive(Span<PipelineMessage> slots, out int refused)
    {
        int count = 0;
        int seen = 0;
        int error = 0;
        refused = 0;
        do
        {
            while (seen < slots.Length && _ring.Peek(slots.Length - seen) is { IsEmpty: false } completions)
            {
                foreach (ref readonly UringCompletion completion in completions)
                {
                    _isStanding = completion.HasMore;
                    if (completion.Result < 0)
                        error = -completion.Result;
                    else if (TryParse(in completion, out OrderMessage message))
                        slots[count++].Message = message;
                    else
                        refused++;
                }

                seen += completions.Length;
                _ring.Advance(completions.Length);
                _buffers.Publish();

                // Not before the batch is given back: it must not be read again.
                Check(error);
            }
        }
        while (seen < slots.Length && BringMore());

        return count;
    }

    public void Dispose()
    {
        _ring.Dispose();
        _buffers.Dispose();
    }

    /// <summary>Lets the kernel work, if it has anything to do; false when it has not.</summary>
    private bool BringMore()
    {
        if (!_isStarted)
            _ring.Start();
        _isStarted = true;
        if (!_isStanding && _ring.TrySubmit(in _request))
        {
            _isStanding = true;
            RequestCount++;
        }

        if (!_ring.IsWorkPending)
            return false;
        _ring.Enter();
        return !_ring.Peek(1).IsEmpty;
    }

    /// <summary>Reads a datagram and gives its buffer back; an empty one may come without.</summary>
    private bool TryParse(in UringCompletion completion, out OrderMessage message)
    {
        message = default;
        if (!completion.HasBuffer)
            return false;
        bool isMessage = OrderMessage.TryParse(_buffers[completion.Buffer, completion.Result], out message, out _);
        _buffers.Add(completion.Buffer);
        return isMessage;
    }

    /// <summary>Used up buffers, mostly: then the request is made again, and goes on with what the socket holds.</summary>
    private static void Check(int error)
    {
        if (error is not (0 or UringAbi.NoBuffers or UringAbi.NoMemory or UringAbi.TryAgain or UringAbi.Interrupted or UringAbi.ConnectionRefused))
            throw new IOException($"io_uring: receiving ended with error {error}");
    }
}
