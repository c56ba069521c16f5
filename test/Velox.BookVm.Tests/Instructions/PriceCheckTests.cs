using System.Numerics;
using Velox.Bpf;

namespace Velox.BookVm.Tests;

/// <summary>Every way to check prices gives the same bits.</summary>
public class PriceCheckTests
{
    private static readonly ulong[] Edges =
        [0, 1, 99, 100, 101, long.MaxValue, 1ul << 63, (1ul << 63) + 1, ulong.MaxValue - 1, ulong.MaxValue, 1ul << 32, uint.MaxValue];

    public static TheoryData<Tier> Tiers => Rig.Tiers;

    [Fact]
    public void Lanes_of_every_width_give_the_bits_of_the_plain_loop()
    {
        int seed = Random.Shared.Next();
        var random = new Random(seed);
        for (int round = 0; round < 5_000; round++)
        {
            (ulong[] prices, ulong bound) = Draw(random, random.Next(257));
            PriceTest test = (PriceTest)random.Next(2);
            ulong[] expected = new ulong[PriceCheck.MaskWords(prices.Length)];
            int count = Plain(prices, bound, test, expected);
            Hold(PriceCheck.Run<PriceCheck.Lanes128>);
            Hold(PriceCheck.Run<PriceCheck.Lanes256>);
            Hold(PriceCheck.Run<PriceCheck.Lanes512>);
            Hold(PriceCheck.Run);

            void Hold(Check check)
            {
                ulong[] mask = [.. Enumerable.Repeat(ulong.MaxValue, expected.Length)];
                Assert.True(count == check(prices, bound, test, mask), $"seed {seed}, round {round}");
                Assert.True(expected.SequenceEqual(mask), $"seed {seed}, round {round}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Tiers))]
    public void Programs_get_the_bits_of_the_plain_loop(Tier tier)
    {
        int seed = Random.Shared.Next();
        var random = new Random(seed);
        using Rig atMost = Create("pricecheckle"), atLeast = Create("pricecheckge");
        for (int round = 0; round < 2_000; round++)
        {
            int number = random.Next(3) > 0 ? 64 * random.Next(1, 5) : random.Next(257);
            (ulong[] prices, ulong bound) = Draw(random, number);
            var test = (PriceTest)random.Next(2);
            ulong[] expected = new ulong[4];
            int count = Plain(prices, bound, test, expected);
            int shift = random.Next(8); // prices at any address
            byte[] input = [.. Rig.Words((ulong)prices.Length, bound, (ulong)shift), .. new byte[shift], .. Rig.Words(prices)];
            Rig rig = test == PriceTest.AtMost ? atMost : atLeast;
            Assert.True((ulong)count == rig.Run(input), $"seed {seed}, round {round}");
            ulong[] registers = rig.Machine.RegistersOf();
            Assert.True(expected.SequenceEqual(registers.AsSpan(6, 4)), $"seed {seed}, round {round}");
            Assert.Equal(MemoryMap.InputAddress + 24 + (ulong)shift, registers[1]);
            Assert.Equal((ulong)number, registers[2]);
            Assert.Equal(bound, registers[3]);
        }

        Rig Create(string mnemonic) => new(tier, $"""
            ldxdw r2, [r1+0]
            ldxdw r3, [r1+8]
            ldxdw r4, [r1+16]
            add64 r1, 24
            add64 r1, r4
            mov64 r4, r10
            add64 r4, -32
            stdw [r10-32], 0
            stdw [r10-24], 0
            stdw [r10-16], 0
            stdw [r10-8], 0
            {mnemonic} r0
            ldxdw r6, [r10-32]
            ldxdw r7, [r10-24]
            ldxdw r8, [r10-16]
            ldxdw r9, [r10-8]
            exit
            """);
    }

    [Theory]
    [MemberData(nameof(Tiers))]
    public void The_destination_may_be_any_register(Tier tier)
    {
        for (int register = 0; register < 10; register++)
        {
            using var rig = new Rig(tier, $"""
                add64 r1, 8
                mov64 r2, 128
                mov64 r3, 50
                mov64 r4, r10
                add64 r4, -32
                stdw [r10-32], 0
                pricecheckge r{register}
                mov64 r0, r{register}
                exit
                """);
            ulong[] prices = [.. Enumerable.Range(0, 129).Select(i => (ulong)i)];
            Assert.Equal(79ul, rig.Run(Rig.Words(prices))); // 1 to 128, of which 50 to 128 pass
        }
    }

    [Theory]
    [InlineData(Tier.Interpreter, 0)]
    [InlineData(Tier.Native, 0)]
    [InlineData(Tier.Native, 504)]
    [InlineData(Tier.Native, -1)]
    [InlineData(Tier.Native, -7)]
    [InlineData(Tier.Interpreter, 511)]
    public void A_mask_over_the_prices_is_refused(Tier tier, int distance)
    {
        using var rig = new Rig(tier, $"""
            mov64 r1, r10
            add64 r1, -512
            mov64 r2, 64
            mov64 r4, r1
            add64 r4, {distance}
            pricecheckle r0
            exit
            """);
        Assert.Equal(-(long)BookVmError.Overlap, (long)rig.Run());
    }

    [Theory]
    [InlineData(Tier.Interpreter)]
    [InlineData(Tier.Native)]
    public void Memory_that_is_not_there_ends_the_program(Tier tier)
    {
        ulong stack = MemoryMap.StackAddress;
        (ulong Prices, ulong Count, ulong Mask)[] wrong =
        [
            (0, 64, stack), (ulong.MaxValue - 511, 64, stack), (ulong.MaxValue, 64, stack), (ulong.MaxValue - 7, 256, stack),
            (MemoryMap.InputAddress + 4096 - 511, 64, stack), (MemoryMap.InputAddress - 8, 64, stack),
            (MemoryMap.InputAddress, 64, ulong.MaxValue - 3), (MemoryMap.InputAddress, 256, stack - 8),
            (MemoryMap.InputAddress | (1ul << 40), 64, stack), (MemoryMap.InputAddress, 64, stack | (1ul << 36)),
            (MemoryMap.InputAddress, 64, 0), (MemoryMap.InputAddress, 128, 0xf_ffff_fff8),
        ];
        foreach ((ulong prices, ulong count, ulong mask) in wrong)
        {
            using var rig = new Rig(tier, $"{Rig.Arguments(prices, count, 5, mask)}\npricecheckle r0\npricecheckle r0\nexit");
            ExecutionResult result = rig.Machine.Run().Execution;
            Assert.Equal((VmError.AccessViolation, 8), (result.Error, result.InstructionIndex));
        }
    }

    private delegate int Check(ReadOnlySpan<ulong> prices, ulong bound, PriceTest test, Span<ulong> mask);

    private static (ulong[] Prices, ulong Bound) Draw(Random random, int count)
    {
        ulong bound = Edges[random.Next(Edges.Length)];
        ulong[] prices = new ulong[count];
        for (int i = 0; i < count; i++)
        {
            prices[i] = random.Next(4) switch
            {
                0 => Edges[random.Next(Edges.Length)],
                1 => bound + (ulong)random.Next(-2, 3),
                2 => (ulong)random.Next(200),
                _ => (ulong)random.NextInt64() * 2,
            };
        }

        return (prices, bound);
    }

    private static int Plain(ulong[] prices, ulong bound, PriceTest test, ulong[] mask)
    {
        for (int i = 0; i < prices.Length; i++)
        {
            if (test == PriceTest.AtMost ? prices[i] <= bound : prices[i] >= bound)
                mask[i / 64] |= 1ul << (i % 64);
        }

        return mask.Sum(word => BitOperations.PopCount(word));
    }
}
