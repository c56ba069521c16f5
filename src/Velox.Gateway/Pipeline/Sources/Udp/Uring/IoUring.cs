using Microsoft.Win32.SafeHandles;

namespace Velox.Gateway;

/// <summary>A pair of rings shared with the Linux kernel: requests go in, completions come out.</summary>
/// <remarks>
/// <para>Set up so that the kernel does its part only when <see cref="Enter"/> calls it, on the caller's thread, and says in shared
/// memory when there is something to do (<see cref="IsWorkPending"/>): to look for work costs no system call. The thread that
/// calls <see cref="Start"/> is the only one that may enter.</para>
/// <para>Order: each side releases the position it has moved after it touched the entries, and acquires the other's before it
/// touches them; the kernel does the same with its barriers. Positions are 32-bit, wrap, and are masked to an entry.</para>
/// <para>Unsafe: offsets and sizes come from the kernel that made the mapping, which lives until this is disposed of; nobody may use
/// it afterwards.</para>
/// </remarks>
internal sealed unsafe class IoUring : IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly nint _fileNumber;
    private readonly uint _submissionMask;
    private readonly uint _submissionCount;
    private readonly uint _completionMask;
    private readonly nuint _ringsBytes;
    private readonly nuint _entriesBytes;
    private byte* _rings;
    private SubmissionEntry* _entries;
    private readonly uint* _submissionHead;
    private readonly uint* _submissionTail;
    private readonly uint* _submissionFlags;
    private readonly uint* _completionHead;
    private readonly uint* _completionTail;
    private readonly UringCompletion* _completions;

    /// <param name="submissions">Requests that may be on their way to the kernel: a power of two.</param>
    /// <param name="completions">Completions that may wait: a power of two, at least as many.</param>
    /// <exception cref="IOException">The kernel does not have it or does not allow it; the message says what it said.</exception>
    internal IoUring(uint submissions, uint completions)
    {
        var parameters = new UringParameters
        {
            CompletionEntries = completions,
            Flags = UringAbi.SetupCompletionSize | UringAbi.SetupDisabled | UringAbi.SetupSingleIssuer | UringAbi.SetupDeferTaskRun | UringAbi.SetupTaskRunFlag,
        };
        _file = UringCalls.Setup(submissions, ref parameters);
        _fileNumber = _file.DangerousGetHandle();
        SubmissionOffsets submission = parameters.Submission;
        CompletionOffsets completion = parameters.Completion;
        _entriesBytes = parameters.SubmissionEntries * (nuint)sizeof(SubmissionEntry);
        _ringsBytes = Math.Max(
            submission.Array + (parameters.SubmissionEntries * (nuint)sizeof(uint)),
            completion.Completions + (parameters.CompletionEntries * (nuint)sizeof(UringCompletion)));
        try
        {
            if ((parameters.Features & UringAbi.FeatureSingleMapping) == 0)
                throw new IOException("the kernel maps the two rings apart");
            _rings = UringCalls.Map(_file, UringAbi.RingsOffset, _ringsBytes);
            _entries = (SubmissionEntry*)UringCalls.Map(_file, UringAbi.EntriesOffset, _entriesBytes);
        }
        catch
        {
            Dispose();
            throw;
        }

        _submissionHead = (uint*)(_rings + submission.Head);
        _submissionTail = (uint*)(_rings + submission.Tail);
        _submissionFlags = (uint*)(_rings + submission.Flags);
        _submissionMask = *(uint*)(_rings + submission.Mask);
        _submissionCount = parameters.SubmissionEntries;
        _completionHead = (uint*)(_rings + completion.Head);
        _completionTail = (uint*)(_rings + completion.Tail);
        _completions = (UringCompletion*)(_rings + completion.Completions);
        _completionMask = *(uint*)(_rings + completion.Mask);

        // The kernel finds an entry by way of this array; here they go in order.
        uint* order = (uint*)(_rings + submission.Array);
        for (uint i = 0; i < parameters.SubmissionEntries; i++)
            order[i] = i;
    }

    /// <summary>Whether a call of <see cref="Enter"/> has anything to do: completions to bring, or requests to hand over.</summary>
    /// <remarks>Acquire: the kernel has queued the work before it set the flag.</remarks>
    internal bool IsWorkPending => (Volatile.Read(ref *_submissionFlags) & UringAbi.TaskRunPending) != 0 || UnsubmittedCount != 0;

    /// <summary>Requests that the kernel has not taken yet.</summary>
    /// <remarks>The tail is this side's own. Acquire: the kernel is done with the entries before the head.</remarks>
    private uint UnsubmittedCount => *_submissionTail - Volatile.Read(ref *_submissionHead);

    /// <summary>Registers something with the ring.</summary>
    /// <exception cref="IOException">The kernel refuses.</exception>
    internal void Register(uint what, void* argument, uint count) => UringCalls.Register(_file, what, argument, count);

    /// <summary>Makes the ring this thread's. Before that only <see cref="Register"/> may be called.</summary>
    /// <exception cref="IOException">The kernel refuses.</exception>
    internal void Start() => Register(UringAbi.RegisterEnableRings, null, 0);

    /// <summary>Adds a request, which the next <see cref="Enter"/> hands over; false when there is no room.</summary>
    internal bool TrySubmit(in SubmissionEntry entry)
    {
        if (UnsubmittedCount == _submissionCount)
            return false;
        uint tail = *_submissionTail;
        _entries[tail & _submissionMask] = entry;
        // Release: the kernel sees the entry when it sees the tail.
        Volatile.Write(ref *_submissionTail, tail + 1);
        return true;
    }

    /// <summary>Hands requests over and lets the kernel complete what it can; waits for nothing.</summary>
    /// <exception cref="IOException">The kernel refuses.</exception>
    internal void Enter() => UringCalls.Enter(_fileNumber, UnsubmittedCount);

    /// <summary>The oldest completions, as far as they lie side by side; they stay until <see cref="Advance"/>.</summary>
    internal ReadOnlySpan<UringCompletion> Peek(int most)
    {
        uint head = *_completionHead; // this side's own
        // Acquire: the kernel wrote completions, and the bytes of their buffers, before it moved the tail.
        uint count = Volatile.Read(ref *_completionTail) - head;
        uint first = head & _completionMask;
        return new ReadOnlySpan<UringCompletion>(_completions + first, (int)Math.Min(Math.Min(count, (uint)most), _completionMask + 1 - first));
    }

    /// <summary>Gives the first so many completions back.</summary>
    /// <remarks>Release: they are read before the kernel may write there again.</remarks>
    internal void Advance(int count) => Volatile.Write(ref *_completionHead, *_completionHead + (uint)count);

    /// <summary>The kernel cancels what stands; of a thread that has ended it has done so before.</summary>
    public void Dispose()
    {
        UringCalls.Unmap(_rings, _ringsBytes);
        UringCalls.Unmap((byte*)_entries, _entriesBytes);
        _rings = null;
        _entries = null;
        _file.Dispose();
    }
}
