using static Velox.OrderBook.Contradiction;

namespace Velox.OrderBook;

/// <content>Checks of the index of client order ids.</content>
internal sealed partial class MarketChecker
{
    /// <summary>
    /// Checks that every bucket leads to orders with client order ids of its own, each on the path of its key, and to as many
    /// as there are: so each is there once, and no id of a seat twice.
    /// </summary>
    private void CheckIndex()
    {
        var names = new HashSet<(ushort, ulong)>();
        uint buckets = _slab.ReadHeader().IndexBuckets;
        for (uint number = 0; number < _slab.BucketCapacity; number++)
        {
            ref readonly IndexBucket bucket = ref _slab.ReadBucket(number);
            Require(IsZero(bucket) || number < buckets, $"Bucket {number}: in use, and there are {buckets}.");
            for (int place = 0; place < IndexBucket.Entries; place++)
                CheckEntry(bucket, place, number, names);
            if (bucket.Overflow != 0)
                CheckTrie(bucket.Overflow, number, names);
        }

        Require(names.Count == _indexed, $"{_indexed} orders have client order ids, {names.Count} are in the index.");
        Require(
            _slab.ReadHeader().IndexedOrders == _indexed,
            $"{_indexed} orders have client order ids, {_slab.ReadHeader().IndexedOrders} counted.");
    }

    private void CheckEntry(in IndexBucket bucket, int place, uint number, HashSet<(ushort Seat, ulong ClientOrderId)> names)
    {
        uint entry = bucket[place];
        if (entry == 0)
            return;
        uint link = IndexBucket.LinkOf(entry);
        OrderNode order = _slab.ReadOrder(link);
        ulong key = CheckIndexed(link, order, number, names);
        Require(
            entry == IndexBucket.EntryOf(key, link) && (order.IndexLeft | order.IndexRight) == 0,
            $"Bucket {number}: entry {place} is not that of order {link}.");
    }

    /// <summary>Checks that an order is open, named once and in the right bucket. Returns its key.</summary>
    private ulong CheckIndexed(uint link, in OrderNode order, uint bucket, HashSet<(ushort Seat, ulong ClientOrderId)> names)
    {
        Require(_seenOrders[(int)link] && order.OpenLots != 0, $"Order {link}: in the index, and not open.");
        Require(
            order.ClientOrderId != 0 && names.Add((order.Seat, order.ClientOrderId)),
            $"Order {link}: the client order id {order.ClientOrderId} is not unique in the index.");
        ulong key = ClientOrderIndex.KeyOf(order.Seat, order.ClientOrderId);
        Require(
            ClientOrderIndex.BucketOf(key, _slab.ReadHeader().IndexBuckets) == bucket,
            $"Order {link}: in bucket {bucket} of the index, which is not that of its key.");
        return key;
    }

    private void CheckTrie(uint root, uint bucket, HashSet<(ushort Seat, ulong ClientOrderId)> names)
    {
        var open = new Stack<(uint Link, int Depth, UInt128 Path)>();
        open.Push((root, 0, 0));
        while (open.TryPop(out (uint Link, int Depth, UInt128 Path) at))
        {
            OrderNode order = _slab.ReadOrder(at.Link);
            ulong key = CheckIndexed(at.Link, order, bucket, names);
            Require(PathOf(key, order.Seat, at.Depth) == at.Path, $"Order {at.Link}: not on the path of its key in the index.");
            if (order.IndexLeft != 0)
                open.Push((order.IndexLeft, at.Depth + 1, at.Path << 1));
            if (order.IndexRight != 0)
                open.Push((order.IndexRight, at.Depth + 1, (at.Path << 1) | 1));
        }
    }

    private static UInt128 PathOf(ulong key, uint seat, int depth)
    {
        UInt128 path = 0;
        for (int bit = 0; bit < depth; bit++)
            path = (path << 1) | (ClientOrderIndex.IsRight(key, seat, bit) ? 1u : 0);
        return path;
    }
}
