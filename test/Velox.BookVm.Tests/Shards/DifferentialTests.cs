using System.Runtime.InteropServices;
using System.Text;
using Velox.Bpf;
using Velox.OrderBook;

namespace Velox.BookVm.Tests;

/// <summary>Random programs on random books: native code, the interpreter and syscalls end alike.</summary>
public class DifferentialTests
{
    private const int Programs = 300;
    private const int RunsEach = 4;
    private const int Shards = 2;

    private static readonly ulong[] Odd =
        [0, 1, 2, 3, 63, 64, 128, 256, 257, ulong.MaxValue, 1ul << 31, 1ul << 32, 1ul << 63, MemoryMap.StackAddress, MemoryMap.HeapAddress];

    [Fact]
    public void Native_code_ends_as_the_interpreter_does()
    {
        int seed = Random.Shared.Next();
        var random = new Random(seed);
        int reachedEnd = 0;
        for (int number = 0; number < Programs; number++)
        {
            string text = Generate(random);
            ulong units = random.Next(4) == 0 ? (ulong)random.Next(3000) : 1_000_000;
            ShardedBook one = Rig.CreateBook(Shards, mailbox: 4, out List<BookEvent> oneEvents, orders: 64);
            ShardedBook other = Rig.CreateBook(Shards, mailbox: 4, out List<BookEvent> otherEvents, orders: 64);
            int bookSeed = random.Next();
            Populate(one, bookSeed);
            Populate(other, bookSeed);
            uint? seat = random.Next(4) == 0 ? 1u : null;
            using var native = new Rig(Tier.Native, BookVirtualMachine.Assemble(text), one, oneEvents, seat, units);
            using var interpreted = new Rig(Tier.Interpreter, BookVirtualMachine.Assemble(text), other, otherEvents, seat, units);
            for (int run = 0; run < RunsEach; run++)
            {
                byte[] input = new byte[random.Next(4097)];
                FillWithMessages(random, input);
                int shard = random.Next(Shards);
                BookRun expected = interpreted.Machine.Run(shard, input, (ulong)run);
                BookRun actual = native.Machine.Run(shard, input, (ulong)run);
                reachedEnd += expected.IsSuccess ? 1 : 0;
                string context = $"seed {seed}, program {number}, run {run}:\n{text}";
                Assert.True(expected == actual, $"{expected} but {actual}, {context}");
                Assert.True(interpreted.Machine.RegistersOf(shard).SequenceEqual(native.Machine.RegistersOf(shard)), context);
                HoldAlike(one, other, context);
                Assert.True(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(oneEvents)).SequenceEqual(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(otherEvents))), context);
            }
        }

        // A generator whose programs mostly fault would prove little.
        Assert.True(reachedEnd > Programs * RunsEach / 5, $"seed {seed}: only {reachedEnd} runs reached the end");
    }

    private static unsafe void HoldAlike(ShardedBook one, ShardedBook other, string context)
    {
        for (int shard = 0; shard < Shards; shard++)
        {
            Assert.True(one[shard].Slab.SequenceEqual(other[shard].Slab), context);
            var view = new ReadOnlySpan<byte>(one[shard].View, ShardView.Size);
            Assert.True(view.SequenceEqual(new ReadOnlySpan<byte>(other[shard].View, ShardView.Size)), context);
            Assert.Equal(other[shard].WaitingMessages, one[shard].WaitingMessages);
            Assert.Equal(other[shard].RefusedMessages, one[shard].RefusedMessages);
            Assert.True(one[shard].Market.CheckInvariants(out string detail) == BookError.None, detail + context);
            one[shard].Market.TryGetBest(Side.Bid, out DepthLevel bid);
            one[shard].Market.TryGetBest(Side.Ask, out DepthLevel ask);
            Assert.Equal((bid.PriceTicks, ask.PriceTicks), (one[shard].BestBidTicks, one[shard].BestAskTicks));
        }
    }

    private static void Populate(ShardedBook book, int seed)
    {
        var random = new Random(seed);
        for (int shard = 0; shard < Shards; shard++)
        {
            for (int i = random.Next(60); i > 0; i--)
            {
                var side = (Side)random.Next(2);
                ulong price = (ulong)(side == Side.Bid ? random.Next(80, 100) : random.Next(100, 120));
                Rig.Place(book[shard], (uint)random.Next(4), side, price, (ulong)random.Next(1, 20), (ulong)(i * 10));
            }
        }
    }

    private static void FillWithMessages(Random random, byte[] input)
    {
        random.NextBytes(input);
        Span<OrderMessage> messages = MemoryMarshal.Cast<byte, OrderMessage>(input.AsSpan());
        for (int i = 0; i < messages.Length; i++)
        {
            var seat = (ushort)random.Next(5);
            messages[i] = random.Next(6) switch
            {
                0 or 1 => OrderMessage.Place(seat, 0, new NewOrder((Side)random.Next(2), (OrderType)random.Next(4), Price(random), (ulong)random.Next(12), (ulong)random.Next(30))),
                2 => OrderMessage.Cancel(seat, 0, (ulong)random.Next(30)),
                3 => OrderMessage.CancelAll(seat, 0),
                4 => OrderMessage.Reduce(seat, 0, (ulong)random.Next(30), (ulong)random.Next(5)),
                _ => messages[i],
            };
        }
    }

    private static ulong Price(Random random) => (ulong)random.Next(85, 115);

    /// <summary>Statements that set arguments, most of them sensible, and use an instruction; results go on into r6 to r9.</summary>
    private static string Generate(Random random)
    {
        var text = new StringBuilder("mov64 r9, r1\n");
        int statements = random.Next(1, 25);
        for (int i = 0; i < statements; i++)
        {
            AddedInstruction instruction = BookInstructions.All[random.Next(BookInstructions.All.Count)];
            for (int argument = 1; argument <= 5; argument++)
                text.AppendLine(Set(random, instruction.Mnemonic, argument));
            int destination = random.Next(random.Next(8) == 0 ? 10 : 6);
            text.AppendLine(instruction.Form switch
            {
                OperandForm.Unary => $"{instruction.Mnemonic} r{destination}",
                OperandForm.Register => $"{instruction.Mnemonic} r{destination}, r{random.Next(9)}",
                _ => $"{instruction.Mnemonic} r{destination}, {random.Next(ShardView.ResultWords)}",
            });
            if (random.Next(3) == 0)
                text.AppendLine($"jgt r{destination}, {random.Next(3)}, next{i}");
            text.AppendLine($"add64 r{random.Next(6, 9)}, r{destination}");
            text.AppendLine($"next{i}:");
        }

        return text.AppendLine("ldxdw r1, [r10-8]\nxor64 r8, r1\nexit").ToString();
    }

    private static string Set(Random random, string mnemonic, int argument)
    {
        string register = $"r{argument}";
        if (random.Next(100) == 0)
            return $"lddw {register}, 0x{Odd[random.Next(Odd.Length)]:x}";
        if (random.Next(50) == 0)
            return $"mov64 {register}, r{random.Next(10)}";
        if (IsAddress(mnemonic, argument))
        {
            // Input (which the program may only read) or its own frame.
            bool isInput = random.Next(2) == 0 && mnemonic != "receiveshard" && argument < 3;
            return isInput
                ? $"mov64 {register}, r9\nadd64 {register}, {8 * random.Next(64)}"
                : $"mov64 {register}, r10\nadd64 {register}, {-8 * random.Next(1, 64)}";
        }

        int value = (mnemonic, argument) switch
        {
            ("placeorder", 2) => random.Next(8),
            ("matchorders", 2) or ("readlevels", 1) => random.Next(2),
            ("placeorder" or "matchorders", 3) => random.Next(85, 115),
            ("pricecheckle" or "pricecheckge", 2) => random.Next(2) == 0 ? 64 * random.Next(5) : random.Next(40),
            ("sendshard", 3) => random.Next(1, 57),
            ("placeorder", 5) => random.Next(30),
            (_, 1) => random.Next(4),
            _ => random.Next(1, 20),
        };
        return $"mov64 {register}, {value}";
    }

    private static bool IsAddress(string mnemonic, int argument) => (mnemonic, argument) switch
    {
        ("bulkupdate" or "receiveshard" or "pricecheckle" or "pricecheckge", 1) => true,
        ("sendshard" or "readlevels", 2) => true,
        ("bulkupdate", 3) => true,
        ("readlevels" or "pricecheckle" or "pricecheckge", 4) => true,
        _ => false,
    };
}
