using Velox.Bpf;
using Velox.OrderBook;

namespace Velox.BookVm.Tests;

/// <summary>Operations that native code calls straight: what is thrown, and what the collector moves meanwhile.</summary>
public unsafe class OperationGateTests
{
    public static TheoryData<string> Operations =>
    [
        $"{Rig.Arguments(1, 2, 200, 5, 0)}\nplaceorder r3",
        $"{Rig.Arguments(1, 0, 200, 5)}\nmatchorders r3",
        $"{Rig.Arguments(0, 1)}\ncancelclient r3",
        $"{Rig.Arguments(0)}\nldxdw r2, [r9+0]\ncancelorder r3",
    ];

    [Theory]
    [MemberData(nameof(Operations))]
    public void What_a_damaged_slab_throws_ends_the_program_once_and_as_in_the_interpreter(string operation)
    {
        string text = $"mov64 r9, r1\nmov64 r8, 8\n{operation}\nmov64 r8, 9\nexit";
        var ends = new List<(BookRun Run, ulong[] Registers, byte[] Slab)>();
        foreach (Tier tier in Enum.GetValues<Tier>())
        {
            using var rig = new Rig(tier, text, shards: 1);
            ulong order = Rig.Place(rig.Book[0], 0, Side.Ask, 100, 5, clientId: 1);
            DamageFirstOrder(rig.Book[0]);
            BookRun run = rig.Machine.Run(0, Rig.Words(order));
            Assert.Equal(VmError.HostFunctionFailed, run.Execution.Error);
            Assert.IsType<CorruptMarketException>(rig.Machine.HostErrorOf());
            Assert.Equal(8ul, rig.Machine.RegistersOf()[8]);
            ends.Add((run, rig.Machine.RegistersOf(), rig.Book[0].Slab.ToArray()));
        }

        Assert.Equal(ends[0].Run, ends[1].Run);
        Assert.Equal(ends[0].Registers, ends[1].Registers);
        Assert.Equal(ends[0].Slab, ends[1].Slab);
    }

    [Fact]
    public void After_a_run_that_threw_the_next_one_is_sound()
    {
        using var rig = new Rig(Tier.Native, $"{Rig.Arguments(1, 2, 200, 5, 0)}\nplaceorder r0\nbookresult r1, 1\nexit", shards: 1);
        Rig.Place(rig.Book[0], 0, Side.Ask, 100, 5);
        ReadOnlySpan<byte> whole = rig.Book[0].Slab.ToArray();
        DamageFirstOrder(rig.Book[0]);
        Assert.Equal(VmError.HostFunctionFailed, rig.Machine.Run().Execution.Error);
        whole.CopyTo(new Span<byte>(rig.Book[0].SlabAddress, whole.Length));
        Assert.Equal(0ul, rig.Run());
        Assert.Equal(5ul, rig.Machine.RegistersOf()[1]);
    }

    [Fact]
    public void A_collection_in_the_midst_of_an_operation_moves_what_native_code_refers_to()
    {
        int collections = 0;
        var options = new ShardedBookOptions
        {
            Market = new MarketParameters
            {
                LotSize = 1,
                TickSize = 1,
                OrderCapacity = 64,
                BlockCapacity = 8,
                SeatCapacity = 1,
                MaxOpenOrdersPerSeat = 64,
            },
            Events = (_, _) =>
            {
                collections++;
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            },
        };
        var book = new ShardedBook(1, options);
        byte[] owner = new byte[32];
        owner.AsSpan().Fill(1);
        Assert.Equal(BookError.None, book[0].Market.OpenSeat(new Primitives.Address(owner), out _));
        Assert.Equal(BookError.None, book[0].Market.Credit(0, Asset.Quote, 1 << 20));
        // 2 events a turn: the buffer is full, and handed over, in the midst of the run too.
        using var rig = new Rig(Tier.Native, BookVirtualMachine.Assemble("""
            mov64 r9, 2500
            turn:
            mov64 r1, 0
            mov64 r2, 0
            mov64 r3, 10
            mov64 r4, 3
            mov64 r5, r9
            placeorder r6
            jne r6, 0, end
            mov64 r2, r9
            cancelclient r6
            jne r6, 0, end
            add64 r9, -1
            jne r9, 0, turn
            end:
            mov64 r0, r9
            exit
            """), book);
        Assert.Equal(0ul, rig.Run());
        Assert.True(collections > 1);
        Assert.Equal(BookError.None, book[0].Market.CheckInvariants(out _));
    }

    /// <summary>Gives the first order's queue a neighbour that there is not, and its level a first order that there is not.</summary>
    private static void DamageFirstOrder(BookShard shard)
    {
        ref readonly MarketHeader header = ref shard.Market.Header;
        byte* order = shard.SlabAddress + MarketLayout.OrderOffset(header.BlockCapacity, header.SeatCapacity);
        ((OrderNode*)order)->Next = 1 << 30;
        byte* levels = shard.SlabAddress + MarketLayout.LevelOffset(header.BlockCapacity, header.SeatCapacity);
        ((PriceLevel*)levels + (header.Asks.Best - MarketLayout.BlockTicks))->FirstOrder = 1 << 30;
    }
}
