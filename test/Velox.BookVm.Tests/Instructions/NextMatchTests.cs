using System.Runtime.InteropServices;
using Velox.Bpf;
using Velox.OrderBook;

namespace Velox.BookVm.Tests;

/// <summary>What native code fetches ahead of a match, and that nothing but the caches notices.</summary>
public unsafe class NextMatchTests
{
    private const int Books = 200;

    /// <summary>r0 = the address found, r4 = that of the best level's first order, where it is fetched.</summary>
    private static readonly AddedInstruction Find = new(0xf7, "nextmatch", OperandForm.Unary, (_, _) => 0) { Emitter = new FindEmitter() };

    private static readonly Dialect Dialect = BookInstructions.Ebpf.With("ebpf-next-match", Find);

    [Fact]
    public void The_first_orders_of_the_best_and_of_the_next_level_are_found()
    {
        Assert.SkipUnless(RuntimeInformation.ProcessArchitecture == Architecture.X64 && NextMatch.IsSupported, "The code is for x86-64 with BMI.");
        int seed = Random.Shared.Next();
        var random = new Random(seed);
        int found = 0;
        for (int number = 0; number < Books; number++)
        {
            ShardedBook book = Rig.CreateBook(1, mailbox: 4, out _);
            (ulong Price, nint Order)[] asks = Populate(book[0], random, Side.Ask, random.Next(1000, 1100));
            (ulong Price, nint Order)[] bids = Populate(book[0], random, Side.Bid, random.Next(900, 1000));
            foreach (Side side in (Side[])[Side.Bid, Side.Ask])
            {
                ulong limit = (ulong)random.Next(880, 1120);
                (ulong Price, nint Order)[] makers = side == Side.Bid ? asks : [.. bids.Reverse()];
                bool crosses = makers.Length > 0 && (side == Side.Bid ? limit >= makers[0].Price : limit <= makers[0].Price);
                bool hasNext = crosses && makers.Length > 1 && makers[0].Price / 64 == makers[1].Price / 64;
                using var rig = new Rig(Tier.Native, ProgramFor(side, limit), book);
                ulong next = rig.Run();
                ulong[] registers = rig.Machine.RegistersOf();
                string context = $"seed {seed}, book {number}, {side} at {limit}";
                Assert.True(registers[4] == (crosses ? (ulong)makers[0].Order : 44), context);
                Assert.True(hasNext ? next == (ulong)makers[1].Order : !IsIn(book[0], next), context);
                Assert.True(registers is [_, 11, _, _, _, 55, ..] && registers[2] == (ulong)side && registers[3] == limit, context);
                found += hasNext ? 1 : 0;
            }
        }

        // Some 60 do of the 400 orders.
        Assert.True(found > Books / 8, $"seed {seed}: only {found} orders had a next level");
    }

    [Fact]
    public void Any_number_of_a_best_level_is_looked_up_inside_the_slab_or_not_at_all()
    {
        foreach (uint number in (uint[])[0, 1, 63, 64, 64 * 40, (64 * 41) - 1, 64 * 41, int.MaxValue, uint.MaxValue])
        {
            ShardedBook book = Rig.CreateBook(1, mailbox: 4, out _);
            Rig.Place(book[0], 0, Side.Ask, 100, 1);
            ((MarketHeader*)book[0].SlabAddress)->Asks.Best = number;
            using var rig = new Rig(Tier.Native, ProgramFor(Side.Bid, 100), book);
            rig.Run();
        }
    }

