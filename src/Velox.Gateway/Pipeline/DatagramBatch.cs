using System.Net.Sockets;
using System.Runtime.InteropServices;
using Velox.OrderBook;

namespace Velox.Gateway;

/// <summary>Receives datagrams up to 64 at a time by one system call (Linux <c>recvmmsg</c>), into memory of its own.</summary>
/// <remarks>
/// Each datagram has one byte more room than a message, so that a longer one shows: the kernel cuts it off there. Nothing is
/// allocated after construction. One thread.
/// </remarks>
internal sealed unsafe partial class DatagramBatch : IDisposable
{
    /// <summary>Most datagrams of one call.</summary>
    internal const int MaxDatagrams = 64;

    private const int RoomBytes = OrderMessage.Size + 1;
    private const int StrideBytes = 64;
    private const int DoNotWait = 0x40;

    private readonly Socket _socket;
    private readonly int _file;
    private byte* _memory;
    private MultiMessageHeader* _headers;
    private IoVector* _vectors;

    internal DatagramBatch(Socket socket)
    {
        _socket = socket;
        _file = (int)socket.Handle;
        _memory = (byte*)NativeMemory.AllocZeroed(MaxDatagrams * StrideBytes);
        _headers = (MultiMessageHeader*)NativeMemory.AllocZeroed(MaxDatagrams, (nuint)sizeof(MultiMessageHeader));
        _vectors = (IoVector*)NativeMemory.AllocZeroed(MaxDatagrams, (nuint)sizeof(IoVector));
        for (int i = 0; i < MaxDatagrams; i++)
        {
            _vectors[i] = new IoVector { Base = _memory + (i * StrideBytes), Length = RoomBytes };
            _headers[i].Header.Vectors = _vectors + i;
            _headers[i].Header.VectorCount = 1;
        }
    }

    ~DatagramBatch() => Free();

    /// <summary>Whether the system has the call.</summary>
    internal static bool IsSupported => OperatingSystem.IsLinux();

    /// <summary>Receives what is there, without waiting; returns how many.</summary>
    /// <param name="most">At most so many, up to <see cref="MaxDatagrams"/>.</param>
    internal int Receive(int most)
    {
        int count = ReceiveMany(_file, _headers, (uint)most, DoNotWait, null);
        GC.KeepAlive(_socket);
        // Nothing there, interrupted, or an error that an earlier datagram of ours has caused: the next call tells.
        return Math.Max(count, 0);
    }

    /// <summary>A received datagram; longer ones than a message are a byte longer.</summary>
    internal ReadOnlySpan<byte> this[int index] => new(_memory + (index * StrideBytes), (int)_headers[index].Received);

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        NativeMemory.Free(_memory);
        NativeMemory.Free(_headers);
        NativeMemory.Free(_vectors);
        _memory = null;
        _headers = null;
        _vectors = null;
    }

    [LibraryImport("libc", EntryPoint = "recvmmsg")]
    private static partial int ReceiveMany(int file, MultiMessageHeader* headers, uint count, int flags, void* timeout);

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
