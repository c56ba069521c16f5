using System.Runtime.CompilerServices;
using Velox.Testing;
using Xunit;

namespace Velox.Primitives.Tests;

public class PaddedLongTests
{
    private const int LineBytes = 64;

    /// <summary>Wherever it lies on an 8-byte boundary, the line of its word is all its own.</summary>
    [Fact]
    public void Nothing_else_comes_onto_the_line_of_its_word()
    {
        Assert.Equal(PaddedLong.Bytes, Unsafe.SizeOf<PaddedLong>());
        for (int start = 0; start < LineBytes; start += sizeof(long))
        {
            int line = (start + PaddedLong.WordOffset) / LineBytes * LineBytes;
            Assert.InRange(line, start, start + PaddedLong.Bytes - LineBytes);
        }
    }

    [Fact]
    public unsafe void Its_word_is_where_the_padding_says()
    {
        var padded = new PaddedLong(7);
        Assert.Equal(7, *(long*)((byte*)&padded + PaddedLong.WordOffset));
    }

    [Fact]
    public void Each_operation_does_what_its_name_says()
    {
        var word = new PaddedLong(5);
        Assert.Equal(5, word.LoadRelaxed());
        word.StoreRelaxed(6);
        Assert.Equal(6, word.LoadAcquire());
        word.StoreRelease(7);
        Assert.Equal(10, word.Add(3));
        Assert.Equal(10, word.Exchange(20));
        Assert.Equal(20, word.CompareExchange(1, comparand: 19));
        Assert.Equal(20, word.LoadRelaxed());
        Assert.Equal(20, word.CompareExchange(1, comparand: 20));
        Assert.Equal(1, word.LoadRelaxed());
        word.StoreRelaxed(long.MaxValue);
        Assert.Equal(long.MinValue, word.Add(1));
    }

    [Fact]
    public void Two_threads_that_add_lose_nothing()
    {
        const long Each = 1_000_000;
        var words = new PaddedLong[2];
        var other = new Thread(AddAll);
        other.Start();
        AddAll();
        other.Join();
        Assert.Equal(2 * Each, words[0].LoadAcquire());
        Assert.Equal(2 * Each, words[1].LoadAcquire());

        void AddAll()
        {
            for (long i = 0; i < Each; i++)
            {
                words[0].Add(1);
                for (long seen = words[1].LoadRelaxed(); ;)
                {
                    long found = words[1].CompareExchange(seen + 1, seen);
                    if (found == seen)
                        break;
                    seen = found;
                }
            }
        }
    }

    [Fact]
    public void What_is_stored_before_a_release_is_seen_after_an_acquire()
    {
        var words = new PaddedLong[2]; // a turn, and the answer to it
        long data = 0;
        bool isRight = true;
        long end = long.MaxValue;
        var reader = new Thread(() =>
        {
            for (long turn = 1; turn <= Volatile.Read(ref end); turn++)
            {
                while (words[0].LoadAcquire() < turn)
                {
                    if (turn > Volatile.Read(ref end))
                        return;
                    Thread.Yield();
                }

                isRight &= data == 3 * turn;
                words[1].StoreRelease(turn);
            }
        });
        reader.Start();
        var rounds = new Rounds(200_000);
        long played = 0;
        while (rounds.IsAnotherAfter(played))
        {
            played++;
            data = 3 * played;
            words[0].StoreRelease(played);
            while (words[1].LoadAcquire() < played)
                Thread.Yield();
        }

        Volatile.Write(ref end, played);
        reader.Join();
        Assert.True(isRight);
    }
}
