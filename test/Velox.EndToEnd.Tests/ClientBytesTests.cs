using System.Globalization;
using System.Text.Json;
using Velox.OrderBook;
using Velox.Primitives;
using Velox.Svm;
using Xunit;

namespace Velox.EndToEnd.Tests;

/// <summary>Every encoder of the JavaScript sample gives the bytes that the encoders in C# give, for random values.</summary>
public sealed class ClientBytesTests : IDisposable
{
    private const int Seed = 4_201;
    private const int Rounds = 50;

    private static readonly TimeSpan ScriptLimit = TimeSpan.FromMinutes(2);

    private readonly TemporaryFolder _folder = new();
    private readonly Random _random = new(Seed);
    private readonly List<Case> _cases = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_sample_encodes_what_the_server_encodes()
    {
        Checkout.RequireClient();
        for (int round = 0; round < Rounds; round++)
        {
            AddFunds();
            AddOrders();
            AddRules();
            AddMessages();
        }

        Directory.CreateDirectory(_folder.Ledger);
        string cases = Path.Combine(_folder.Ledger, "cases.json");
        File.WriteAllText(cases, JsonSerializer.Serialize(_cases, JsonSerializerOptions.Web));
        string output = await ChildProcess.RunAsync(
            $"bytes.mjs, seed {Seed}", ScriptLimit, "node", Path.Combine(Checkout.Client, "bytes.mjs"),
            Path.Combine(Checkout.Sample, "book-wire.mjs"), cases);
        Assert.Contains($"{_cases.Count} cases agree", output, StringComparison.Ordinal);
    }

    private void AddFunds()
    {
        (uint seat, ulong amount, Asset asset) = (U32(), U64(), (Asset)_random.Next(2));
        Address key = Key();
        var terms = new MarketParameters
        {
            LotSize = U64(),
            TickSize = U64(),
            MakerFeeBps = (short)_random.Next(short.MinValue, short.MaxValue),
            TakerFeeBps = U16(),
            OrderCapacity = U32(),
            BlockCapacity = U32(),
            SeatCapacity = U32(),
            MaxOpenOrdersPerSeat = U32(),
        };
        Add("createMarket", BookInstructions.CreateMarket(default, default, terms), new
        {
            lotSize = Text(terms.LotSize),
            tickSize = Text(terms.TickSize),
            makerFeeBps = terms.MakerFeeBps,
            takerFeeBps = terms.TakerFeeBps,
            orderCapacity = terms.OrderCapacity,
            blockCapacity = terms.BlockCapacity,
            seatCapacity = terms.SeatCapacity,
            maxOpenOrdersPerSeat = terms.MaxOpenOrdersPerSeat,
        });
        Add("openSeat", BookInstructions.OpenSeat(default, default), new { });
        Add("deposit", BookInstructions.Deposit(default, default, default, default, asset, seat, amount), new
        {
            asset,
            seat,
            amount = Text(amount),
        });
        Add("withdraw", BookInstructions.Withdraw(default, default, default, default, default, asset, seat, amount), new
        {
            asset,
            seat,
            amount = Text(amount),
        });
        Add("collectFees", BookInstructions.CollectFees(default, default, default, default, default, asset, amount), new
        {
            asset,
            amount = Text(amount),
        });
        Add("setSession", BookInstructions.SetSession(default, default, seat, key), new { seat, sessionKey = Bytes(key.Span) });
    }

