using System.Net.Sockets;
using System.Runtime.InteropServices;
using Velox.OrderBook;

namespace Velox.Gateway;

/// <summary>Receives datagrams up to 64 at a time by one system call (Linux <c>recvmmsg</c>), right into the ring's slots.</summary>
/// <remarks>
/// Each datagram has one byte more room than a message, so that a longer one shows: the kernel cuts it off there. That byte is
/// the first one of the slot's stamp, which is written after.
/// </remarks>
internal sealed unsafe partial class BatchReceiver : IDatagramReceiver
{
    /// <summary>Most datagrams of one call.</summary>
    internal const int MaxDatagrams = 64;

    private const int RoomBytes = OrderMessage.Size + 1;
    private const int DoNotWait = 0x40;

    private readonly Socket _socket;
    private readonly int _file;
    private MultiMessageHeader* _headers;
    private IoVector* _vectors;

    private BatchReceiver(Socket socket)
    {
        _socket = socket;
        _file = (int)socket.Handle;
        _headers = (MultiMessageHeader*)NativeMemory.AllocZeroed(MaxDatagrams, (nuint)sizeof(MultiMessageHeader));
        _vectors = (IoVector*)NativeMemory.AllocZeroed(MaxDatagrams, (nuint)sizeof(IoVector));
        for (int i = 0; i < MaxDatagrams; i++)
        {
            _vectors[i].Length = RoomBytes;
            _headers[i].Header.Vectors = _vectors + i;
            _headers[i].Header.VectorCount = 1;
        }
    }

    ~BatchReceiver() => Free();

    public string Method => $"recvmmsg, up to {MaxDatagrams} at a time";

    public bool MayKeepSocket => false;

    /// <summary>Null where the system does not have the call, or forbids it: <paramref name="refusal"/> says which.</summary>
    internal static BatchReceiver? TryOpen(Socket socket, out string? refusal)
    {
        refusal = "not Linux";
        if (!OperatingSystem.IsLinux())
            return null;
        var receiver = new BatchReceiver(socket);
        // No datagrams are asked for: what there is stays.
        refusal = TryReceiveMany(receiver._file, receiver._headers, 0, DoNotWait, null) < 0 ? Marshal.GetLastPInvokeErrorMessage() : null;
        if (refusal is null)
            return receiver;
        receiver.Dispose();
        return null;
    }

    public int Receive(Span<PipelineMessage> slots, out int refused)
    {
        int most = Math.Min(slots.Length, MaxDatagrams);
        int received;
        // Unsafe: the slots do not move during the call, and each one's room, 33 bytes, ends inside it.
        fixed (PipelineMessage* first = slots)
        {
            for (int i = 0; i < most; i++)
                _vectors[i].Base = (byte*)(first + i);
            received = ReceiveMany(_file, _headers, (uint)most, DoNotWait, null);
        }

        GC.KeepAlive(_socket);
        // Nothing there, interrupted, or an error that an earlier datagram of ours has caused: the next call tells.
        return KeepWellFormed(slots, Math.Max(received, 0), out refused);
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes the gaps that refused datagrams leave between the messages.</summary>
    private int KeepWellFormed(Span<PipelineMessage> slots, int received, out int refused)
    {
        int kept = 0;
        for (int i = 0; i < received; i++)
        {
            if (_headers[i].Received != OrderMessage.Size || slots[i].Message.Validate() != BookError.None)
                continue;
            if (kept != i)
                slots[kept].Message = slots[i].Message;
            kept++;
        }

        refused = received - kept;
        return kept;
    }

    private void Free()
    {
        NativeMemory.Free(_headers);
        NativeMemory.Free(_vectors);
        _headers = null;
        _vectors = null;
    }

    [LibraryImport("libc", EntryPoint = "recvmmsg")]
    private static partial int ReceiveMany(int file, MultiMessageHeader* headers, uint count, int flags, void* timeout);

    [LibraryImport("libc", EntryPoint = "recvmmsg", SetLastError = true)]
    private static partial int TryReceiveMany(int file, MultiMessageHeader* headers, uint count, int flags, void* timeout);

    // The layouts of struct iovec, msghdr and mmsghdr on 64-bit Linux.
    [StructLayout(LayoutKind.Sequential)]
    private struct IoVector
    {
        internal byte* Base;
        internal nuint Length;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct MessageHeader
    {
        internal void* Name;
        internal uint NameBytes;
        internal IoVector* Vectors;
        internal nuint VectorCount;
        internal void* Control;
        internal nuint ControlBytes;
        internal int Flags;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct MultiMessageHeader
    {
        internal MessageHeader Header;
        internal uint Received;
    }
}
