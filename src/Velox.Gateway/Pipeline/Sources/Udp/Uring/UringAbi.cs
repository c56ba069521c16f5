using System.Runtime.InteropServices;

namespace Velox.Gateway;

/// <summary>Numbers of Linux's <c>io_uring</c> interface, of which this program uses what receiving datagrams takes.</summary>
internal static class UringAbi
{
    // System calls: the same numbers on x86-64 and ARM64.
    internal const long SetupCall = 425;
    internal const long EnterCall = 426;
    internal const long RegisterCall = 427;

    // Flags of a ring, io_uring_setup(2). The newest of these (DEFER_TASKRUN) came with Linux 6.1, after multishot receive and
    // rings of provided buffers: where it is granted they are there too.
    internal const uint SetupCompletionSize = 1 << 3;
    internal const uint SetupDisabled = 1 << 6;
    internal const uint SetupTaskRunFlag = 1 << 9;
    internal const uint SetupSingleIssuer = 1 << 12;
    internal const uint SetupDeferTaskRun = 1 << 13;

    /// <summary>Submission and completion ring lie in one mapping.</summary>
    internal const uint FeatureSingleMapping = 1 << 0;

    /// <summary>In the submission ring's flags: the kernel has work to do when the thread calls it next.</summary>
    internal const uint TaskRunPending = 1 << 2;

    internal const uint EnterGetEvents = 1;
    internal const uint RegisterEnableRings = 12;
    internal const uint RegisterBufferRing = 22;

    internal const byte OperationReceive = 27;
    internal const byte EntrySelectsBuffer = 1 << 5;
    internal const ushort ReceiveMultishot = 1 << 1;

    /// <summary>In a completion's flags: it has a buffer, whose number stands in the upper half.</summary>
    internal const uint CompletionHasBuffer = 1 << 0;

    /// <summary>In a completion's flags: the request stands, more will come.</summary>
    internal const uint CompletionHasMore = 1 << 1;

    internal const int CompletionBufferShift = 16;

    internal const long RingsOffset = 0;
    internal const long EntriesOffset = 0x1000_0000;

    // Errors after which the same may be asked again.
    internal const int Interrupted = 4;
    internal const int TryAgain = 11;
    internal const int NoMemory = 12;
    internal const int Busy = 16;
    internal const int NoBuffers = 105;
    internal const int ConnectionRefused = 111;
}

/// <summary>struct io_uring_params.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct UringParameters
{
    internal uint SubmissionEntries;
    internal uint CompletionEntries;
    internal uint Flags;
    internal uint PollThreadCpu;
    internal uint PollThreadIdle;
    internal uint Features;
    internal uint WorkQueueFile;
    internal uint Reserved0;
    internal uint Reserved1;
    internal uint Reserved2;
    internal SubmissionOffsets Submission;
    internal CompletionOffsets Completion;
}

/// <summary>struct io_sqring_offsets.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SubmissionOffsets
{
    internal uint Head;
    internal uint Tail;
    internal uint Mask;
    internal uint Entries;
    internal uint Flags;
    internal uint Dropped;
    internal uint Array;
    internal uint Reserved;
    internal ulong UserAddress;
}

/// <summary>struct io_cqring_offsets.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct CompletionOffsets
{
    internal uint Head;
    internal uint Tail;
    internal uint Mask;
    internal uint Entries;
    internal uint Overflow;
    internal uint Completions;
    internal uint Flags;
    internal uint Reserved;
    internal ulong UserAddress;
}

/// <summary>struct io_uring_sqe, of which only the fields of a receive are named.</summary>
[StructLayout(LayoutKind.Explicit, Size = 64)]
internal struct SubmissionEntry
{
    [FieldOffset(0)]
    internal byte Operation;

    [FieldOffset(1)]
    internal byte Flags;

    [FieldOffset(2)]
    internal ushort Priority;

    [FieldOffset(4)]
    internal int File;

    [FieldOffset(40)]
    internal ushort BufferGroup;
}

/// <summary>struct io_uring_cqe.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct UringCompletion
{
    internal ulong UserData;

    /// <summary>Bytes, or a negative error.</summary>
    internal int Result;

    internal uint Flags;

    internal readonly bool HasBuffer => (Flags & UringAbi.CompletionHasBuffer) != 0;

    internal readonly bool HasMore => (Flags & UringAbi.CompletionHasMore) != 0;

    internal readonly ushort Buffer => (ushort)(Flags >> UringAbi.CompletionBufferShift);
}

/// <summary>struct io_uring_buf; the last two bytes of a ring's first one are the ring's tail.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ProvidedBuffer
{
    internal ulong Address;
    internal uint Length;
    internal ushort Number;
    internal ushort Tail;
}

/// <summary>struct io_uring_buf_reg.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct BufferRingRegistration
{
    internal ulong Address;
    internal uint Entries;
    internal ushort Group;
    internal ushort Flags;
    internal ulong Reserved0;
    internal ulong Reserved1;
    internal ulong Reserved2;
}
