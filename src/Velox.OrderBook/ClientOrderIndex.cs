using System.Numerics;
using System.Runtime.CompilerServices;

namespace Velox.OrderBook;

/// <summary>Finds a seat's open order by the id that its trader gave it.</summary>
/// <remarks>
/// Buckets by the lower bits of a mixed key, each a cache line with entries for 15 orders. Orders that find no room are in a
/// binary trie through the order nodes themselves: a node is any order whose key begins, from its upper end, with the bits
/// of its path. Of ids that come as they come, hardly one in a hundred is there; those that a hostile trader chose to meet
/// in one bucket part at the first bit that differs, so no path is longer than the key: 80 steps.
/// <para>
/// There are as many buckets as hold 8 orders each of the most there ever were, so that a small book stays small in the
/// caches: beyond that one bucket is split in two (linear hashing), which costs as many steps as it holds orders.
/// </para>
/// </remarks>
internal static unsafe class ClientOrderIndex
{
    /// <summary>64 bits of mixed key, then the 16 of the seat: two orders with all of these the same are one.</summary>
    private const int KeyBits = 80;

    /// <summary>Orders a bucket, on average, at which another bucket is added.</summary>
    internal const uint OrdersPerBucket = 8;

    /// <summary>Different for every client order id of a seat, and spread over all bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong KeyOf(uint seat, ulong clientOrderId)
    {
        // Steps that can each be undone, so that ids of one seat never share a key. The upper half is folded down before the
        // multiplication, which carries differences upwards only, and again after it: so ids that follow each other and ids
        // that differ in their upper bits spread alike. Who chooses ids that meet in spite of it gains a longer path and no more.
        ulong key = clientOrderId ^ ((ulong)seat << 47);
        key = (key ^ (key >> 32)) * 0x9E37_79B9_7F4A_7C15UL;
        return key ^ (key >> 32);
    }

    /// <summary>The bucket of a key: while a bucket is not split yet, keys of its other half are in it too.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static uint BucketOf(ulong key, uint buckets)
    {
        uint half = 1U << BitOperations.Log2(buckets);
        uint bucket = (uint)key & ((half << 1) - 1);
        return bucket < buckets ? bucket : bucket & (half - 1);
    }

    /// <summary>The link of the seat's open order with this id, or 0.</summary>
    internal static uint Find(in Slab slab, uint seat, ulong clientOrderId)
    {
        if (clientOrderId == 0)
            return 0;
        IndexBucket* bucket = BucketFor(slab, seat, clientOrderId, out ulong key);
        return FindIn(slab, bucket, key, seat, clientOrderId, out _);
    }

    /// <summary>The bucket where a seat's order with this id is or would be.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static IndexBucket* BucketFor(in Slab slab, uint seat, ulong clientOrderId, out ulong key)
    {
        key = KeyOf(seat, clientOrderId);
        return slab.Bucket(BucketOf(key, slab.Header->IndexBuckets));
    }

