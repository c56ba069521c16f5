namespace Velox.Primitives;

/// <summary>What to ask of the system for a <see cref="NativeRegion"/>. Only the size is required.</summary>
/// <param name="Bytes">1 to <see cref="NativeRegion.MaxBytes"/>.</param>
public sealed record NativeRegionOptions(long Bytes)
{
    /// <summary>The first byte's address is a multiple of it: a power of two, 8 to 1 GiB.</summary>
    public long AlignmentBytes { get; init; } = 64;

    /// <summary>Whether to ask for huge pages: reserved ones, else transparent ones.</summary>
    public bool TryHugePages { get; init; }

    /// <summary>The NUMA node whose memory is preferred; null leaves it to the system.</summary>
    public int? Node { get; init; }

    /// <summary>Whether the allocating thread writes every page at once: no page fault later, and memory near to it.</summary>
    /// <remarks>Otherwise a page comes into being near to the thread that touches it first.</remarks>
    public bool TouchNow { get; init; }
}

/// <summary>A block of zeroed memory outside the collected heap.</summary>
/// <remarks>
/// <para>
/// Freed exactly once: by <see cref="Dispose"/>, which any thread may call at any time and again, or when the object is
/// collected. Nobody may use an address of it afterwards: who keeps one keeps this object. Huge pages and placement are
/// wishes: <see cref="Grants"/> says what came of them, and a refusal never fails the allocation. Outside Linux there are
/// only alignment and zeros.
/// </para>
/// <code>
/// using var region = new NativeRegion(new NativeRegionOptions(1 &lt;&lt; 30) { TryHugePages = true, Node = 1 });
/// foreach (HostGrant grant in region.Grants) Console.WriteLine(grant);
/// </code>
/// </remarks>
public sealed unsafe class NativeRegion : IDisposable
{
    /// <summary>Most bytes of one region: 1 TiB.</summary>
    public const long MaxBytes = 1L << 40;

    private const long MinAlignmentBytes = 8;
    private const long MaxAlignmentBytes = 1L << 30;

    private readonly NativeBlock _block;
    private int _isFreed;

    /// <exception cref="ArgumentOutOfRangeException">A size or alignment outside its bounds.</exception>
    /// <exception cref="InsufficientMemoryException">The system has no such amount.</exception>
    public NativeRegion(NativeRegionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Bytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Bytes, MaxBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.AlignmentBytes, MinAlignmentBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.AlignmentBytes, MaxAlignmentBytes);
        if (!long.IsPow2(options.AlignmentBytes))
            throw new ArgumentOutOfRangeException(nameof(options), options.AlignmentBytes, "The alignment must be a power of two.");
        if (options.Node is { } node)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(node);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(node, NativeBlock.MaxNode);
        }

        Bytes = options.Bytes;
        _block = NativeBlock.Allocate(options);
        if (options.TouchNow)
            Touch();
    }

    ~NativeRegion() => Free();

    public long Bytes { get; }

    /// <summary>What came of the wishes for huge pages and placement; empty without wishes.</summary>
    public IReadOnlyList<HostGrant> Grants => _block.Grants;

    /// <summary>The first byte. Valid until the region is disposed or collected.</summary>
    /// <exception cref="ObjectDisposedException"/>
    public byte* Address
    {
        get
        {
            ObjectDisposedException.ThrowIf(Volatile.Read(ref _isFreed) != 0, this);
            return _block.Address;
        }
    }

    /// <summary>A part of the region.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not all inside.</exception>
    /// <exception cref="ObjectDisposedException"/>
    public Span<byte> Slice(long offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Bytes - length);
        return new Span<byte>(Address + offset, length);
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    // The exchange lets one caller through, be it the finalizer's thread.
    private void Free()
    {
        // A constructor that threw left no block.
        if (Interlocked.Exchange(ref _isFreed, 1) == 0 && _block.Address != null)
            _block.Free();
    }

    private void Touch()
    {
        // Zero over zero; volatile, so that it is not left out.
        for (long offset = 0; offset < Bytes; offset += Environment.SystemPageSize)
            Volatile.Write(ref _block.Address[offset], 0);
    }
}
