using Velox.Testing;
using Xunit;

namespace Velox.Primitives.Tests;

public class SequenceLockTests
{
    [Fact]
    public void It_starts_as_zero_and_gives_what_was_written_last()
    {
        var sequenceLock = new SequenceLock<(int, short)>();
        Assert.True(sequenceLock.TryRead(out (int, short) value, maxTries: 1));
        Assert.Equal((0, 0), value);
        sequenceLock.Write((5, 6));
        Assert.True(sequenceLock.TryRead(out value, maxTries: 1));
        Assert.Equal((5, 6), value);
    }

    [Fact]
    public void A_reader_on_another_thread_never_gets_a_torn_or_older_value()
    {
        var sequenceLock = new SequenceLock<(long Number, long Inverse, long Triple)>();
        sequenceLock.Write((0, ~0, 0));
        bool isWritten = false;
        var writer = new Thread(() =>
        {
            var rounds = new Rounds(5_000_000);
            for (long i = 1; rounds.IsAnotherAfter(i); i++)
                sequenceLock.Write((i, ~i, 3 * i));
            Volatile.Write(ref isWritten, true);
        });
        writer.Start();
        long newest = 0;
        bool isRight = true;
        while (!Volatile.Read(ref isWritten))
        {
            if (!sequenceLock.TryRead(out (long Number, long Inverse, long Triple) value))
                continue;
            isRight &= value.Inverse == ~value.Number && value.Triple == 3 * value.Number && value.Number >= newest;
            newest = value.Number;
        }

        writer.Join();
        Assert.True(isRight);
        Assert.True(sequenceLock.TryRead(out _, maxTries: 1));
    }
}