    [Fact]
    public void Runs_end_alike_with_and_without()
    {
        int seed = Random.Shared.Next();
        ShardedBook one = Rig.CreateBook(1, mailbox: 4, out List<BookEvent> oneEvents);
        ShardedBook other = Rig.CreateBook(1, mailbox: 4, out List<BookEvent> otherEvents);
        BpfProgram program = BookVirtualMachine.Assemble("""
            mov64 r6, r1
            add64 r6, 4080
            mov64 r7, r1
            turn:
            ldxdw r1, [r7+0]
            ldxdw r2, [r7+8]
            ldxdw r3, [r7+16]
            ldxdw r4, [r7+24]
            ldxdw r5, [r7+32]
            placeorder r0
            ldxdw r2, [r7+40]
            matchorders r5
            mul64 r8, 31
            add64 r8, r0
            mul64 r8, 31
            add64 r8, r5
            add64 r7, 48
            jlt r7, r6, turn
            mov64 r0, r8
            exit
            """);
        using var with = new BookVirtualMachine(program, one, new BookVmOptions { Speculates = true });
        using var without = new BookVirtualMachine(program, other, new BookVmOptions { Speculates = false });
        var random = new Random(seed);
        for (int run = 0; run < 50; run++)
        {
            ulong[] input = new ulong[512];
            for (int i = 0; i + 6 <= input.Length; i += 6)
            {
                ulong[] order =
                [
                    (ulong)random.Next(4), (ulong)random.Next(8), (ulong)random.Next(80, 120), (ulong)random.Next(1, 9),
                    (ulong)random.Next(300), (ulong)random.Next(3),
                ];
                order.CopyTo(input, i);
            }

            byte[] bytes = Rig.Words(input);
            BookRun expected = without.Run(0, bytes);
            Assert.True(expected.IsSuccess, $"seed {seed}, run {run}: {expected}");
            Assert.True(expected == with.Run(0, bytes), $"seed {seed}, run {run}");
            Assert.True(one[0].Slab.SequenceEqual(other[0].Slab), $"seed {seed}, run {run}");
        }

        Assert.True(oneEvents.Count(each => each.Kind == BookEventKind.Fill) > 100, $"seed {seed}: few orders matched");
        Assert.True(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(oneEvents)).SequenceEqual(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(otherEvents))), $"seed {seed}");
    }

    private static BpfProgram ProgramFor(Side side, ulong limit) => BpfProgram.Create(
        Assembler.Assemble($"{Rig.Arguments(11, (ulong)side, limit, 44, 55)}\nlddw r0, 0x77\nnextmatch r0\nexit", Dialect), BookSyscalls.Table);

    /// <summary>Places orders; returns the first order at each price, lowest price first.</summary>
    private static (ulong Price, nint Order)[] Populate(BookShard shard, Random random, Side side, int from)
    {
        const int linkMask = (1 << MarketLayout.OrderLinkBits) - 1;
        nint orders = (nint)shard.SlabAddress
            + (nint)MarketLayout.OrderOffset(shard.Market.Header.BlockCapacity, shard.Market.Header.SeatCapacity) - MarketLayout.OrderBytes;
        var first = new SortedDictionary<ulong, nint>();
        for (int i = random.Next(12); i > 0; i--)
        {
            ulong price = (ulong)(side == Side.Ask ? from + random.Next(90) : from - random.Next(90));
            ulong id = Rig.Place(shard, (uint)random.Next(4), side, price, (ulong)random.Next(1, 20));
            first.TryAdd(price, orders + ((nint)(id & linkMask) * MarketLayout.OrderBytes));
        }

        return [.. first.Select(each => (each.Key, each.Value))];
    }

    private static bool IsIn(BookShard shard, ulong address) => address - (ulong)shard.SlabAddress < (ulong)shard.Slab.Length;

    /// <summary>The code under test with its fetch replaced by one that can be seen.</summary>
    private sealed class FindEmitter : AddedEmitter
    {
        private static ReadOnlySpan<byte> FetchFirst => [0x41, 0x0f, 0x18, 0x0a]; // prefetcht0 [r10]

        private static ReadOnlySpan<byte> KeepFirst => [0x4d, 0x89, 0xd1, 0x90]; // mov r9,r10; nop

        public override bool Supports(NativeArchitecture architecture) => architecture == NativeArchitecture.X64 && NextMatch.IsSupported;

        public override void Emit<TCode>(ref TCode code, InstructionWord instruction)
        {
            byte[] find = NextMatch.Find.ToArray();
            KeepFirst.CopyTo(find.AsSpan(find.AsSpan().IndexOf(FetchFirst)));
            code.HostWord(NativeRegister.Free0, BookHostWords.NextMatch);
            code.Machine(find);
            code.Move((NativeRegister)instruction.Destination, NativeRegister.Free1);
        }
    }
}
