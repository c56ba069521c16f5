using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Velox.Cryptography;
using Velox.Primitives;
using Velox.Svm;
using Xunit;

namespace Velox.Node.Tests;

/// <summary>A server on free ports over a chain that the test drives by hand, block by block.</summary>
internal sealed class RpcHost : IAsyncDisposable
{
    internal const ulong Sol = 1_000_000_000;

    private readonly HttpClient _client = new();
    private readonly Lock _lock = new();
    private readonly List<InFlightTransaction> _pending = [];

    internal RpcHost(RpcOptions? options = null)
    {
        Faucet = Keypair.FromSeed(Enumerable.Repeat((byte)1, 32).ToArray());
        Identity = Keypair.FromSeed(Enumerable.Repeat((byte)2, 32).ToArray());
        var genesis = new Genesis(1_700_000_000, Faucet.PublicKey, Genesis.DefaultFaucetLamports, Identity.PublicKey);
        Bank = new Bank(genesis, NativePrograms.CreateRegistry());
        Chain = new ChainView(genesis, Bank.GenesisSeal);
        Server = new RpcServer(Chain, Submit, Faucet, options ?? new RpcOptions { Port = 0 });
    }

    internal Bank Bank { get; }

    internal ChainView Chain { get; }

    internal Keypair Faucet { get; }

    internal Keypair Identity { get; }

    internal RpcServer Server { get; }

    /// <summary>Whether the queue takes transactions.</summary>
    internal bool IsAccepting { get; set; } = true;

    /// <summary>The names of all HTTP methods.</summary>
    internal string[] MethodNames =>
        [.. RpcMethods.Create(new RpcContext(Chain, Submit, Faucet, new RpcOptions())).Keys];

    internal Uri Url => new($"http://127.0.0.1:{Server.Port}/");

    internal static async Task<RpcHost> Start(RpcOptions? options = null)
    {
        var host = new RpcHost(options);
        await host.Server.StartAsync(TestContext.Current.CancellationToken);
        return host;
    }

    /// <summary>Makes a block of everything that was submitted.</summary>
    internal Block AddBlock()
    {
        InFlightTransaction[] batch;
        lock (_lock)
        {
            batch = [.. _pending];
            _pending.Clear();
        }

        Bank.BeginBlock(1_700_000_000 + (long)Bank.Slot);
        Bank.Process(batch);
        Block block = Bank.EndBlock();
        Chain.Publish(block);
        return block;
    }

    /// <summary>A key pair with lamports, in a block of its own.</summary>
    internal Keypair NewFunded(ulong lamports = 10 * Sol)
    {
        Keypair pair = Keypair.Generate();
        Send([SystemInstructions.Transfer(Faucet.PublicKey, pair.PublicKey, lamports)], Faucet);
        return pair;
    }

    /// <summary>Executes instructions in a block of their own; the first signer pays.</summary>
    internal TransactionRecord Send(IEnumerable<Instruction> instructions, params Keypair[] signers)
    {
        Assert.True(Submit(Sign(instructions, signers), MonotonicClock.NowNanos));
        return Assert.Single(AddBlock().Records);
    }

    internal byte[] Sign(IEnumerable<Instruction> instructions, params Keypair[] signers)
    {
        var builder = new TransactionBuilder(signers[0].PublicKey) { RecentBlockhash = Bank.LastHash };
        foreach (Instruction instruction in instructions)
            builder.Add(instruction);
        return builder.Sign(signers);
    }

    internal byte[] SignTransfer(Keypair from, Address to, ulong lamports) =>
        Sign([SystemInstructions.Transfer(from.PublicKey, to, lamports)], from);

    /// <summary>The result of a call that succeeds.</summary>
    internal async Task<JsonNode?> Call(string method, params JsonNode?[] parameters)
    {
        JsonObject answer = await Ask(method, parameters);
        Assert.True(answer.ContainsKey("result"), answer.ToJsonString());
        return answer["result"];
    }

    /// <summary>The <c>value</c> of a result with context.</summary>
    internal async Task<JsonNode?> Value(string method, params JsonNode?[] parameters) =>
        (await Call(method, parameters))!["value"];

    /// <summary>The error of a call that fails, which must have this code.</summary>
    internal async Task<JsonObject> Error(int code, string method, params JsonNode?[] parameters)
    {
        JsonObject answer = await Ask(method, parameters);
        Assert.True(answer["error"]?["code"]?.GetValue<int>() == code, $"expected {code}, got {answer.ToJsonString()}");
        return answer["error"]!.AsObject();
    }

    /// <summary>The order of an object's members means nothing.</summary>
    internal static void AssertJson(string expected, JsonNode? actual) => Assert.True(
        JsonNode.DeepEquals(JsonNode.Parse(expected), actual), $"expected {expected}, got {actual?.ToJsonString()}");

    internal async Task<JsonNode?> PostJson(string body)
    {
        using HttpResponseMessage response = await Post(Encoding.UTF8.GetBytes(body));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return text.Length == 0 ? null : JsonNode.Parse(text);
    }

    internal async Task<HttpResponseMessage> Post(byte[] body)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return await _client.PostAsync(Url, content, TestContext.Current.CancellationToken);
    }

    internal Task<HttpResponseMessage> Send(HttpRequestMessage request) =>
        _client.SendAsync(request, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        _client.Dispose();
        Chain.Dispose();
    }

    private async Task<JsonObject> Ask(string method, JsonNode?[] parameters)
    {
        var request = new JsonObject
        {
            ["jsonrpc"] = "2.0",
            ["id"] = 1,
            ["method"] = method,
            ["params"] = new JsonArray(parameters),
        };
        return (await PostJson(request.ToJsonString()))!.AsObject();
    }

    private bool Submit(byte[] transaction, long receivedNanos)
    {
        if (!IsAccepting)
            return false;
        lock (_lock)
            _pending.Add(new InFlightTransaction(transaction, receivedNanos));
        return true;
    }
}
