using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Velox.OrderBook;
using Velox.Primitives;

namespace Velox.BookVm;

/// <summary>Markets side by side, each with one writer at a time, shared by any number of machines.</summary>
/// <remarks>
/// A shard is a market of its own: orders of one shard never trade with those of another. Shards reach each other by messages, by
/// their words, and by their best prices. All are made with the same parameters.
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "Memory is freed when nobody can use it any more: shards are shared by machines and threads.")]
public sealed unsafe class ShardedBook
{
    /// <summary>Most shards of a book.</summary>
    public const int MaxShards = 256;

    /// <summary>Words of a shard.</summary>
    public const int WordCount = 64;

    /// <summary>Most prices, levels or order messages of one instruction.</summary>
    public const int MaxBulk = 256;

    private readonly BookShard[] _shards;

    [SuppressMessage("CodeQuality", "IDE0052", Justification = "Keeps memory alive.")]
    private readonly NativeRegion _viewMemory;

    // Pinned for good, so that native code may have the address.
    private readonly ulong[] _slabAddresses;

    /// <param name="shards">1 to <see cref="MaxShards"/>.</param>
    /// <param name="options">Markets, mailboxes, events.</param>
    /// <exception cref="ArgumentException">The number of shards, the mailboxes' capacity or the markets' parameters are out of bounds.</exception>
    public ShardedBook(int shards, ShardedBookOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(shards, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(shards, MaxShards);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.MailboxCapacity, ShardedBookOptions.MaxMailboxCapacity);

        _viewMemory = new NativeRegion(new NativeRegionOptions(shards * ShardView.Size) { AlignmentBytes = ShardView.Size });
        _slabAddresses = GC.AllocateArray<ulong>(shards, pinned: true);
        _shards = new BookShard[shards];
        for (int i = 0; i < shards; i++)
        {
            ShardView* view = (ShardView*)_viewMemory.Address + i;
            (view->Shard, view->ShardCount) = ((uint)i, (uint)shards);
            _shards[i] = CreateShard(i, view, options);
            _slabAddresses[i] = (ulong)_shards[i].SlabAddress;
        }
    }

    public int ShardCount => _shards.Length;

    /// <exception cref="IndexOutOfRangeException">There is no such shard.</exception>
    public BookShard this[int shard] => _shards[shard];

    /// <summary>The highest bid of all shards, 0 for none. Any thread.</summary>
    public ulong BestBidTicks
    {
        get
        {
            ulong best = 0;
            foreach (BookShard shard in _shards)
                best = Math.Max(best, shard.BestBidTicks);
            return best;
        }
    }

    /// <summary>The lowest ask of all shards, 0 for none. Any thread.</summary>
    public ulong BestAskTicks
    {
        get
        {
            // 0, for none, becomes the largest number, and back.
            ulong least = ulong.MaxValue;
            foreach (BookShard shard in _shards)
                least = Math.Min(least, shard.BestAskTicks - 1);
            return least + 1;
        }
    }

    /// <summary>The addresses of the shards' slabs, for as long as this object lives.</summary>
    internal ulong* SlabAddresses => (ulong*)Unsafe.AsPointer(ref _slabAddresses[0]);

    /// <summary>The shard of that number, or null.</summary>
    internal BookShard? Find(ulong shard) => shard < (ulong)_shards.Length ? _shards[shard] : null;

    /// <summary>A book to try programs on: 4,096 orders in 256 blocks of 64 prices, and the funded seats 0 to 3 in each shard.</summary>
    public static ShardedBook CreateSandbox(int shards)
    {
        const int seats = 4;
        const ulong atoms = 1ul << 50;
        var book = new ShardedBook(shards, new ShardedBookOptions
        {
            Market = new MarketParameters
            {
                LotSize = 1,
                TickSize = 1,
                OrderCapacity = 4096,
                BlockCapacity = 256,
                SeatCapacity = seats,
                MaxOpenOrdersPerSeat = 1024,
            },
        });
        foreach (BookShard shard in book._shards)
        {
            for (byte owner = 1; owner <= seats; owner++)
            {
                shard.Market.OpenSeat(OwnerOf(owner), out uint seat);
                shard.Market.Credit(seat, Asset.Base, atoms);
                shard.Market.Credit(seat, Asset.Quote, atoms);
            }
        }

        return book;
    }

    private static Address OwnerOf(byte number)
    {
        Span<byte> bytes = stackalloc byte[32];
        bytes.Fill(number);
        return new Address(bytes);
    }

    private static BookShard CreateShard(int index, ShardView* view, ShardedBookOptions options)
    {
        MarketParameters market = options.Market;
        long bytes = MarketLayout.RequiredBytes(market.OrderCapacity, market.BlockCapacity, market.SeatCapacity);
        var memory = new NativeRegion(new NativeRegionOptions(Math.Clamp(bytes, MarketLayout.HeaderBytes, MarketLayout.MaxMarketBytes)));
        BookError error = Market.TryCreate(memory, market, out Market created);
        if (error != BookError.None)
            throw new ArgumentException($"The markets cannot be made: {error}.", nameof(options));
        return new BookShard(index, memory, created, view, options);
    }
}
