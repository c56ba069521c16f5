using System.Buffers.Binary;
using Xunit;

namespace Velox.Primitives.Tests;

public class HashCodeTests
{
    private const int Count = 4_096;

    [Fact]
    public void Addresses_whose_words_fold_to_the_same_32_bits_do_not_collide() => AssertSpread((i, bytes) =>
    {
        for (int word = 0; word < 4; word++)
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8 * word), ((ulong)(i * (word + 1)) << 32) | (uint)(i * (word + 1)));
    });

    [Fact]
    public void Addresses_that_differ_in_the_highest_bits_of_a_word_do_not_collide() =>
        AssertSpread((i, bytes) => BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(16), (ulong)i << 52));

    [Fact]
    public void Addresses_that_differ_in_the_lowest_bits_of_a_word_do_not_collide() =>
        AssertSpread((i, bytes) => BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8), (ulong)i));

    // Of 4,096 random numbers of twelve bits some 2,590 differ; of 32 bits all, but for one pair in 500 runs.
    private static void AssertSpread(Action<int, byte[]> write)
    {
        var hashes = new HashSet<int>();
        var lowBits = new HashSet<int>();
        for (int i = 0; i < Count; i++)
        {
            byte[] bytes = new byte[Address.Size];
            write(i, bytes);
            int hash = new Address(bytes).GetHashCode();
            hashes.Add(hash);
            lowBits.Add(hash & (Count - 1));
        }

        Assert.InRange(hashes.Count, Count - 8, Count);
        Assert.InRange(lowBits.Count, 2_000, Count);
    }
}
