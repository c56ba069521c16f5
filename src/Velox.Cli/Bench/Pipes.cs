using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Velox.Primitives;

namespace Velox.Cli;

/// <summary>An item that carries its number.</summary>
internal interface INumbered<TSelf>
{
    long Number { get; }

    static abstract TSelf Of(long number);
}

internal readonly record struct SmallItem(long Number) : INumbered<SmallItem>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SmallItem Of(long number) => new(number);
}

/// <summary>64 bytes in fields: of a struct that is only as large by its declared size, the compiler copies the fields alone.</summary>
internal readonly record struct LargeItem(
    long Number, long Price, long Quantity, long Owner, long Market, long Flags, long Arrival, long Check)
    : INumbered<LargeItem>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LargeItem Of(long number) => new(number, 1, 2, 3, 4, 5, 6, ~number);
}

/// <summary>A queue under measurement. Structs, so that each measurement is compiled for its queue.</summary>
internal interface IPipe<TSelf>
{
    static abstract TSelf Create(int capacity);

    /// <summary>Writes items numbered from <paramref name="first"/> on, below <paramref name="end"/>; returns how many went in.</summary>
    long Write(long first, long end);

    /// <summary>Reads items, which must be numbered from <paramref name="first"/> on; returns how many there were.</summary>
    long Read(long first);
}

/// <summary>One item a call.</summary>
internal readonly struct RingPipe<TItem>(SpscRing<TItem> ring) : IPipe<RingPipe<TItem>>
    where TItem : unmanaged, INumbered<TItem>
{
    public static RingPipe<TItem> Create(int capacity) => new(new SpscRing<TItem>(capacity));

    public long Write(long first, long end) => ring.TryWrite(TItem.Of(first)) ? 1 : 0;

    public long Read(long first) => ring.TryRead(out TItem item) ? PipeRace.Expect(item.Number, first) : 0;
}

/// <summary>As many items as there are, where they lie.</summary>
internal readonly struct InPlacePipe<TItem>(SpscRing<TItem> ring) : IPipe<InPlacePipe<TItem>>
    where TItem : unmanaged, INumbered<TItem>
{
    private const int MostAtOnce = 256;

    public static InPlacePipe<TItem> Create(int capacity) => new(new SpscRing<TItem>(capacity));

    public long Write(long first, long end)
    {
        Span<TItem> free = ring.Reserve((int)Math.Min(MostAtOnce, end - first));
        for (int i = 0; i < free.Length; i++)
            free[i] = TItem.Of(first + i);
        ring.Publish(free.Length);
        return free.Length;
    }

    public long Read(long first)
    {
        ReadOnlySpan<TItem> items = ring.Peek(MostAtOnce);
        for (int i = 0; i < items.Length; i++)
            PipeRace.Expect(items[i].Number, first + i);
        ring.Advance(items.Length);
        return items.Length;
    }
}

/// <summary>The ring for many threads, here with two.</summary>
internal readonly struct ManyThreadPipe<TItem>(MpmcRing<TItem> ring) : IPipe<ManyThreadPipe<TItem>>
    where TItem : unmanaged, INumbered<TItem>
{
    public static ManyThreadPipe<TItem> Create(int capacity) => new(new MpmcRing<TItem>(capacity));

    public long Write(long first, long end) => ring.TryWrite(TItem.Of(first)) ? 1 : 0;

    public long Read(long first) => ring.TryRead(out TItem item) ? PipeRace.Expect(item.Number, first) : 0;
}

/// <summary>The peer.</summary>
internal readonly struct ChannelPipe<TItem>(Channel<TItem> channel) : IPipe<ChannelPipe<TItem>>
    where TItem : unmanaged, INumbered<TItem>
{
    public static ChannelPipe<TItem> Create(int capacity) => new(Channel.CreateBounded<TItem>(
        new BoundedChannelOptions(capacity) { SingleReader = true, SingleWriter = true }));

    public long Write(long first, long end) => channel.Writer.TryWrite(TItem.Of(first)) ? 1 : 0;

    public long Read(long first) => channel.Reader.TryRead(out TItem item) ? PipeRace.Expect(item.Number, first) : 0;
}
