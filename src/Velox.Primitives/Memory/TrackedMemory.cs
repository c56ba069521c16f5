using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Velox.Primitives;

/// <summary>
/// A block of bytes that knows what was written: which 4 KiB pages changed since they were last hashed (<i>dirty</i>),
/// and what the 256-byte blocks in them held when the current unit of work began (so that it can be undone).
/// </summary>
/// <remarks>
/// This is the memory of an account, and so of a market: the matcher writes into it in place, the state root hashes
/// its dirty pages, the published view copies them, and a failed transaction rolls them back. Nothing is copied that
/// was not written.
/// <para>One writer at a time. Bytes between two lengths are zero: growing exposes zeros, shrinking clears. What
/// shrinking or undoing a growth leaves over is given back once it is the larger part.</para>
/// </remarks>
public sealed class TrackedMemory
{
    /// <summary>Bytes in a page: the unit of hashing and persistence.</summary>
    public const int PageSize = 4096;

    /// <summary>
    /// Bytes in a block: the unit of undo. Much smaller than a page, because a unit of work writes a few fields each in many
    /// places, and what it writes is copied before.
    /// </summary>
    internal const int BlockSize = 256;

    /// <summary>Bytes of one, beside those it holds: what .NET makes of the fields, at least.</summary>
    internal const int ObjectSize = 88;

    private const int PageShift = 12;
    private const int BlockShift = 8;

    // From then on the processor foresees what comes.
    private const int MostPrefetched = 256;

    // Serves all memory of at most 64 blocks that has saved none yet: never written.
    private static readonly ulong[] NoneSaved = new ulong[1];

    private byte[] _bytes;
    private int _length;

    // Somebody else reads these bytes too: they are copied before the next write.
    private bool _isShared;

    // Bit per page, written since ClearDirty: the first 64 pages, and those behind.
    private ulong _dirty;
    private ulong[] _moreDirty = [];

    // Bit per block, its before-image is in _images (only while tracking).
    private ulong[] _saved = NoneSaved;
    private bool _isTracking;
    private int _checkpointLength;

    // Rented at the first write of a unit of work and returned at its end: an idle account holds no undo memory.
    private UndoImages? _images;

    /// <param name="length">Initial length in bytes, all zero.</param>
    public TrackedMemory(int length = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        _bytes = Allocate(length);
        _length = length;
        GrowBits(length);
    }

    private TrackedMemory(TrackedMemory other)
    {
        _bytes = other._bytes;
        _length = other._length;
        _isShared = other._isShared;
        _dirty = other._dirty;
        _moreDirty = [.. other._moreDirty];
        if (other._saved.Length > NoneSaved.Length)
            _saved = new ulong[other._saved.Length];
    }

    public int Length => _length;

    /// <summary>Bytes held, used or not.</summary>
    internal int Capacity => _bytes.Length;

    public int PageCount => (_length + PageSize - 1) >> PageShift;

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    /// <summary>The bytes of one page; the last may be short.</summary>
    public ReadOnlySpan<byte> Page(int page)
    {
        int start = page << PageShift;
        return Bytes.Slice(start, Math.Min(PageSize, _length - start));
    }

    /// <summary>A read-only view of a structure in place.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The structure leaves the memory.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref readonly T Read<T>(int offset)
        where T : unmanaged
    {
        CheckRange(offset, Unsafe.SizeOf<T>());
        return ref UncheckedAt<T>(offset);
    }

    /// <summary>A writable view of a structure in place; its pages count as written from this call on.</summary>
    /// <remarks>Hold the reference no longer than until the next <see cref="Resize"/>.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">The structure leaves the memory.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref T Write<T>(int offset)
        where T : unmanaged
    {
        CheckRange(offset, Unsafe.SizeOf<T>());
        Touch(offset, Unsafe.SizeOf<T>());
        return ref UncheckedAt<T>(offset);
    }

    /// <summary>A writable span of bytes in place; its pages count as written from this call on.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range leaves the memory.</exception>
    public Span<byte> Write(int offset, int count)
    {
        _ = Bytes.Slice(offset, count);
        if (count > 0)
            Touch(offset, count);
        return _bytes.AsSpan(offset, count);
    }

