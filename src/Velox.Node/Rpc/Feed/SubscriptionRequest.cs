namespace Velox.Node;

/// <summary>The answer to a message that subscribes, and what it started.</summary>
/// <remarks>
/// The feed's thread sends the answer and follows the subscriptions in one step, between two blocks. So a client gets a
/// subscription's number before its first notification, and is told every block made after it got the number.
/// </remarks>
internal sealed class SubscriptionRequest(
    WebSocketConnection connection, ReadOnlyMemory<byte> answer, Subscription[] subscriptions)
{
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal IReadOnlyList<Subscription> Subscriptions => subscriptions;

    /// <summary>Ends once the answer is on its way and the feed follows the subscriptions.</summary>
    internal Task Completion => _completion.Task;

    internal void SendAnswer()
    {
        // Calls without an id are not answered.
        if (answer.Length > 0)
            connection.Send(answer);
    }

    internal void Complete() => _completion.SetResult();
}