    private void AddOrders()
    {
        (uint seat, ushort max, ulong id, ulong lots) = (U32(), U16(), U64(), U64());
        NewOrder order = Order();
        var plain = new NewOrder(order.Side, order.Type, order.PriceTicks, order.QuantityLots, order.ClientOrderId);
        Add("place", BookInstructions.Place(default, default, seat, plain), Fields(seat, order));
        Add("placeSpecial", BookInstructions.PlaceSpecial(default, default, seat, order), Fields(seat, order));
        Add("cancel", BookInstructions.Cancel(default, default, seat, id), new { seat, orderId = Text(id) });
        Add("cancelByClientId", BookInstructions.CancelByClientId(default, default, seat, id), new { seat, clientOrderId = Text(id) });
        Add("cancelAll", BookInstructions.CancelAll(default, default, seat, max), new { seat, max });
        Add("cancelSide", BookInstructions.CancelSide(default, default, seat, order.Side, max), new { seat, side = order.Side, max });
        Add("reduce", BookInstructions.Reduce(default, default, seat, id, lots), new { seat, orderId = Text(id), byLots = Text(lots) });
        Add("replace", BookInstructions.Replace(default, default, seat, id, order.PriceTicks, lots, order.SelfTrade), new
        {
            seat,
            orderId = Text(id),
            priceTicks = Text(order.PriceTicks),
            quantityLots = Text(lots),
            selfTrade = order.SelfTrade,
        });
        Add("replaceByClientId", BookInstructions.ReplaceByClientId(default, default, seat, id, order.PriceTicks, lots, order.SelfTrade), new
        {
            seat,
            clientOrderId = Text(id),
            priceTicks = Text(order.PriceTicks),
            quantityLots = Text(lots),
            selfTrade = order.SelfTrade,
        });
        var quote = new TwoSidedQuote(U64(), U64(), U64(), U64(), U64(), U64(), order.Type, order.SelfTrade, order.Expiry);
        Add("replaceQuote", BookInstructions.ReplaceQuote(default, default, seat, quote), new
        {
            seat,
            type = quote.Type,
            selfTrade = quote.SelfTrade,
            expiry = Text(quote.Expiry.Bits),
            bidClientOrderId = Text(quote.BidClientOrderId),
            bidPriceTicks = Text(quote.BidPriceTicks),
            bidLots = Text(quote.BidLots),
            askClientOrderId = Text(quote.AskClientOrderId),
            askPriceTicks = Text(quote.AskPriceTicks),
            askLots = Text(quote.AskLots),
        });
        Add("advance", BookInstructions.Advance(default), new { });
    }

    private void AddRules()
    {
        uint seat = U32();
        var phase = (MarketPhase)_random.Next(3);
        (ushort bandBps, ulong referenceTicks) = (U16(), U64());
        var limits = new SeatLimits(U32(), U64());
        Add("setPhase", BookInstructions.SetPhase(default, default, phase), new { phase });
        Add("uncross", BookInstructions.Uncross(default, default), new { });
        Add("setPriceBand", BookInstructions.SetPriceBand(default, default, bandBps, referenceTicks), new
        {
            bandBps,
            referenceTicks = Text(referenceTicks),
        });
        Add("setSeatLimits", BookInstructions.SetSeatLimits(default, default, seat, limits), new
        {
            seat,
            maxOpenOrders = limits.MaxOpenOrders,
            maxOpenNotionalAtoms = Text(limits.MaxOpenNotionalAtoms),
        });
        Add("stopSeat", BookInstructions.StopSeat(default, default, seat), new { seat });
        Add("resumeSeat", BookInstructions.ResumeSeat(default, default, seat), new { seat });
        var capacities = new MarketCapacities(U32(), U32(), U32());
        Add("growMarket", BookInstructions.GrowMarket(default, default, default, capacities), new
        {
            orderCapacity = capacities.Orders,
            blockCapacity = capacities.Blocks,
            seatCapacity = capacities.Seats,
        });
    }

