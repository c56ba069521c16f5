using Xunit;

namespace Velox.Primitives.Tests;

public class BoundedUpdateTests
{
    [Fact]
    public void It_changes_refuses_or_gives_up()
    {
        long word = 1;
        Assert.Equal(UpdateResult.Done, BoundedUpdate.Apply(ref word, default(TakeOne), out long value));
        Assert.Equal((0, 0), (word, value));
        Assert.Equal(UpdateResult.Refused, BoundedUpdate.Apply(ref word, default(TakeOne), out value));
        Assert.Equal((0, 0), (word, value));

        Contended.Interfering = 0;
        Assert.Equal(UpdateResult.Timeout, BoundedUpdate.Apply(ref Contended.Word, default(Contended), out _));
        Assert.Equal(BoundedUpdate.DefaultTries, Contended.Interfering);
        Assert.Equal(BoundedUpdate.DefaultTries, Contended.Word);
    }

    [Fact]
    public void Two_threads_lose_no_update()
    {
        const int Each = 200_000;
        long word = 0;
        long done = 0;
        Thread[] threads = [.. Enumerable.Range(0, 2).Select(_ => new Thread(() =>
        {
            long mine = 0;
            for (int i = 0; i < Each; i++)
            {
                if (BoundedUpdate.Apply(ref word, default(AddOne), out long _) == UpdateResult.Done)
                    mine++;
            }

            Interlocked.Add(ref done, mine);
        }))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
        Assert.Equal(done, word);
    }

    private readonly struct TakeOne : IWordChange
    {
        public bool TryChange(long old, out long changed)
        {
            changed = old - 1;
            return old > 0;
        }
    }

    private readonly struct AddOne : IWordChange
    {
        public bool TryChange(long old, out long changed)
        {
            changed = old + 1;
            return true;
        }
    }

    /// <summary>Somebody else always comes first.</summary>
    private readonly struct Contended : IWordChange
    {
        internal static long Word;
        internal static int Interfering;

        public bool TryChange(long old, out long changed)
        {
            Interfering++;
            Word++;
            changed = -1;
            return true;
        }
    }
}
