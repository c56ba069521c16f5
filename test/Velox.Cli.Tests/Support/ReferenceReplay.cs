using System.Buffers.Binary;
using System.Globalization;

namespace Velox.Cli.Tests;

/// <summary>
/// Replays the bytes of a flow file in the most obvious way, and sums up what the workload asks for: sorted prices of plain lists,
/// each order looked for where it may be.
/// </summary>
internal sealed class ReferenceReplay
{
    private const int HeaderBytes = 64;
    private const int RecordBytes = 24;

    // By symbol, side and price, in order of time.
    private readonly Dictionary<(int Symbol, int Side), SortedDictionary<int, List<Order>>> _books = [];
    private readonly Dictionary<ulong, (int Symbol, int Side, int Price)> _places = [];
    private ulong _tradedQuantity;
    private ulong _tradeHash;

    internal ReferenceReplay(byte[] file)
    {
        int symbols = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(32));
        for (int symbol = 0; symbol < symbols; symbol++)
        {
            _books[(symbol, 0)] = [];
            _books[(symbol, 1)] = [];
        }

        for (int at = HeaderBytes; at < file.Length; at += RecordBytes)
            Do(file.AsSpan(at, RecordBytes));
        SumUp(symbols);
    }

    internal ulong Trades { get; private set; }

    internal Dictionary<string, string> Checksums { get; private set; } = [];

    private void Do(ReadOnlySpan<byte> record)
    {
        int side = record[1];
        int symbol = BinaryPrimitives.ReadUInt16LittleEndian(record[2..]);
        uint quantity = BinaryPrimitives.ReadUInt32LittleEndian(record[4..]);
        int price = BinaryPrimitives.ReadInt32LittleEndian(record[8..]);
        ulong id = BinaryPrimitives.ReadUInt64LittleEndian(record[16..]);
        switch (record[0])
        {
            case 0:
                Place(id, symbol, side, price, quantity, rests: true);
                break;
            case 1:
                Remove(id);
                break;
            case 2:
                if (_places.TryGetValue(id, out var place))
                {
                    Remove(id);
                    Place(id, place.Symbol, place.Side, price, quantity, rests: true);
                }

                break;
            case 3:
                Place(id, symbol, side, price, quantity, rests: false);
                break;
            default:
                Reduce(id, quantity);
                break;
        }
    }

    private void Place(ulong id, int symbol, int side, int price, uint quantity, bool rests)
    {
        SortedDictionary<int, List<Order>> others = _books[(symbol, 1 - side)];
        while (quantity > 0 && others.Count > 0)
        {
            int best = side == 0 ? others.Keys.First() : others.Keys.Last();
            if (side == 0 ? best > price : best < price)
                break;
            Order maker = others[best][0];
            uint filled = Math.Min(quantity, maker.Quantity);
            quantity -= filled;
            Trades++;
            _tradedQuantity += filled;
            _tradeHash += Mix((maker.Id * 0x9E3779B97F4A7C15) ^ Mix((id * 0xC2B2AE3D27D4EB4F) ^ Mix(((ulong)best << 32) ^ filled)));
            Reduce(maker.Id, filled);
        }

        if (quantity == 0 || !rests)
            return;
        SortedDictionary<int, List<Order>> own = _books[(symbol, side)];
        if (!own.TryGetValue(price, out List<Order>? level))
            own.Add(price, level = []);
        level.Add(new Order { Id = id, Quantity = quantity });
        _places[id] = (symbol, side, price);
    }

    private void Reduce(ulong id, uint quantity)
    {
        if (!_places.TryGetValue(id, out var place))
            return;
        Order order = _books[(place.Symbol, place.Side)][place.Price].Single(order => order.Id == id);
        if (order.Quantity <= quantity)
            Remove(id);
        else
            order.Quantity -= quantity;
    }

    private void Remove(ulong id)
    {
        if (!_places.Remove(id, out var place))
            return;
        SortedDictionary<int, List<Order>> book = _books[(place.Symbol, place.Side)];
        book[place.Price].RemoveAll(order => order.Id == id);
        if (book[place.Price].Count == 0)
            book.Remove(place.Price);
    }

    private void SumUp(int symbols)
    {
        ulong orders = 0, quantity = 0, orderHash = 0, bboHash = 0;
        foreach (var (_, book) in _books)
        {
            foreach (var (price, level) in book)
            {
                foreach (Order order in level)
                {
                    orders++;
                    quantity += order.Quantity;
                    orderHash += Mix(order.Id ^ Mix(((ulong)price << 32) ^ order.Quantity));
                }
            }
        }

        for (int symbol = 0; symbol < symbols; symbol++)
        {
            long bid = _books[(symbol, 0)].Keys.DefaultIfEmpty(-1).Last();
            long ask = _books[(symbol, 1)].Keys.DefaultIfEmpty(-1).First();
            bboHash += Mix((ulong)symbol ^ Mix(((ulong)bid << 32) ^ (uint)ask));
        }

        Checksums = new()
        {
            ["trades"] = Text(Trades),
            ["tradedQuantity"] = Text(_tradedQuantity),
            ["tradeHash"] = Hex(_tradeHash),
            ["restingOrders"] = Text(orders),
            ["restingQuantity"] = Text(quantity),
            ["orderHash"] = Hex(orderHash),
            ["bboHash"] = Hex(bboHash),
        };
    }

    private static string Text(ulong number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Hex(ulong hash) => hash.ToString("x16", CultureInfo.InvariantCulture);

    private static ulong Mix(ulong x)
    {
        x += 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }

    private sealed class Order
    {
        public ulong Id;
        public uint Quantity;
    }
}
