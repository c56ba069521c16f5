using Velox.Bpf;
using Velox.OrderBook;

namespace Velox.BookVm.Tests;

/// <summary>The programs of samples/book-vm, in assembly and in C.</summary>
public sealed class SampleTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("velox-book-vm");

    /// <summary>How a program was written, and what runs it.</summary>
    public static TheoryData<string, Tier> Ways => new()
    {
        { "asm", Tier.Interpreter }, { "asm", Tier.Native }, { "c", Tier.Interpreter }, { "c", Tier.Native },
    };

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [MemberData(nameof(Ways))]
    public void The_example_of_the_origin_document(string language, Tier tier)
    {
        using var machine = new BookVirtualMachine(
            Load("place-order", language), ShardedBook.CreateSandbox(8), new BookVmOptions { AllowsNative = tier == Tier.Native });
        Assert.True(machine.Run().IsSuccess);
        Assert.Equal((100ul, 0ul), (machine.BestBid, machine.BestAsk));
        machine.Book[0].Market.TryGetBest(Side.Bid, out DepthLevel level);
        Assert.Equal(new DepthLevel(100, 10, 1), level);
        Assert.Equal(100ul, machine.RegistersOf()[language == "c" ? 0 : 6]);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void The_market_maker_quotes_and_quotes_again(string language, Tier tier)
    {
        using Rig rig = Create("market-maker", language, tier);
        Rig.Place(rig.Book[0], 2, Side.Bid, 990, 5);
        Assert.Equal(7ul, rig.Run(Rig.Words(1, 1000, 3, 10, 3)));
        Assert.Equal([(997ul, 10ul), (996, 10), (995, 10), (990, 5)], Levels(rig.Market, Side.Bid));
        Assert.Equal([(1003ul, 10ul), (1004, 10), (1005, 10)], Levels(rig.Market, Side.Ask));

        // Further down its two best asks would meet the bid of the other: they are refused, the rest is quoted.
        Assert.Equal(5ul, rig.Run(Rig.Words(1, 986, 3, 20, 3)));
        Assert.Equal([(990ul, 5ul), (983, 20), (982, 20), (981, 20)], Levels(rig.Market, Side.Bid));
        Assert.Equal([(991ul, 20ul)], Levels(rig.Market, Side.Ask));
        Assert.Equal(986ul, rig.Book[0].WordAt(0));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void The_batch_auction_trades_most_at_one_price(string language, Tier tier)
    {
        using Rig rig = Create("batch-auction", language, tier);

        // Bids of seats 0 and 1, asks of seats 2 and 3: three trade at 101 to 102, of which 101 is the lower.
        ulong[] bids = [105, 99, 103, 102], asks = [98, 110, 101, 100, 104];
        byte[] input = [.. Rig.Words(4, 5, 7), .. Rig.Words(bids), .. Rig.Words(asks), .. Rig.Words(0, 1, 1, 0), .. Rig.Words(2, 3, 3, 2, 2)];
        Assert.Equal(3ul, rig.Run(input));
        Assert.Equal(101ul, rig.Book[0].WordAt(1));
        BookEvent[] fills = [.. rig.Events.Where(each => each.Kind == BookEventKind.Fill)];
        Assert.Equal([(2, 0), (3, 1), (2, 0)], fills.Select(each => ((int)each.Seat, (int)each.TakerSeat)));
        Assert.All(fills, each => Assert.Equal((101ul, 7ul), (each.PriceTicks, each.Lots)));
        Assert.Equal((0ul, 0ul), (rig.Machine.BestBid, rig.Machine.BestAsk));

        // Nothing in common: nothing trades.
        byte[] apart = [.. Rig.Words(1, 1, 7), .. Rig.Words(90, 91), .. Rig.Words(0, 2)];
        Assert.Equal(0ul, rig.Run(apart));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void The_batch_auction_finds_the_price_of_a_plain_search(string language, Tier tier)
    {
        int seed = Random.Shared.Next();
        var random = new Random(seed);
        BpfProgram program = Load("batch-auction", language);
        for (int round = 0; round < 50; round++)
        {
            using var rig = new Rig(tier, program, Rig.CreateBook(1, 4, out List<BookEvent> events), events);
            ulong[] bids = Draw(random), asks = Draw(random);
            (int most, ulong price) = (0, 0);
            foreach (ulong candidate in bids.Concat(asks).Order())
            {
                int orders = Math.Min(bids.Count(bid => bid >= candidate), asks.Count(ask => ask <= candidate));
                if (orders > most)
                    (most, price) = (orders, candidate);
            }

            byte[] input =
            [
                .. Rig.Words((ulong)bids.Length, (ulong)asks.Length, 2), .. Rig.Words(bids), .. Rig.Words(asks),
                .. Rig.Words([.. bids.Select(_ => (ulong)random.Next(2))]), .. Rig.Words([.. asks.Select(_ => 2 + (ulong)random.Next(2))]),
            ];
            Assert.True((ulong)most == rig.Run(input), $"seed {seed}, round {round}");
            Assert.Equal(price, rig.Book[0].WordAt(1));
            Assert.Equal(most, rig.Events.Count(each => each.Kind == BookEventKind.Fill && each.PriceTicks == price));
        }

        static ulong[] Draw(Random random) => [.. Enumerable.Range(0, random.Next(1, 65)).Select(_ => (ulong)random.Next(50, 150))];
    }

    private static (ulong Price, ulong Lots)[] Levels(Market market, Side side)
    {
        var levels = new DepthLevel[8];
        return [.. levels[..market.Depth(side, levels)].Select(level => (level.PriceTicks, level.Lots))];
    }

    private Rig Create(string name, string language, Tier tier) =>
        new(tier, Load(name, language), Rig.CreateBook(1, 4, out List<BookEvent> events), events);

    private BpfProgram Load(string name, string language)
    {
        string folder = SamplesFolder();
        if (language == "asm")
            return BookVirtualMachine.Assemble(File.ReadAllText(Path.Combine(folder, name + ".asm")));
        string? clang = Bpf.Tests.RequiredTool.Find(["clang", .. Enumerable.Range(11, 15).Reverse().Select(version => $"clang-{version}")]);
        if (clang is null)
            Bpf.Tests.RequiredTool.Miss("There is no 'clang' on the PATH: install it (Debian: clang).");
        string path = Path.Combine(_folder.FullName, name + ".o");
        Bpf.Tests.RequiredTool.Run(clang!, folder, "-target", "bpfel", "-mcpu=v3", "-O2", "-ffreestanding", "-Wall", "-Werror", "-c", name + ".c", "-o", path);
        return BookVirtualMachine.LoadElf(File.ReadAllBytes(path));
    }

    private static string SamplesFolder()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string samples = Path.Combine(folder.FullName, "samples", "book-vm");
            if (Directory.Exists(samples))
                return samples;
        }

        throw new InvalidOperationException("samples/book-vm is in no folder above the test assembly.");
    }
}
