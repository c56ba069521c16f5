namespace Velox.Gateway;

/// <summary>How datagrams are taken from the kernel.</summary>
public enum UdpReceive
{
    /// <summary>The cheapest way that the system allows.</summary>
    Auto,

    /// <summary>Linux's <c>io_uring</c>: one standing request, into buffers that the kernel picks.</summary>
    IoUring,

    /// <summary>Linux's <c>recvmmsg</c>: up to 64 by one system call, right into the slots of the ring.</summary>
    Recvmmsg,

    /// <summary>The framework's socket, one by one: on every system.</summary>
    Socket,
}
