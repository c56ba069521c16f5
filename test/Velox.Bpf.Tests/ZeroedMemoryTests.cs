namespace Velox.Bpf.Tests;

public sealed unsafe class ZeroedMemoryTests
{
    [Fact]
    public void All_bytes_are_zero_afterwards_and_none_beside_them_is_touched()
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        byte[] memory = new byte[2_048];
        for (int round = 0; round < 20_000; round++)
        {
            // Mostly zero with single bits anywhere, as a program may leave them; sometimes full.
            memory.AsSpan().Fill(round % 5 == 0 ? byte.MaxValue : byte.MinValue);
            for (int i = random.Next(4); i > 0; i--)
                memory[random.Next(memory.Length)] |= (byte)(1 << random.Next(8));
            int start = random.Next(memory.Length);
            int length = random.Next(memory.Length - start + 1);
            byte[] expected = [.. memory];
            expected.AsSpan(start, length).Clear();

            fixed (byte* first = memory)
                ZeroedMemory.Ensure(first + start, (ulong)length);

            Assert.True(expected.AsSpan().SequenceEqual(memory), $"seed {seed}, round {round}");
        }
    }
}