    /// <summary>The address of the bytes, for who reads and writes many structures in them.</summary>
    /// <param name="owner">Keeps the bytes in place: hold it as long as the address. <see cref="Resize"/> may move the memory
    /// to other bytes; the address then names the former ones.</param>
    /// <remarks>What is written through it must be announced by <see cref="NoteWrite"/> before.</remarks>
    /// <exception cref="InvalidOperationException">The memory is shorter than a page, and so not pinned.</exception>
    public unsafe byte* PinnedAddress(out object owner)
    {
        if (_bytes.Length < PageSize)
            throw new InvalidOperationException($"Only memory of at least {PageSize} bytes has a lasting address, this one has {_length}.");
        if (_isShared)
            MakeOwn();
        owner = _bytes;

        // Safe: arrays of a page and more are allocated pinned.
        return (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_bytes));
    }

    /// <summary>Says that bytes are about to be written through <see cref="PinnedAddress"/>.</summary>
    /// <param name="offset">Of the first byte.</param>
    /// <param name="count">How many, at least 1, all within the memory.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void NoteWrite(int offset, int count) => Touch(offset, count);

    /// <summary>Changes the length; new bytes are zero.</summary>
    public void Resize(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        if (length == _length)
            return;

        if (length < _length)
        {
            Write(length, _length - length);
            Cut(length);
        }
        else
        {
            GrowTo(length);
            int firstNewByte = _length;
            _length = length;
            Write(firstNewByte, length - firstNewByte);
        }
    }

    /// <summary>Another memory with these bytes, at the cost of neither: each of both copies them before it writes.</summary>
    /// <remarks>Any number of threads may do it at once, while nobody writes here.</remarks>
    /// <exception cref="InvalidOperationException">A unit of work is open.</exception>
    public TrackedMemory Share()
    {
        CheckIdle();
        _isShared = _bytes.Length > 0;
        return new TrackedMemory(this);
    }

    /// <summary>The bytes as they are now, for good: at least <see cref="Length"/> of them, those behind zero.</summary>
    /// <remarks>
    /// Less than a page is not copied before the next write here. Pages are copied at once: pinned bytes should live long.
    /// </remarks>
    /// <exception cref="InvalidOperationException">A unit of work is open.</exception>
    public byte[] ToImmutable()
    {
        CheckIdle();
        if (_bytes.Length >= PageSize)
            return Bytes.ToArray();
        _isShared = _bytes.Length > 0;
        return _bytes;
    }

    /// <summary>Fetches the first bytes into the cache, ahead of who reads all.</summary>
    internal void Prefetch()
    {
        for (int offset = 0; offset < Math.Min(_length, MostPrefetched); offset += CacheLine.Size)
            CacheLine.Prefetch(in _bytes[offset]);
    }

    /// <summary>Begins a unit of work that <see cref="Rollback"/> can undo.</summary>
    /// <remarks>Until it ends the bytes stay where they are, but for <see cref="Resize"/>.</remarks>
    public void Checkpoint()
    {
        CheckIdle();
        if (_isShared)
            MakeOwn();
        _isTracking = true;
        _checkpointLength = _length;
    }

    /// <summary>Ends the unit of work and keeps its writes.</summary>
    public void Accept()
    {
        _isTracking = false;
        if (_images is not { } images)
            return;
        foreach (int block in images.Blocks)
            _saved[block >> 6] &= ~(1UL << block);
        _images = null;
        images.Return();
    }

    /// <summary>Ends the unit of work and restores length and bytes as they were at <see cref="Checkpoint"/>.</summary>
    public void Rollback()
    {
        if (!_isTracking)
            throw new InvalidOperationException("No unit of work is open: call Checkpoint first.");

        if (_length > _checkpointLength)
            Cut(_checkpointLength);
        GrowTo(_checkpointLength);
        _length = _checkpointLength;
        if (_images is { } images)
            Restore(images);
        Accept();
    }

    public bool IsDirty => _dirty != 0 || _moreDirty.AsSpan().ContainsAnyExcept(0UL);

    /// <summary>Appends the indices of dirty pages, ascending. Pages past the end (after a shrink) are left out.</summary>
    public void CollectDirtyPages(List<int> pages)
    {
        Collect(_dirty, 0, pages);
        for (int i = 0; i < _moreDirty.Length; i++)
            Collect(_moreDirty[i], (i + 1) << 6, pages);
    }

    /// <summary>Forgets which pages are dirty. Not inside a unit of work, whose later writes would go unseen.</summary>
    public void ClearDirty()
    {
        CheckIdle();
        _dirty = 0;
        Array.Clear(_moreDirty);
    }

    private void Restore(UndoImages images)
    {
        for (int i = 0; i < images.Blocks.Length; i++)
        {
            int start = images.Blocks[i] << BlockShift;
            int count = Math.Min(BlockSize, _length - start);
            if (count > 0)
                images.Image(i)[..count].CopyTo(_bytes.AsSpan(start, count));
        }
    }

    private void Collect(ulong word, int firstPage, List<int> pages)
    {
        int pageCount = PageCount;
        for (; word != 0; word &= word - 1)
        {
            int page = firstPage + BitOperations.TrailingZeroCount(word);
            if (page < pageCount)
                pages.Add(page);
        }
    }

    private void CheckIdle()
    {
        if (_isTracking)
            throw new InvalidOperationException("A unit of work is open: call Accept or Rollback first.");
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void CheckRange(int offset, int size)
    {
        if ((uint)offset + (ulong)(uint)size > (uint)_length)
            ThrowOutOfRange(offset);
    }

    // Unsafe: CheckRange's one comparison covers both ends of the structure, and _length never exceeds the array.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref T UncheckedAt<T>(int offset)
        where T : unmanaged =>
        ref Unsafe.As<byte, T>(ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_bytes), (uint)offset));

    [DoesNotReturn]
    private void ThrowOutOfRange(int offset) => throw new ArgumentOutOfRangeException(
        nameof(offset), offset, $"The structure must lie within the {_length} bytes of the memory.");

    /// <summary>Notes that a range, at least one byte long, is about to be written.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Touch(int offset, int count)
    {
        int last = (offset + count - 1) >> BlockShift;
        for (int block = offset >> BlockShift; block <= last; block++)
        {
            // While tracking, the page of a saved block is dirty too: one test covers both.
            if ((_saved[block >> 6] & (1UL << block)) == 0)
                TouchFirst(block);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void TouchFirst(int block)
    {
        if (_isShared)
            MakeOwn();
        SetDirty(block >> (PageShift - BlockShift));
        int start = block << BlockShift;

        // A block past the old end needs no image: rollback cuts it off.
        if (!_isTracking || start >= _checkpointLength)
            return;

        if (ReferenceEquals(_saved, NoneSaved))
            _saved = new ulong[1];
        _images ??= UndoImages.Rent();
        _images.Add(block, _bytes.AsSpan(start, Math.Min(BlockSize, _bytes.Length - start)));

        // Last: where there was no memory for its image the block is not saved.
        _saved[block >> 6] |= 1UL << block;
    }

    private void SetDirty(int page)
    {
        if (page < 64)
            _dirty |= 1UL << page;
        else
            _moreDirty[(page >> 6) - 1] |= 1UL << page;
    }

    /// <summary>Ends the memory at a lower length. A failed growth must not keep its memory as long as the account.</summary>
    private void Cut(int length)
    {
        if (_bytes.Length - length > Math.Max(length, PageSize))
            Reallocate(length);
        else
            _bytes.AsSpan(length, _length - length).Clear();
        _length = length;
    }

    // Pinned from a page on: such accounts are read by address, and few enough that a heap of their own is no burden.
    private static byte[] Allocate(int length) =>
        length == 0 ? [] : GC.AllocateArray<byte>(length, pinned: length >= PageSize);

    private void MakeOwn() => Reallocate(_length);

    private void Reallocate(int length)
    {
        byte[] bytes = Allocate(length);
        _bytes.AsSpan(0, Math.Min(length, _length)).CopyTo(bytes);
        _bytes = bytes;
        _isShared = false;
    }

    private void GrowTo(int length)
    {
        if (length > _bytes.Length)
            Reallocate(length);
        GrowBits(length);
    }

    private void GrowBits(int length)
    {
        if (WordCount(length, PageShift) - 1 > _moreDirty.Length)
            Array.Resize(ref _moreDirty, WordCount(length, PageShift) - 1);
        if (WordCount(length, BlockShift) > _saved.Length)
            Array.Resize(ref _saved, WordCount(length, BlockShift));
    }

    /// <summary>Words that hold a bit for each unit, begun or whole, of 2^<paramref name="unitShift"/> bytes.</summary>
    private static int WordCount(int length, int unitShift) => (int)(((long)length + (64L << unitShift) - 1) >> (unitShift + 6));
}
