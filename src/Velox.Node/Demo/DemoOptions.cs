namespace Velox.Node;

/// <summary>The size of the demo.</summary>
public sealed record DemoOptions
{
    public const int MaxTraders = 64;
    public const int MinMessagesPerSecond = 1;
    public const int MaxMessagesPerSecond = 1_000_000;
    public const int DefaultMessagesPerSecond = 2_000;

    /// <summary>Traders that the synthetic flow acts for, 1 to <see cref="MaxTraders"/>.</summary>
    public int Traders { get; init; } = 8;

    /// <summary>Whether orders flow by themselves; else there is the market and its seats, for others to trade on.</summary>
    public bool HasFlow { get; init; } = true;

    /// <summary>
    /// Order messages per second in the mean, <see cref="MinMessagesPerSecond"/> to <see cref="MaxMessagesPerSecond"/>.
    /// </summary>
    public double MessagesPerSecond { get; init; } = DefaultMessagesPerSecond;

    /// <summary>Messages that arrive together, 1 to 4,096.</summary>
    public int BurstSize { get; init; } = 8;

    /// <summary>Seed of the flow.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>How long a step of the set-up may take until it is durable, in seconds, 1 to 600.</summary>
    public int StepTimeoutSeconds { get; init; } = 30;

    internal void Validate()
    {
        NodeOptions.Check(nameof(Traders), Traders, 1, MaxTraders);
        NodeOptions.Check(nameof(MessagesPerSecond), MessagesPerSecond, MinMessagesPerSecond, MaxMessagesPerSecond);
        NodeOptions.Check(nameof(BurstSize), BurstSize, 1, 4_096);
        NodeOptions.Check(nameof(StepTimeoutSeconds), StepTimeoutSeconds, 1, 600);
    }
}