    private void AddMessages()
    {
        (ushort seat, uint sequence, ulong id, ulong lots) = (U16(), U32(), U64(), U64());
        NewOrder order = Order() with { DisplayLots = 0, TriggerTicks = 0, Expiry = Expiry.Never };
        NewOrder small = order with { QuantityLots = U32() };
        uint parameter = (uint)_random.NextInt64(1, 1L << 32);
        AddMessage("place", OrderMessage.Place(seat, sequence, order), Fields(seat, order, sequence));
        AddMessage("cancel", OrderMessage.Cancel(seat, sequence, id), new { seat, sequence, clientOrderId = Text(id) });
        AddMessage("cancelAll", OrderMessage.CancelAll(seat, sequence), new { seat, sequence });
        AddMessage("cancelSide", OrderMessage.CancelSide(seat, sequence, order.Side), new { seat, sequence, side = order.Side });
        AddMessage("stopSeat", OrderMessage.StopSeat(seat, sequence), new { seat, sequence });
        AddMessage("reduce", OrderMessage.Reduce(seat, sequence, id, lots), new
        {
            seat,
            sequence,
            clientOrderId = Text(id),
            byLots = Text(lots),
        });
        AddMessage("replace", OrderMessage.Replace(seat, sequence, id, order.PriceTicks, lots, order.SelfTrade), new
        {
            seat,
            sequence,
            clientOrderId = Text(id),
            priceTicks = Text(order.PriceTicks),
            quantityLots = Text(lots),
            selfTrade = order.SelfTrade,
        });
        AddPlace("placeIceberg", small with { DisplayLots = parameter }, "displayLots");
        AddPlace("placeStop", small with { TriggerTicks = parameter }, "triggerTicks");
        AddPlace("placeUntilSlot", small with { Expiry = Expiry.AtSlot(parameter) }, "lastSlot");
        AddPlace("placeUntilTime", small with { Expiry = Expiry.AtTime(parameter) }, "lastUnixSecond");
        OrderMessage[] batch = [.. Enumerable.Range(0, _random.Next(1, 17)).Select(_ => OrderMessage.Cancel(U16(), U32(), U64()))];
        Add("batch", BookInstructions.Batch(default, default, batch), batch.Select(BytesOf).ToArray());

        void AddPlace(string name, NewOrder special, string parameterName)
        {
            Dictionary<string, object> fields = Fields(seat, small, sequence);
            fields[parameterName] = parameter;
            AddMessage(name, OrderMessage.Place(seat, sequence, special), fields);
        }
    }

    private static Dictionary<string, object> Fields(uint seat, NewOrder order, uint? sequence = null)
    {
        var fields = new Dictionary<string, object>
        {
            ["seat"] = seat,
            ["side"] = order.Side,
            ["type"] = order.Type,
            ["selfTrade"] = order.SelfTrade,
            ["clientOrderId"] = Text(order.ClientOrderId),
            ["priceTicks"] = Text(order.PriceTicks),
            ["quantityLots"] = Text(order.QuantityLots),
            ["displayLots"] = Text(order.DisplayLots),
            ["triggerTicks"] = Text(order.TriggerTicks),
            ["expiry"] = Text(order.Expiry.Bits),
        };
        if (sequence is { } number)
            fields["sequence"] = number;
        return fields;
    }

    private NewOrder Order() => new(
        (Side)_random.Next(2), (OrderType)_random.Next(6), U64(), U64(), U64(), (SelfTrade)_random.Next(4), U64(), U64(),
        Expiry.FromBits(U64()));

    private void Add(string name, Instruction instruction, object argument) =>
        _cases.Add(new Case("instructionData", name, argument, Convert.ToHexStringLower(instruction.Data.Span)));

    private void AddMessage(string name, OrderMessage message, object argument) =>
        _cases.Add(new Case("orderMessage", name, argument, BytesOf(message)[2..]));

    private static string BytesOf(OrderMessage message)
    {
        var bytes = new byte[OrderMessage.Size];
        message.WriteTo(bytes);
        return Bytes(bytes);
    }

    private static string Bytes(ReadOnlySpan<byte> bytes) => "0x" + Convert.ToHexStringLower(bytes);

    // Above 2^53 a number of JSON is not exact.
    private static string Text(ulong number) => number.ToString(CultureInfo.InvariantCulture);

    private Address Key()
    {
        var bytes = new byte[Address.Size];
        _random.NextBytes(bytes);
        return new Address(bytes);
    }

    private ushort U16() => (ushort)_random.Next(1 << 16);

    private uint U32() => (uint)_random.NextInt64(1L << 32);

    private ulong U64() => ((ulong)U32() << 32) | U32();

    private sealed record Case(string Group, string Name, object Argument, string Hex);
}
