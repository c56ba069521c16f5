using Velox.Cryptography;
using Velox.Testing;
using Xunit;

namespace Velox.Cli.Tests;

/// <summary>What a chain begins with, from the command line.</summary>
public sealed class GenesisOptionTests : IDisposable
{
    private const string Id = "Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("--bpf-program x", "--bpf-program takes 2 words (ID FILE), 1 were given")]
    [InlineData("--bpf-program " + Id + " absent.so", "--bpf-program: there is no file 'absent.so'")]
    [InlineData("--bpf-program nobody FILE", "--bpf-program is 'nobody': it must be an address in Base58 or a keypair file")]
    [InlineData("--bpf-program " + Id + " FILE", "is no program for the virtual machine")]
    [InlineData("--upgradeable-program " + Id + " FILE", "--upgradeable-program takes 3 words (ID FILE AUTHORITY), 2 were given")]
    [InlineData("--upgradeable-program " + Id + " FILE nobody", "--upgradeable-program is 'nobody'")]
    [InlineData("--account " + Id + " FILE", "is no account in JSON")]
    [InlineData("--deactivate-feature " + Id, "it must be the id of a feature that is active on mainnet-beta")]
    public async Task What_is_wrong_is_named_with_its_option_and_bound(string options, string expected)
    {
        string file = _folder.File("file");
        File.WriteAllText(file, "neither ELF nor JSON");
        ToolResult result = await Tool.RunAsync(
            ["node", "--ledger", _folder.File("ledger"), .. options.Split(' ').Select(word => word == "FILE" ? file : word)]);
        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.File("ledger")));
    }

    [Fact]
    public async Task An_account_of_a_file_is_there_and_a_start_without_it_is_refused()
    {
        string ledger = _folder.File("ledger");
        string key = _folder.File("key.json");
        Keypair pair = Keypair.Generate();
        KeypairFile.Save(key, pair);
        string account = _folder.File("account.json");
        File.WriteAllText(account, $$$"""
            {"pubkey":"{{{Id}}}","account":{"lamports":123456,"data":["AQID","base64"],"owner":"{{{Id}}}","executable":false,"rentEpoch":18446744073709551615,"space":3}}
            """);
        string[] accounts = ["--account", "-", account, "--account", key, account];
        await using (RunningNode node = await RunningNode.StartAsync(["--ledger", ledger, .. accounts]))
        {
            using var http = new HttpClient();
            string url = node.Lines.Single(line => line.Contains("JSON-RPC", StringComparison.Ordinal)).Split(' ')[^1];
            foreach (string address in (string[])[Id, pair.PublicKey.ToString()])
            {
                using var request = new StringContent(
                    $$"""{"jsonrpc":"2.0","id":1,"method":"getAccountInfo","params":["{{address}}",{"encoding":"base64"}]}""",
                    System.Text.Encoding.UTF8, "application/json");
                using HttpResponseMessage response = await http.PostAsync(url, request, TestContext.Current.CancellationToken);
                string answer = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
                Assert.Contains("\"AQID\"", answer, StringComparison.Ordinal);
                Assert.Contains("\"lamports\":123456", answer, StringComparison.Ordinal);
            }
        }

        ToolResult refused = await Tool.RunAsync("node", "--ledger", ledger, "--account", "-", account, "--rpc-port", "0");
        Assert.Equal((1, ""), (refused.ExitCode, refused.Output));
        Assert.Contains($"made with the account {pair.PublicKey}", refused.Error, StringComparison.Ordinal);
        ToolResult replayed = await Tool.RunAsync("replay", "--ledger", ledger);
        Assert.Contains("every root matches", replayed.Output, StringComparison.Ordinal);
    }
}
