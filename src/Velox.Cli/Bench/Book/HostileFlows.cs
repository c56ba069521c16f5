using Velox.OrderBook;

namespace Velox.Cli;

/// <summary>A flow that a hostile trader might send to make a market slow.</summary>
/// <param name="Name">What it does.</param>
/// <param name="Symbols">Markets it goes to.</param>
/// <param name="Setup">Messages that make the book it attacks: not timed.</param>
/// <param name="Attack">The timed messages.</param>
/// <param name="Units">What the time is divided by: operations, or fills.</param>
internal sealed record HostileFlow(string Name, int Symbols, FlowMessage[] Setup, FlowMessage[] Attack, int Units)
{
    internal static HostileFlow OfOperations(string name, int symbols, FlowMessage[] setup, FlowMessage[] attack) =>
        new(name, symbols, setup, attack, attack.Length);
}

/// <summary>The hostile flows, all from one seed, and the standard one that they are held against.</summary>
internal static class HostileFlows
{
    private const int Seed = 42;
    private const int StandardSymbols = 64;
    private const int StandardOperations = 2_000_000;
    private const int OpenOrders = 16_000;
    private const int Operations = 200_000;
    private const int LotsPerSweep = 200;
    private const ulong Mid = 1UL << 20;

    /// <summary>The second half of a flow, on the books that its first half left.</summary>
    internal static HostileFlow Standard() => Halves("standard flow", static id => id);

    internal static IEnumerable<HostileFlow> All()
    {
        yield return ManyLevels("one lot at each of 16,000 prices, placed and cancelled", spacing: 1);
        yield return ManyLevels("the same, prices 1,000 ticks apart", spacing: 1_000);
        yield return FarPrices();
        yield return CancelStorm("cancel storm: 16,000 orders at 16,000 prices, and once more in vain", levels: OpenOrders);
        yield return CancelStorm("cancel storm: 16,000 orders at one price, and once more in vain", levels: 1);
        yield return Sweeps("sweeps of 200 prices, per fill", spacing: 1);
        yield return Sweeps("the same, prices 1,000 ticks apart, per fill", spacing: 1_000);
        yield return Halves("standard flow with random 64-bit ids", FlowRandom.Mix);
        yield return Halves("standard flow with ids that differ in their high bits only", static id => id << 40);
    }

    private static HostileFlow Halves(string name, Func<ulong, ulong> idOf)
    {
        Flow flow = FlowGenerator.Make(Seed, StandardOperations, StandardSymbols);
        FlowMessage[] messages = FlowMessage.Prepare(flow, idOf);
        int half = messages.Length / 2;
        return HostileFlow.OfOperations(name, StandardSymbols, messages[..half], messages[half..]);
    }

    /// <summary>Every order alone at its price; a random one makes room for the next, at a random free price.</summary>
    private static HostileFlow ManyLevels(string name, ulong spacing)
    {
        ulong[] prices = [.. Enumerable.Range(1, 4 * OpenOrders).Select(level => (ulong)level * spacing)];
        return PlaceAndCancel(name, prices);
    }

    /// <summary>Prices over the whole range of ticks: bids as far down as one, asks as far up as 2^62.</summary>
    private static HostileFlow FarPrices()
    {
        // As many at each power of two, since a bid locks its price in money.
        var random = new FlowRandom(Seed);
        var distances = new HashSet<ulong>();
        while (distances.Count < 4 * OpenOrders)
        {
            int bits = 10 + (int)random.Below(52u);
            distances.Add((1UL << bits) + random.Below(1UL << bits));
        }

        return PlaceAndCancel("one lot at each of 16,000 prices up to 2^62, placed and cancelled", [.. distances]);
    }

    /// <param name="name">What it does.</param>
    /// <param name="distances">From the middle: for an ask upwards, for a bid downwards as far as there are prices.</param>
    private static HostileFlow PlaceAndCancel(string name, ulong[] distances)
    {
        var random = new FlowRandom(Seed);
        var open = new List<FlowMessage>(OpenOrders);
        var free = new List<ulong>(distances);
        ulong id = 0;
        FlowMessage[] setup = [.. Enumerable.Range(0, OpenOrders).Select(_ => Place())];
        var attack = new FlowMessage[Operations];
        for (int i = 0; i < attack.Length; i += 2)
        {
            attack[i] = Cancel();
            attack[i + 1] = Place();
        }

        return HostileFlow.OfOperations(name, 1, setup, attack);

        FlowMessage Place()
        {
            ulong distance = TakeRandom(free, random);
            var side = (Side)random.Below(2u);
            FlowMessage placed = side == Side.Ask || distance >= Mid * 64
                ? Order(++id, Side.Ask, (Mid * 64) + distance, 1)
                : Order(++id, Side.Bid, (Mid * 64) - distance, 1);
            open.Add(placed);
            return placed;
        }

        FlowMessage Cancel()
        {
            FlowMessage cancelled = TakeRandom(open, random);
            free.Add(cancelled.Side == Side.Ask ? cancelled.PriceTicks - (Mid * 64) : (Mid * 64) - cancelled.PriceTicks);
            return CancelOf(cancelled);
        }
    }

    private static HostileFlow CancelStorm(string name, int levels)
    {
        var random = new FlowRandom(Seed);
        FlowMessage[] setup = [.. Enumerable.Range(1, OpenOrders).Select(
            number => Order((ulong)number, Side.Ask, Mid + (ulong)(number % levels), 1))];
        var left = new List<FlowMessage>(setup);
        FlowMessage[] cancels = [.. setup.Select(_ => CancelOf(TakeRandom(left, random)))];
        return HostileFlow.OfOperations(name, 1, setup, [.. cancels, .. cancels]);
    }

    private static HostileFlow Sweeps(string name, ulong spacing)
    {
        FlowMessage[] setup = [.. Enumerable.Range(1, OpenOrders).Select(
            number => Order((ulong)number, Side.Ask, Mid + ((ulong)number * spacing), 1))];
        FlowMessage[] attack = [.. Enumerable.Range(1, OpenOrders / LotsPerSweep).Select(number =>
        {
            FlowMessage sweep = Order((ulong)(OpenOrders + number), Side.Bid, Mid + (OpenOrders * spacing), LotsPerSweep);
            sweep.Action = FlowAction.ImmediateOrCancel;
            return sweep;
        })];
        return new HostileFlow(name, 1, setup, attack, OpenOrders);
    }

    private static FlowMessage Order(ulong id, Side side, ulong priceTicks, ulong lots) => new()
    {
        Action = FlowAction.Add,
        Side = side,
        Seat = FlowMessage.SeatOf(id, side),
        PriceTicks = priceTicks,
        QuantityLots = lots,
        Id = id,
    };

    private static FlowMessage CancelOf(FlowMessage order) => order with { Action = FlowAction.Cancel };

    private static T TakeRandom<T>(List<T> from, FlowRandom random)
    {
        int index = (int)random.Below((uint)from.Count);
        T taken = from[index];
        from[index] = from[^1];
        from.RemoveAt(from.Count - 1);
        return taken;
    }
}
