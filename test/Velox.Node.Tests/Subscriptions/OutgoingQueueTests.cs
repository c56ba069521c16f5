using Xunit;

namespace Velox.Node.Tests;

public sealed class OutgoingQueueTests
{
    private static readonly RpcOptions Options = new()
    {
        MaxOutgoingMessages = 3,
        MaxOutgoingBytes = 100,
        MaxTotalOutgoingBytes = 160,
        MaxWebSockets = 4,
    };

    private readonly OutgoingBytes _all = new(Options);

    [Fact]
    public void A_client_has_no_more_bytes_waiting_than_its_limit()
    {
        OutgoingQueue queue = NewQueue();
        Assert.True(queue.TryAdd(new byte[60]));
        Assert.False(queue.TryAdd(new byte[41]));
        Assert.True(queue.TryAdd(new byte[40]));
        Assert.Equal(100, _all.Total);
    }

    [Fact]
    public void A_client_has_no_more_messages_waiting_than_its_limit()
    {
        OutgoingQueue queue = NewQueue();
        Assert.Equal([true, true, true, false], Enumerable.Range(0, 4).Select(_ => queue.TryAdd(new byte[1])));
        Assert.Equal(3, _all.Total);
    }

    [Fact]
    public void When_all_together_are_at_their_limit_only_those_within_their_share_may_add()
    {
        OutgoingQueue greedy = NewQueue();
        OutgoingQueue middling = NewQueue();
        OutgoingQueue modest = NewQueue();
        Assert.True(greedy.TryAdd(new byte[100]));
        Assert.True(middling.TryAdd(new byte[60]));
        Assert.False(middling.TryAdd(new byte[1]));
        Assert.True(modest.TryAdd(new byte[40]));
        Assert.False(modest.TryAdd(new byte[1]));

        greedy.Drop();
        Assert.True(middling.TryAdd(new byte[40]));
        Assert.Equal(140, _all.Total);
    }

    [Fact]
    public async Task What_was_read_or_dropped_is_given_back()
    {
        OutgoingQueue queue = NewQueue();
        queue.TryAdd(new byte[10]);
        queue.TryAdd(new byte[20]);
        queue.TryAdd(new byte[30]);
        await foreach (ReadOnlyMemory<byte> message in queue.ReadAllAsync(TestContext.Current.CancellationToken))
        {
            if (message.Length == 20)
                break;
        }

        Assert.Equal(30, _all.Total);
        queue.Drop();
        Assert.Equal(0, _all.Total);
        Assert.False(queue.TryAdd(new byte[1]));
        Assert.Equal(0, _all.Total);
    }

    [Fact]
    public async Task An_answer_waits_for_messages_to_be_sent_but_not_for_bytes()
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        OutgoingQueue queue = NewQueue();
        for (int i = 0; i < 3; i++)
            queue.TryAdd(new byte[10]);
        Assert.False(await queue.AddAsync(new byte[71], cancellation));

        ValueTask<bool> added = queue.AddAsync(new byte[5], cancellation);
        Assert.False(added.IsCompleted);
        await using IAsyncEnumerator<ReadOnlyMemory<byte>> reader = queue.ReadAllAsync(cancellation).GetAsyncEnumerator(cancellation);
        await reader.MoveNextAsync();
        Assert.True(await added);
    }

    private OutgoingQueue NewQueue() => new(Options, _all);
}
