using System.Numerics;
using System.Runtime.CompilerServices;

namespace Velox.OrderBook;

/// <summary>Finds a seat's open order by the id that its trader gave it.</summary>
/// <remarks>
/// Buckets by the lower bits of a mixed key, and in each bucket a binary trie through the order nodes themselves: a node is
/// any order whose key begins, from its upper end, with the bits of its path. Ids that come as they come are found in one
/// or two steps. Ids that a hostile trader chose to meet in one bucket part at the first bit that differs, so no chain is
/// longer than the key: 80 steps.
/// <para>
/// The buckets are as many as there ever were orders at a time, so that a small book stays small in the caches: with each order
/// beyond that one bucket is split in two (linear hashing), which costs as many steps as it holds orders.
/// </para>
/// </remarks>
internal static class ClientOrderIndex
{
    /// <summary>64 bits of mixed key, then the 16 of the seat: two orders with all of these the same are one.</summary>
    private const int KeyBits = 80;

    /// <summary>Different for every client order id of a seat, and spread over all bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong KeyOf(uint seat, ulong clientOrderId)
    {
        // Steps that can each be undone, so that ids of one seat never share a key. One multiplication spreads ids that follow
        // each other; who chooses ids that meet in spite of it gains a longer path and no more.
        ulong key = (clientOrderId ^ ((ulong)seat << 47)) * 0x9E37_79B9_7F4A_7C15UL;
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
    internal static uint Find(in Slab slab, uint buckets, uint seat, ulong clientOrderId)
    {
        if (clientOrderId == 0)
            return 0;
        ulong key = KeyOf(seat, clientOrderId);
        uint link = slab.ReadBucket(BucketOf(key, buckets));
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
        Hang(slab, header.IndexBuckets, link, seat, clientOrderId);
        if (++header.IndexedOrders > header.IndexBuckets && header.IndexBuckets < slab.BucketCapacity)
            Split(slab, ref header);
    }

    private static void Hang(in Slab slab, uint buckets, uint link, uint seat, ulong clientOrderId)
    {
        ulong key = KeyOf(seat, clientOrderId);
        uint bucket = BucketOf(key, buckets);
        uint at = slab.ReadBucket(bucket);
        if (at == 0)
        {
            slab.WriteBucket(bucket) = link;
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

    /// <summary>Takes an order out: any leaf below it may stand in its place.</summary>
    internal static void Remove(in Slab slab, ref MarketHeader header, uint link, in OrderNode order)
    {
        header.IndexedOrders--;
        ulong key = KeyOf(order.Seat, order.ClientOrderId);
        uint replacement = order.IndexLeft | order.IndexRight;
        if (replacement != 0)
            replacement = DetachLeaf(slab, order);

        uint bucket = BucketOf(key, header.IndexBuckets);
        uint at = slab.ReadBucket(bucket);
        if (at == link)
        {
            slab.WriteBucket(bucket) = replacement;
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
        uint top = slab.ReadBucket(source);
        slab.WriteBucket(source) = 0;
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
            Hang(slab, header.IndexBuckets, moved, order.Seat, order.ClientOrderId);
        }
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
