using System.Runtime.InteropServices;

namespace Velox.Bpf.Tests;

/// <summary>Parts of a region that are said to be left alone are; and stores do what they do without such parts.</summary>
public sealed unsafe class SeldomWrittenTests(ITestOutputHelper output)
{
    private const int RegionBytes = 4_096;
    private const ulong ListAddress = 0x5_0000_0000;

    /// <summary>A list at r1: how many, then an address and a value each. Stores of 8 bytes, of 1, and by a host function in turn.</summary>
    private const string Text = """
            mov64 r6, r1
            ldxdw r7, [r6]
            jeq r7, 0, done
        next:
            ldxdw r1, [r6+8]
            ldxdw r2, [r6+16]
            stxdw [r1], r2
            ldxdw r1, [r6+24]
            stxb [r1], r2
            ldxdw r1, [r6+32]
            ldxdw r3, [r6+40]
            syscall 1
            add64 r6, 40
            sub64 r7, 1
            jne r7, 0, next
        done:
            mov64 r0, 0
            exit
        """;

    [Theory]
    [InlineData(Tier.Interpreter)]
    [InlineData(Tier.Switch)]
    [InlineData(Tier.Native)]
    public void No_part_that_was_written_is_said_to_be_left_alone(Tier tier)
    {
        int seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        HostFunctionTable table = new HostFunctionTable().Add(1, "set", MemoryFunctions.Set, 10, InlineForm.Set);
        BpfProgram program = BpfProgram.Create(Assembler.Assemble(Text, Dialect.SbpfV0), table);
        tier.Prepare(program);
        BpfProgram plain = BpfProgram.Create(Assembler.Assemble(Text, Dialect.SbpfV0), table);
        using var machine = new VirtualMachine();
        using var reference = new VirtualMachine();
        byte* memory = (byte*)NativeMemory.AllocZeroed(RegionBytes);
        var parts = new SeldomWritten();
        int leftAlone = 0, written = 0;
        try
        {
            for (int round = 0; round < 2_000; round++)
            {
                byte[] expected = new byte[RegionBytes];
                new Span<byte>(memory, RegionBytes).Clear();
                Choose(parts, random);
                byte[] list = List(random, parts);
                machine.Load(program);
                machine.Memory.MapNative(MemoryMap.InputAddress, memory, RegionBytes, parts);
                machine.Memory.Map(ListAddress, list);
                reference.Load(plain);
                reference.Memory.Map(MemoryMap.InputAddress, expected);
                reference.Memory.Map(ListAddress, list);

                Assert.Equal(reference.Run(10_000, ListAddress), machine.Run(10_000, ListAddress));

                Assert.True(new ReadOnlySpan<byte>(memory, RegionBytes).SequenceEqual(expected), $"seed {seed}, round {round}");
                for (int i = parts.WrittenCount; i < parts.Count; i++)
                {
                    var part = new ReadOnlySpan<byte>(memory + parts[i].Start, (int)(parts[i].End - parts[i].Start));
                    Assert.True(part.IndexOfAnyExcept((byte)0) < 0, $"seed {seed}, round {round}, part {i}");
                    leftAlone++;
                }

                written += parts.WrittenCount;
            }
        }
        finally
        {
            NativeMemory.Free(memory);
        }

        Assert.True(leftAlone > 100 && written > 100, $"{leftAlone} parts left alone, {written} written");
    }

    [Fact]
    public void Parts_come_in_order()
    {
        var parts = new SeldomWritten();
        parts.Add(10, 20);
        Assert.Throws<ArgumentOutOfRangeException>(() => parts.Add(19, 30));
        Assert.Throws<ArgumentOutOfRangeException>(() => parts.Add(20, 20));
        parts.Add(20, 21);
        Assert.Equal(2, parts.Count);
        parts.Clear();
        parts.Add(0, 5);
        Assert.Equal(new SeldomWritten.Part(0, 5), parts[0]);
    }

    private static void Choose(SeldomWritten parts, Random random)
    {
        parts.Clear();
        ulong end = 0;
        for (int i = random.Next(7); i > 0; i--)
        {
            ulong start = end + (ulong)random.Next(400);
            end = start + 1 + (ulong)random.Next(300);
            if (end < RegionBytes)
                parts.Add(start, end);
        }
    }

    /// <summary>Few stores or many, mostly outside of the parts.</summary>
    private static byte[] List(Random random, SeldomWritten parts)
    {
        int count = random.Next(random.Next(2) == 0 ? 3 : 12);
        bool avoids = random.Next(4) != 0;
        ulong[] words = new ulong[1 + (5 * count) + 1];
        words[0] = (ulong)count;
        for (int i = 0; i < count; i++)
        {
            ulong bytes = (ulong)random.Next(70);
            int at = 1 + (5 * i);
            words[at] = Address(8);
            words[at + 1] = ((ulong)random.NextInt64() & ~0xfful) | 0x5a; // no store of zero, which nobody would see
            words[at + 2] = Address(1);
            words[at + 3] = Address(bytes);
            words[at + 4] = bytes;
        }

        return MemoryMarshal.AsBytes(words.AsSpan()).ToArray();

        ulong Address(ulong bytes)
        {
            ulong offset = (ulong)random.Next(RegionBytes + 1 - (int)bytes);
            for (int i = 0; avoids && i < parts.Count; i++)
            {
                if (offset < parts[i].End && parts[i].Start < offset + bytes && parts[i].End + bytes <= RegionBytes)
                    offset = parts[i].End;
            }

            return MemoryMap.InputAddress + offset;
        }
    }
}
