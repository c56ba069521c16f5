using Xunit;

namespace Velox.EndToEnd.Tests;

/// <summary>The JavaScript sample, as it lies in samples/javascript.</summary>
public sealed class SampleTests : IDisposable
{
    private static readonly TimeSpan ScriptLimit = TimeSpan.FromMinutes(5);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_sample_client_passes_its_own_tests_of_the_documented_bytes()
    {
        Checkout.RequireClient();
        await ChildProcess.RunAsync(
            "node --test", ScriptLimit, "node", "--test", Path.Combine(Checkout.Sample, "velox-book.test.mjs"));
    }

    [Fact]
    public async Task The_sample_trades()
    {
        Checkout.RequireClient();
        // JavaScript looks for packages above the folder of the script: beside the installed ones it finds them.
        string copy = Path.Combine(Checkout.Client, "node_modules", ".sample");
        Directory.CreateDirectory(copy);
        foreach (string script in Directory.GetFiles(Checkout.Sample, "*.mjs"))
            File.Copy(script, Path.Combine(copy, Path.GetFileName(script)), overwrite: true);

        await using NodeProcess node = await NodeProcess.StartAsync(_folder.Ledger);
        string output = await ChildProcess.RunAsync(
            "trade.mjs", ScriptLimit, "node", Path.Combine(copy, "trade.mjs"), node.Url);
        Assert.Contains("filled 100 lots at 150.5", output, StringComparison.Ordinal);
        Assert.Contains("filled 50 lots at 151", output, StringComparison.Ordinal);
        Assert.Contains("withdrawn 1.25 base tokens", output, StringComparison.Ordinal);
        await node.StopAsync();
    }
}
