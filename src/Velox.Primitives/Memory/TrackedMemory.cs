using System.Buffers;
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

    private const int PageShift = 12;
    private const int BlockShift = 8;
    private const int FirstImages = 64;

    private byte[] _bytes;
    private int _length;

    // _dirty: bit per page, written since ClearDirty. _saved: bit per block, its before-image is in _images (only while
    // tracking).
    private ulong[] _dirty;
    private ulong[] _saved;
    private bool _isTracking;
    private int _checkpointLength;
    private int _savedCount;

    // Rented at the first write of a unit of work and returned at its end: an idle account holds no undo memory.
    private int[] _savedBlocks = [];
    private byte[] _images = [];

    /// <param name="length">Initial length in bytes, all zero.</param>
    public TrackedMemory(int length = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        _bytes = Allocate(length);
        _length = length;
        _dirty = new ulong[WordCount(length, PageShift)];
        _saved = new ulong[WordCount(length, BlockShift)];
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
        where T : unmanaged =>
        ref At<T>(offset);

    /// <summary>A writable view of a structure in place; its pages count as written from this call on.</summary>
    /// <remarks>Hold the reference no longer than until the next <see cref="Resize"/>.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">The structure leaves the memory.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref T Write<T>(int offset)
        where T : unmanaged
    {
        ref T structure = ref At<T>(offset);
        Touch(offset, Unsafe.SizeOf<T>());
        return ref structure;
    }

    /// <summary>A writable span of bytes in place; its pages count as written from this call on.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range leaves the memory.</exception>
    public Span<byte> Write(int offset, int count)
    {
        Span<byte> range = _bytes.AsSpan(0, _length).Slice(offset, count);
        if (count > 0)
            Touch(offset, count);
        return range;
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
            Unset(_saved, _savedBlocks[i]);
        if (_savedCount > 0)
        {
            ArrayPool<int>.Shared.Return(_savedBlocks);
            ArrayPool<byte>.Shared.Return(_images);
            _savedBlocks = [];
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
            int start = _savedBlocks[i] << BlockShift;
            int count = Math.Min(BlockSize, _length - start);
            if (count > 0)
                _images.AsSpan(i << BlockShift, count).CopyTo(_bytes.AsSpan(start, count));
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

    // Unsafe: one comparison covers both ends of the structure, and _length never exceeds the array.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref T At<T>(int offset)
        where T : unmanaged
    {
        if ((uint)offset + (ulong)Unsafe.SizeOf<T>() > (uint)_length)
            ThrowOutOfRange(offset);
        return ref Unsafe.As<byte, T>(ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_bytes), (uint)offset));
    }

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
        Set(_dirty, block >> (PageShift - BlockShift));
        int start = block << BlockShift;

        // A block past the old end needs no image: rollback cuts it off.
        if (!_isTracking || start >= _checkpointLength)
            return;

        if (_savedCount == _savedBlocks.Length)
            GrowImages();
        ReadOnlySpan<byte> source = _bytes.AsSpan(start);
        Span<byte> image = _images.AsSpan(_savedCount << BlockShift);
        if (source.Length >= BlockSize)
            source[..BlockSize].CopyTo(image);
        else
            source.CopyTo(image);
        _savedBlocks[_savedCount++] = block;

        // Last: where there was no memory for its image the block is not saved.
        Set(_saved, block);
    }

    private void GrowImages()
    {
        // Room for a bundle of orders at once, so that few units of work copy their images a second time.
        int[] blocks = ArrayPool<int>.Shared.Rent(
            _savedCount > 0 ? _savedCount * 2 : Math.Min(FirstImages, (_checkpointLength >> BlockShift) + 1));
        byte[] images = ArrayPool<byte>.Shared.Rent(blocks.Length << BlockShift);
        if (_savedCount > 0)
        {
            _savedBlocks.AsSpan(0, _savedCount).CopyTo(blocks);
            _images.AsSpan(0, _savedCount << BlockShift).CopyTo(images);
            ArrayPool<int>.Shared.Return(_savedBlocks);
            ArrayPool<byte>.Shared.Return(_images);
        }

        _savedBlocks = blocks;
        _images = images;
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

    private void Reallocate(int length)
    {
        byte[] bytes = Allocate(length);
        _bytes.AsSpan(0, Math.Min(length, _length)).CopyTo(bytes);
        _bytes = bytes;
    }

    private void GrowTo(int length)
    {
        if (length > _bytes.Length)
            Reallocate(length);
        if (WordCount(length, PageShift) > _dirty.Length)
            Array.Resize(ref _dirty, WordCount(length, PageShift));
        if (WordCount(length, BlockShift) > _saved.Length)
            Array.Resize(ref _saved, WordCount(length, BlockShift));
    }

    /// <summary>Words that hold a bit for each unit, begun or whole, of 2^<paramref name="unitShift"/> bytes.</summary>
    private static int WordCount(int length, int unitShift) => (int)(((long)length + (64L << unitShift) - 1) >> (unitShift + 6));

    private static void Set(ulong[] bits, int index) => bits[index >> 6] |= 1UL << index;

    private static void Unset(ulong[] bits, int index) => bits[index >> 6] &= ~(1UL << index);
}
