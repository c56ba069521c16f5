using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Velox.Svm;
using Xunit;

namespace Velox.Node.Tests;

public sealed class RpcFuzzTests
{
    private const int Rounds = 1_500;

    /// <summary>Values that some method may stumble over.</summary>
    private static readonly Func<JsonNode?>[] Values =
    [
        () => null,
        () => true,
        () => -1,
        () => 1.5,
        () => 0,
        () => 300,
        () => ulong.MaxValue,
        () => "",
        () => "\u00e9\ud83d\ude00",
        () => "base64",
        () => "jsonParsed",
        () => "finalized",
        () => new string('1', 44),
        () => new string('z', 3_000),
        () => TestIds.Address(5).ToString(),
        () => ProgramIds.Token.ToString(),
        () => SysvarIds.Clock.ToString(),
        () => TestIds.Signature(5).ToString(),
        () => Convert.ToBase64String(new byte[300]),
        () => "AQ==",
        () => new JsonArray(),
        () => new JsonArray(1, "x", null),
        () => new JsonArray(TestIds.Address(5).ToString()),
        () => new JsonArray(TestIds.Signature(5).ToString()),
        () => new JsonObject(),
    ];

    private static readonly string[] Keys =
    [
        "commitment", "encoding", "minContextSlot", "dataSlice", "offset", "length", "filters", "dataSize", "memcmp", "bytes",
        "withContext", "limit", "before", "until", "mint", "programId", "transactionDetails", "rewards", "accounts", "addresses",
        "maxSupportedTransactionVersion", "sigVerify", "replaceRecentBlockhash", "innerInstructions", "skipPreflight", "identity",
        "searchTransactionHistory", "recentBlockhash", "maxRetries", "preflightCommitment", "excludeNonCirculatingAccountsList",
    ];

    [Fact]
    public async Task Any_parameters_of_any_method_get_a_result_or_a_named_error()
    {
        await using RpcHost host = await RpcHost.Start();
        host.NewFunded();
        string[] methods = host.MethodNames;
        int seed = Environment.TickCount;
        var random = new Random(seed);
        for (int round = 0; round < Rounds; round++)
        {
            string call = RandomCall(random, methods[round % methods.Length]).ToJsonString();
            JsonNode answer = (await host.PostJson(call))!;
            int code = answer["error"]?["code"]?.GetValue<int>() ?? 0;
            Assert.True(code != -32603, $"seed {seed}, round {round}: {call}");
            Assert.True(
                answer.AsObject().ContainsKey("result") != answer.AsObject().ContainsKey("error"), $"seed {seed}, round {round}: {call}");
        }
    }

    [Fact]
    public async Task Any_bytes_get_an_answer_and_the_server_goes_on()
    {
        await using RpcHost host = await RpcHost.Start();
        string[] methods = host.MethodNames;
        int seed = Environment.TickCount;
        var random = new Random(seed);
        for (int round = 0; round < Rounds; round++)
        {
            byte[] body = Encoding.UTF8.GetBytes(RandomCall(random, methods[random.Next(methods.Length)]).ToJsonString());
            Mutate(random, body);
            using HttpResponseMessage response = await host.Post(body);
            string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            string context = $"seed {seed}, round {round}: {Convert.ToHexString(body)}";
            Assert.True(response.StatusCode == HttpStatusCode.OK, context);
            Assert.False(text.Contains("-32603", StringComparison.Ordinal), context);
            if (text.Length > 0)
                Assert.True(JsonNode.Parse(text) is not null, context);
        }

        Assert.Equal("ok", (await host.Call("getHealth"))!.GetValue<string>());
    }

    [Fact]
    public async Task Deep_nesting_is_a_parse_error()
    {
        await using RpcHost host = await RpcHost.Start();
        JsonNode answer = (await host.PostJson(new string('[', 20_000)))!;
        Assert.Equal(-32700, answer["error"]!["code"]!.GetValue<int>());
    }

    private static JsonObject RandomCall(Random random, string method)
    {
        var parameters = new JsonArray();
        int count = random.Next(4);
        for (int i = 0; i < count; i++)
            parameters.Add(RandomValue(random, depth: 3));
        return new JsonObject { ["jsonrpc"] = "2.0", ["id"] = random.Next(), ["method"] = method, ["params"] = parameters };
    }

    private static JsonNode? RandomValue(Random random, int depth)
    {
        if (depth == 0 || random.Next(2) == 0)
            return Values[random.Next(Values.Length)]();
        var config = new JsonObject();
        int count = random.Next(1, 4);
        for (int i = 0; i < count; i++)
            config[Keys[random.Next(Keys.Length)]] = RandomValue(random, depth - 1);
        return config;
    }

    private static void Mutate(Random random, byte[] body)
    {
        const string Structure = "{}[]\",:\\u0d8 \n\0-e1";
        int count = random.Next(1, 5);
        for (int i = 0; i < count; i++)
            body[random.Next(body.Length)] = random.Next(2) == 0 ? (byte)random.Next(256) : (byte)Structure[random.Next(Structure.Length)];
    }
}