    /// <summary>The link of the order with this id in its bucket, and where in it; 0 for none.</summary>
    /// <param name="slab">Of the market.</param>
    /// <param name="bucket">As <see cref="BucketFor"/> gave it.</param>
    /// <param name="key">The same.</param>
    /// <param name="seat">Whose order.</param>
    /// <param name="clientOrderId">Not 0.</param>
    /// <param name="place">Of its entry; <see cref="IndexBucket.Entries"/> when it is in the trie.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static uint FindIn(
        in Slab slab, IndexBucket* bucket, ulong key, uint seat, ulong clientOrderId, out int place)
    {
        for (uint candidates = IndexBucket.Candidates(in *bucket, key); candidates != 0; candidates &= candidates - 1)
        {
            place = BitOperations.TrailingZeroCount(candidates);
            uint link = IndexBucket.LinkOf(((uint*)bucket)[place]);
            OrderNode* order = slab.Order(link);
            if (order->ClientOrderId == clientOrderId && order->Seat == seat)
                return link;
        }

        place = IndexBucket.Entries;
        return bucket->Overflow == 0 ? 0 : FindInTrie(slab, bucket->Overflow, key, seat, clientOrderId);
    }

    private static uint FindInTrie(in Slab slab, uint root, ulong key, uint seat, ulong clientOrderId)
    {
        uint link = root;
        for (int depth = 0; link != 0; depth++)
        {
            RequireDepth(depth);
            ref readonly OrderNode order = ref slab.ReadOrder(link);
            if (order.ClientOrderId == clientOrderId && order.Seat == seat)
                return link;
            link = IsRight(key, seat, depth) ? order.IndexRight : order.IndexLeft;
        }

        return 0;
    }

    /// <summary>Adds an order whose id no open order of its seat has. Its index links must be 0.</summary>
    internal static void Insert(in Slab slab, ref MarketHeader header, uint link, uint seat, ulong clientOrderId)
    {
        IndexBucket* bucket = BucketFor(slab, seat, clientOrderId, out ulong key);
        InsertInto<AnyBook>(slab, bucket, key, link, seat);
    }

    /// <summary><see cref="Insert"/>, into the bucket that the id has. The header must be noted as written.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void InsertInto<TMode>(in Slab slab, IndexBucket* bucket, ulong key, uint link, uint seat)
        where TMode : struct, IBookMode
    {
        Put<TMode>(slab, bucket, key, link, seat);
        MarketHeader* header = slab.Header;
        if (++header->IndexedOrders > (ulong)header->IndexBuckets * OrdersPerBucket && header->IndexBuckets < slab.BucketCapacity)
            Split(slab, ref slab.WriteHeader());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put<TMode>(in Slab slab, IndexBucket* bucket, ulong key, uint link, uint seat)
        where TMode : struct, IBookMode
    {
        slab.Writes<TMode>(bucket, sizeof(IndexBucket));
        int place = IndexBucket.FreePlace(in *bucket);
        if (place < IndexBucket.Entries)
            ((uint*)bucket)[place] = IndexBucket.EntryOf(key, link);
        else
            Hang(slab, ref *bucket, link, key, seat);
    }

    /// <summary>Puts an order into the trie of a full bucket.</summary>
    private static void Hang(in Slab slab, ref IndexBucket bucket, uint link, ulong key, uint seat)
    {
        uint at = bucket.Overflow;
        if (at == 0)
        {
            bucket.Overflow = link;
            return;
        }

        for (int depth = 0; ; depth++)
        {
            RequireDepth(depth);
            bool isRight = IsRight(key, seat, depth);
            ref readonly OrderNode order = ref slab.ReadOrder(at);
            uint next = isRight ? order.IndexRight : order.IndexLeft;
            if (next == 0)
            {
                ref OrderNode parent = ref slab.WriteOrder(at);
                if (isRight)
                    parent.IndexRight = link;
                else
                    parent.IndexLeft = link;
                return;
            }

            at = next;
        }
    }

    /// <summary>Takes an order out.</summary>
    internal static void Remove(in Slab slab, ref MarketHeader header, uint link, in OrderNode order)
    {
        ulong clientOrderId = order.ClientOrderId;
        uint seat = order.Seat;
        IndexBucket* bucket = BucketFor(slab, seat, clientOrderId, out ulong key);
        RemoveFrom<AnyBook>(slab, bucket, key, IndexBucket.PlaceOf(in *bucket, IndexBucket.EntryOf(key, link)), link);
    }

    /// <summary>Takes an order out of the place that it was found at. The header must be noted as written.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void RemoveFrom<TMode>(in Slab slab, IndexBucket* bucket, ulong key, int place, uint link)
        where TMode : struct, IBookMode
    {
        slab.Writes<TMode>(bucket, sizeof(IndexBucket));
        slab.Header->IndexedOrders--;
        if (place < IndexBucket.Entries)
            ((uint*)bucket)[place] = 0;
        else
            Unhang(slab, ref *bucket, link, *slab.Order(link), key);
    }

    /// <summary>Takes an order out of the trie of its bucket: any leaf below it may stand in its place.</summary>
    private static void Unhang(in Slab slab, ref IndexBucket bucket, uint link, in OrderNode order, ulong key)
    {
        uint replacement = order.IndexLeft | order.IndexRight;
        if (replacement != 0)
            replacement = DetachLeaf(slab, order);
        uint at = bucket.Overflow;
        if (at == link)
        {
            bucket.Overflow = replacement;
            return;
        }

        for (int depth = 0; ; depth++)
        {
            RequireDepth(depth);
            bool isRight = IsRight(key, order.Seat, depth);
            ref readonly OrderNode parent = ref slab.ReadOrder(at);
            uint next = isRight ? parent.IndexRight : parent.IndexLeft;
            if (next == link)
            {
                ref OrderNode written = ref slab.WriteOrder(at);
                if (isRight)
                    written.IndexRight = replacement;
                else
                    written.IndexLeft = replacement;
                return;
            }

            at = next;
        }
    }

    /// <summary>Takes a leaf from below an order and gives it the order's children.</summary>
    private static uint DetachLeaf(in Slab slab, in OrderNode top)
    {
        uint parent = 0;
        uint leaf = top.IndexLeft != 0 ? top.IndexLeft : top.IndexRight;
        for (int depth = 0; ; depth++)
        {
            RequireDepth(depth);
            ref readonly OrderNode order = ref slab.ReadOrder(leaf);
            uint next = order.IndexLeft != 0 ? order.IndexLeft : order.IndexRight;
            if (next == 0)
                break;
            parent = leaf;
            leaf = next;
        }

        ref OrderNode written = ref slab.WriteOrder(leaf);
        written.IndexLeft = top.IndexLeft == leaf ? 0 : top.IndexLeft;
        written.IndexRight = top.IndexRight == leaf ? 0 : top.IndexRight;
        if (parent != 0)
        {
            ref OrderNode above = ref slab.WriteOrder(parent);
            if (above.IndexLeft == leaf)
                above.IndexLeft = 0;
            else
                above.IndexRight = 0;
        }

        return leaf;
    }

    /// <summary>Adds a bucket: the one whose keys it shares gives up those that belong to it now.</summary>
    private static void Split(in Slab slab, ref MarketHeader header)
    {
        uint added = header.IndexBuckets++;
        uint source = added - (1U << BitOperations.Log2(added));
        ref IndexBucket bucket = ref slab.WriteBucket(source);
        IndexBucket old = bucket;
        bucket = default;
        for (int place = 0; place < IndexBucket.Entries; place++)
        {
            if (old[place] != 0)
                Move(slab, IndexBucket.LinkOf(old[place]));
        }

        uint top = old.Overflow;
        for (uint left = slab.OrderCapacity; top != 0; left--)
        {
            // As many steps as there can be orders: corrupt links may form a ring.
            if (left == 0)
                Slab.ThrowCorrupt("The index of client order ids has a ring.");
            ref OrderNode order = ref slab.WriteOrder(top);
            uint moved = top;
            top = (order.IndexLeft | order.IndexRight) == 0 ? 0 : DetachLeaf(slab, order);
            order.IndexLeft = 0;
            order.IndexRight = 0;
            Move(slab, moved);
        }
    }

    private static void Move(in Slab slab, uint link)
    {
        OrderNode* order = slab.Order(link);
        IndexBucket* bucket = BucketFor(slab, order->Seat, order->ClientOrderId, out ulong key);
        Put<AnyBook>(slab, bucket, key, link, order->Seat);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool IsRight(ulong key, uint seat, int depth) =>
        (depth < 64 ? (key << depth) >> 63 : ((ulong)seat >> (depth - 64)) & 1) != 0;

    private static void RequireDepth(int depth)
    {
        if (depth >= KeyBits)
            Slab.ThrowCorrupt("The index of client order ids is deeper than its keys are long.");
    }
}
