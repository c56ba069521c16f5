namespace Velox.Node.Tests;

/// <summary>A started host whose chain has a venue.</summary>
internal sealed class MarketHost : IAsyncDisposable
{
    private MarketHost(RpcOptions? options)
    {
        Host = new RpcHost(options);
        Venue = new TestVenue(Host);
    }

    internal RpcHost Host { get; }

    internal TestVenue Venue { get; }

    internal static async Task<MarketHost> Start(RpcOptions? options = null)
    {
        var market = new MarketHost(options);
        await market.Host.Server.StartAsync(Xunit.TestContext.Current.CancellationToken);
        return market;
    }

    /// <summary>The market as clients may see it.</summary>
    internal MarketReader Read() => MarketReader.TryOpen(Host.Chain.State.Find(Venue.Market))!;

    public ValueTask DisposeAsync() => Host.DisposeAsync();
}
