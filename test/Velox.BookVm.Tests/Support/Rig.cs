using System.Runtime.InteropServices;
using Velox.Bpf;
using Velox.OrderBook;

namespace Velox.BookVm.Tests;

/// <summary>What a program is run by.</summary>
public enum Tier
{
    Interpreter,
    Native,
}

/// <summary>A program on a small book whose seats 0 to 3 have money, with the events kept.</summary>
internal sealed class Rig : IDisposable
{
    /// <summary>Atoms of each asset that each seat begins with.</summary>
    internal const ulong Atoms = 1_000_000_000;

    internal Rig(Tier tier, string text, int shards = 2, int mailbox = 4, uint? seat = null, ulong units = 10_000_000)
        : this(tier, BookVirtualMachine.Assemble(text), CreateBook(shards, mailbox, out List<BookEvent> events), events, seat, units)
    {
    }

    internal Rig(
        Tier tier, BpfProgram program, ShardedBook book, List<BookEvent>? events = null, uint? seat = null, ulong units = 10_000_000)
    {
        Book = book;
        Events = events ?? [];
        if (tier == Tier.Native)
            Assert.SkipUnless(program.TryCompile(), "This machine does not run native code: it needs Linux on x86-64 or ARM64.");
        Machine = new BookVirtualMachine(
            program, book, new BookVmOptions { AllowsNative = tier == Tier.Native, Seat = seat, UnitsPerRun = units });
    }

    internal static TheoryData<Tier> Tiers => [.. Enum.GetValues<Tier>()];

    internal ShardedBook Book { get; }

    internal BookVirtualMachine Machine { get; }

    internal List<BookEvent> Events { get; }

    internal Market Market => Book[0].Market;

    internal static ShardedBook CreateBook(int shards, int mailbox, out List<BookEvent> events, int orders = 512)
    {
        List<BookEvent> kept = [];
        events = kept;
        var book = new ShardedBook(shards, new ShardedBookOptions
        {
            MailboxCapacity = mailbox,
            Events = (_, some) =>
            {
                lock (kept)
                    kept.AddRange(some);
            },
            Market = new MarketParameters
            {
                LotSize = 2,
                TickSize = 3,
                MakerFeeBps = 5,
                TakerFeeBps = 20,
                OrderCapacity = (uint)orders,
                BlockCapacity = 40,
                SeatCapacity = 4,
                MaxOpenOrdersPerSeat = 400,
            },
        });
        for (int i = 0; i < shards; i++)
        {
            Market market = book[i].Market;
            for (byte owner = 1; owner <= 4; owner++)
            {
                byte[] address = new byte[32];
                address.AsSpan().Fill(owner);
                Assert.Equal(BookError.None, market.OpenSeat(new Primitives.Address(address), out uint seat));
                Assert.Equal(BookError.None, market.Credit(seat, Asset.Base, Atoms));
                Assert.Equal(BookError.None, market.Credit(seat, Asset.Quote, Atoms));
            }
        }

        return book;
    }

    /// <summary>Places an order as the host.</summary>
    internal static ulong Place(BookShard shard, uint seat, Side side, ulong price, ulong lots, ulong clientId = 0)
    {
        Assert.True(shard.TryClaim());
        var events = new EventWriter(new BookEvent[Market.MaxEventsPerOperation], 0);
        BookError error = shard.Market.Place(
            seat, new NewOrder(side, OrderType.Limit, price, lots, clientId), ref events, out OperationResult result);
        shard.Release();
        Assert.Equal(BookError.None, error);
        return result.OrderId;
    }

    /// <summary>Runs on shard 0; the program must reach its end.</summary>
    internal ulong Run(ReadOnlySpan<byte> input = default)
    {
        BookRun run = Machine.Run(0, input);
        Assert.True(run.IsSuccess, $"{run.Error} {run.Execution} {Machine.HostErrorOf()}");
        return run.Value;
    }

    internal static byte[] Words(params ReadOnlySpan<ulong> words) => MemoryMarshal.AsBytes(words).ToArray();

    /// <summary>r1 to r5 set to these, in assembly.</summary>
    internal static string Arguments(params ReadOnlySpan<ulong> values)
    {
        var lines = new System.Text.StringBuilder();
        for (int i = 0; i < values.Length; i++)
            lines.AppendLine($"lddw r{i + 1}, 0x{values[i]:x}");
        return lines.ToString();
    }

    public void Dispose() => Machine.Dispose();
}
