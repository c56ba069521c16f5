using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Velox.Primitives;

/// <summary>
/// A block of bytes that knows, by 4 KiB page, what was written: which pages changed since they were last hashed
/// (<i>dirty</i>), and what they held when the current unit of work began (so that it can be undone).
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
    /// <summary>Bytes in a page: the unit of undo, hashing and persistence.</summary>
    public const int PageSize = 4096;

    private const int PageShift = 12;

    private byte[] _bytes;
    private int _length;

    // Bit per page. _dirty: written since ClearDirty. _saved: its before-image is in _images (only while tracking).
    private ulong[] _dirty;
    private ulong[] _saved;
    private bool _isTracking;
    private int _checkpointLength;
    private int _savedCount;

    // Rented at the first write of a unit of work and returned at its end: an idle account holds no undo memory.
    private int[] _savedPages = [];
    private byte[] _images = [];

    /// <param name="length">Initial length in bytes, all zero.</param>
    public TrackedMemory(int length = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        _bytes = length == 0 ? [] : new byte[length];
        _length = length;
        _dirty = new ulong[WordCount(length)];
        _saved = new ulong[WordCount(length)];
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
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref readonly T Read<T>(int offset)
        where T : unmanaged =>
        ref MemoryMarshal.AsRef<T>(Bytes.Slice(offset, Unsafe.SizeOf<T>()));

    /// <summary>A writable view of a structure in place; its pages count as written from this call on.</summary>
    /// <remarks>Hold the reference no longer than until the next <see cref="Resize"/>.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref T Write<T>(int offset)
        where T : unmanaged =>
        ref MemoryMarshal.AsRef<T>(Write(offset, Unsafe.SizeOf<T>()));

    /// <summary>A writable span of bytes in place; its pages count as written from this call on.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range leaves the memory.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<byte> Write(int offset, int count)
    {
        Span<byte> range = _bytes.AsSpan(0, _length).Slice(offset, count);
        if (count == 0)
            return range;
        int last = (offset + count - 1) >> PageShift;
        for (int page = offset >> PageShift; page <= last; page++)
            Touch(page);
        return range;
    }

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

    /// <summary>Begins a unit of work that <see cref="Rollback"/> can undo.</summary>
    public void Checkpoint()
    {
        if (_isTracking)
            throw new InvalidOperationException("A unit of work is open already: call Accept or Rollback first.");
        _isTracking = true;
        _checkpointLength = _length;
    }

    /// <summary>Ends the unit of work and keeps its writes.</summary>
    public void Accept()
    {
        for (int i = 0; i < _savedCount; i++)
            Unset(_saved, _savedPages[i]);
        if (_savedCount > 0)
        {
            ArrayPool<int>.Shared.Return(_savedPages);
            ArrayPool<byte>.Shared.Return(_images);
            _savedPages = [];
            _images = [];
        }

        _savedCount = 0;
        _isTracking = false;
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
        for (int i = 0; i < _savedCount; i++)
        {
            int start = _savedPages[i] << PageShift;
            int count = Math.Min(PageSize, _length - start);
            if (count > 0)
                _images.AsSpan(i << PageShift, count).CopyTo(_bytes.AsSpan(start, count));
        }

        Accept();
    }

    public bool IsDirty
    {
        get
        {
            foreach (ulong word in _dirty)
            {
                if (word != 0)
                    return true;
            }

            return false;
        }
    }

    /// <summary>Appends the indices of dirty pages, ascending. Pages past the end (after a shrink) are left out.</summary>
    public void CollectDirtyPages(List<int> pages)
    {
        int pageCount = PageCount;
        for (int i = 0; i < _dirty.Length; i++)
        {
            for (ulong word = _dirty[i]; word != 0; word &= word - 1)
            {
                int page = (i << 6) + BitOperations.TrailingZeroCount(word);
                if (page < pageCount)
                    pages.Add(page);
            }
        }
    }

    /// <summary>Forgets which pages are dirty. Not inside a unit of work, whose later writes would go unseen.</summary>
    public void ClearDirty()
    {
        if (_isTracking)
            throw new InvalidOperationException("A unit of work is open: call Accept or Rollback first.");
        Array.Clear(_dirty);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Touch(int page)
    {
        // While tracking, a saved page is dirty too: one test covers both.
        if ((_saved[page >> 6] & (1UL << page)) == 0)
            TouchFirst(page);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void TouchFirst(int page)
    {
        Set(_dirty, page);
        int start = page << PageShift;

        // A page past the old end needs no image: rollback cuts it off.
        if (!_isTracking || start >= _checkpointLength)
            return;

        Set(_saved, page);
        if (_savedCount == _savedPages.Length)
            GrowImages();
        int count = Math.Min(PageSize, _checkpointLength - start);
        _bytes.AsSpan(start, count).CopyTo(_images.AsSpan(_savedCount << PageShift, count));
        _savedPages[_savedCount++] = page;
    }

    private void GrowImages()
    {
        int[] pages = ArrayPool<int>.Shared.Rent(Math.Max(1, _savedCount * 2));
        byte[] images = ArrayPool<byte>.Shared.Rent(pages.Length << PageShift);
        if (_savedCount > 0)
        {
            _savedPages.AsSpan(0, _savedCount).CopyTo(pages);
            _images.AsSpan(0, _savedCount << PageShift).CopyTo(images);
            ArrayPool<int>.Shared.Return(_savedPages);
            ArrayPool<byte>.Shared.Return(_images);
        }

        _savedPages = pages;
        _images = images;
    }

    /// <summary>Ends the memory at a lower length. A failed growth must not keep its memory as long as the account.</summary>
    private void Cut(int length)
    {
        if (_bytes.Length - length > Math.Max(length, PageSize))
            Array.Resize(ref _bytes, length);
        else
            _bytes.AsSpan(length, _length - length).Clear();
        _length = length;
    }

    private void GrowTo(int length)
    {
        if (length > _bytes.Length)
            Array.Resize(ref _bytes, length);
        if (WordCount(length) > _dirty.Length)
        {
            Array.Resize(ref _dirty, WordCount(length));
            Array.Resize(ref _saved, WordCount(length));
        }
    }

    private static int WordCount(int length) => Math.Max(1, (((length + PageSize - 1) >> PageShift) + 63) >> 6);

    private static void Set(ulong[] bits, int page) => bits[page >> 6] |= 1UL << page;

    private static void Unset(ulong[] bits, int page) => bits[page >> 6] &= ~(1UL << page);
}
