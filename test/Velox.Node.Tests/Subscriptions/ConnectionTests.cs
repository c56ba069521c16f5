using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Velox.Cryptography;
using Velox.Svm;
using Xunit;

namespace Velox.Node.Tests;

public sealed class ConnectionTests
{
    [Theory]
    [InlineData("{", -32700)]
    [InlineData("", -32700)]
    [InlineData("5", -32600)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"getSlot"}""", -32601)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"accountSubscribe","params":["x"]}""", -32602)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"accountSubscribe"}""", -32602)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"logsSubscribe","params":["some"]}""", -32602)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"logsSubscribe","params":[{"mentions":[]}]}""", -32602)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"slotUnsubscribe","params":[-1]}""", -32602)]
    public async Task A_bad_message_gets_an_error_and_the_connection_goes_on(string message, int code)
    {
        await using MarketHost market = await MarketHost.Start();
        using SocketClient client = await SocketClient.Connect(market.Host);
        await client.SendText(message);
        Assert.Equal(code, (await client.Receive())["error"]!["code"]!.GetValue<int>());
        await client.Subscribe("slotSubscribe");
    }

    [Theory]
    [InlineData("blockSubscribe")]
    [InlineData("voteSubscribe")]
    [InlineData("slotsUpdatesSubscribe")]
    public async Task What_this_node_does_not_have_says_so(string method)
    {
        await using MarketHost market = await MarketHost.Start();
        using SocketClient client = await SocketClient.Connect(market.Host);
        Assert.Contains("not supported", await client.Error(-32601, method, "all"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Random_frames_neither_end_the_connection_nor_the_server()
    {
        await using MarketHost market = await MarketHost.Start();
        using SocketClient client = await SocketClient.Connect(market.Host);
        const int Seed = 51;
        var random = new Random(Seed);
        string[] templates =
        [
            $$"""{"jsonrpc":"2.0","id":1,"method":"accountSubscribe","params":["{{market.Venue.Market}}",{"encoding":"base64"}]}""",
            """{"jsonrpc":"2.0","id":1,"method":"logsSubscribe","params":[{"mentions":["11111111111111111111111111111111"]}]}""",
            $$"""{"jsonrpc":"2.0","id":1,"method":"bookSubscribe","params":["{{market.Venue.Market}}",{"depth":10}]}""",
            """[{"jsonrpc":"2.0","id":1,"method":"slotSubscribe"},{"jsonrpc":"2.0","id":2,"method":"slotUnsubscribe","params":[1]}]""",
        ];
        for (int i = 0; i < 400; i++)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(templates[random.Next(templates.Length)]);
            for (int flips = random.Next(4); flips > 0; flips--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);

            // Binary frames, since the protocol itself ends a connection that sends text which is none.
            await client.Send(bytes[..random.Next(bytes.Length + 1)], WebSocketMessageType.Binary);
        }

        JsonObject answer = await client.Ask("slotUnsubscribe", ulong.MaxValue);
        Assert.True(answer["error"]!["code"]!.GetValue<int>() == -32602, $"seed {Seed}: {answer.ToJsonString()}");
        market.Host.AddBlock();
        using SocketClient other = await SocketClient.Connect(market.Host);
        await other.Subscribe("slotSubscribe");
    }

    [Fact]
    public async Task A_notification_such_as_web3s_ping_is_not_answered()
    {
        await using MarketHost market = await MarketHost.Start();
        using SocketClient client = await SocketClient.Connect(market.Host);
        await client.SendText("""{"jsonrpc":"2.0","method":"ping"}""");
        await client.SendText("""{"jsonrpc":"2.0","id":9,"method":"slotSubscribe"}""");
        Assert.Equal(9, (await client.Receive())["id"]!.GetValue<int>());
    }

    [Fact]
    public async Task A_batch_may_subscribe_and_unsubscribe()
    {
        await using MarketHost market = await MarketHost.Start();
        using SocketClient client = await SocketClient.Connect(market.Host);
        await client.SendText(
            """
            [{"jsonrpc":"2.0","id":1,"method":"slotSubscribe"},{"jsonrpc":"2.0","id":2,"method":"rootSubscribe"},
             {"jsonrpc":"2.0","id":3,"method":"slotUnsubscribe","params":[1]}]
            """);
        JsonArray answers = (await client.Receive()).AsArray();
        Assert.Equal([1, 2], answers.Take(2).Select(answer => answer!["result"]!.GetValue<int>()));
        Assert.True(answers[2]!["result"]!.GetValue<bool>());

        market.Host.AddBlock();
        await client.NextResult("rootNotification", 2);
    }

    [Fact]
    public async Task Every_block_after_the_answer_is_told_to_each_subscription()
    {
        const int Rounds = 20;
        const int Subscriptions = 50;
        string batch = $"[{string.Join(',', Enumerable.Range(1, Subscriptions).Select(
            id => $$"""{"jsonrpc":"2.0","id":{{id}},"method":"slotSubscribe"}"""))}]";
        await using MarketHost market = await MarketHost.Start();
        for (int round = 0; round < Rounds; round++)
        {
            using SocketClient client = await SocketClient.Connect(market.Host);
            await client.SendText(batch);
            JsonArray answers = (await client.Receive()).AsArray();

            ulong slot = market.Host.AddBlock().Header.Slot;
            foreach (JsonNode? answer in answers)
            {
                JsonNode told = await client.NextResult("slotNotification", answer!["result"]!.GetValue<ulong>());
                Assert.Equal(slot, told["slot"]!.GetValue<ulong>());
            }
        }
    }

    [Fact]
    public async Task A_subscription_without_id_is_followed_and_not_answered()
    {
        await using MarketHost market = await MarketHost.Start();
        using SocketClient client = await SocketClient.Connect(market.Host);
        await client.SendText("""{"jsonrpc":"2.0","method":"rootSubscribe"}""");
        ulong slots = await client.Subscribe("slotSubscribe");

        market.Host.AddBlock();
        await client.NextResult("rootNotification", slots - 1);
        await client.NextResult("slotNotification", slots);
    }

    [Fact]
    public async Task A_connection_has_no_more_subscriptions_than_its_limit()
    {
        await using MarketHost market = await MarketHost.Start(new RpcOptions { Port = 0, MaxSubscriptions = 3 });
        using SocketClient client = await SocketClient.Connect(market.Host);
        ulong[] ids =
        [
            await client.Subscribe("slotSubscribe"), await client.Subscribe("slotSubscribe"),
            await client.Subscribe("rootSubscribe"),
        ];
        Assert.Contains("3 subscriptions", await client.Error(-32602, "slotSubscribe"), StringComparison.Ordinal);
        await client.Ask("slotUnsubscribe", ids[0]);
        await client.Subscribe("slotSubscribe");

        using SocketClient other = await SocketClient.Connect(market.Host);
        await other.Subscribe("slotSubscribe");
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(1, WebSocketCloseStatus.MessageTooBig)]
    public async Task A_message_may_be_as_large_as_the_limit_and_no_larger(int excess, WebSocketCloseStatus? expected)
    {
        await using MarketHost market = await MarketHost.Start();
        using SocketClient client = await SocketClient.Connect(market.Host);
        string call = """{"jsonrpc":"2.0","id":1,"method":"slotSubscribe"}""";
        await client.SendText(call.PadRight(new RpcOptions().MaxBodyBytes + excess));
        if (expected is null)
        {
            Assert.Equal(1, (await client.Receive())["result"]!.GetValue<int>());
            return;
        }

        await client.ReceiveToEnd();
        Assert.Equal(expected, client.CloseStatus);
    }

    [Fact]
    public async Task A_client_that_does_not_read_is_disconnected_and_counted_and_others_go_on()
    {
        await using MarketHost market = await MarketHost.Start(new RpcOptions { Port = 0, MaxOutgoingMessages = 4 });
        RpcHost host = market.Host;
        Keypair large = Keypair.Generate();
        const int Size = 2 * 1024 * 1024;
        host.Send(
            [
                SystemInstructions.CreateAccount(
                    host.Faucet.PublicKey, large.PublicKey, Rent.MinimumBalance(Size), Size, ProgramIds.System),
            ],
            host.Faucet,
            large);
        using SocketClient slow = await SocketClient.Connect(host);
        await slow.Subscribe("accountSubscribe", large.PublicKey.ToString(), new JsonObject { ["encoding"] = "base64" });
        using SocketClient quick = await SocketClient.Connect(host);
        ulong roots = await quick.Subscribe("rootSubscribe");

        // 40 times 2.8 MB: more than the sockets' buffers and the queue hold together.
        for (int i = 1; i <= 40; i++)
        {
            host.Send([SystemInstructions.Transfer(host.Faucet.PublicKey, large.PublicKey, (ulong)i)], host.Faucet);
            Assert.Equal(host.Chain.Tip.Slot, (await quick.NextResult("rootNotification", roots)).GetValue<ulong>());
        }

        await Assert.ThrowsAnyAsync<WebSocketException>(slow.ReceiveToEnd);
        await Until(() => host.Server.Counters.SlowClients.Value == 1 && host.Server.WebSocketCount == 1);
    }

    [Fact]
    public async Task A_client_that_leaves_is_forgotten()
    {
        await using MarketHost market = await MarketHost.Start();
        using SocketClient client = await SocketClient.Connect(market.Host);
        await client.Subscribe("bookSubscribe", market.Venue.Market.ToString());
        Assert.Equal(1, market.Host.Server.WebSocketCount);

        await client.Close();

        await Until(() => market.Host.Server.WebSocketCount == 0);
        market.Venue.AddBlock(market.Venue.Place(0, OrderBook.Side.Bid, 99, 1));
        Assert.Equal(0, market.Host.Server.Counters.SlowClients.Value);
    }

    [Fact]
    public async Task The_end_of_the_server_ends_its_connections()
    {
        await using MarketHost market = await MarketHost.Start();
        using SocketClient client = await SocketClient.Connect(market.Host);
        await client.Subscribe("slotSubscribe");

        await market.Host.Server.StopAsync();

        await Assert.ThrowsAnyAsync<WebSocketException>(client.ReceiveToEnd);

        // The stop waits for its connections, but not for ever: on a busy machine the last of one may come after it.
        await Until(() => market.Host.Server.WebSocketCount == 0);
    }

    /// <summary>Waits for what another task is about to do; the test's timeout ends a wait in vain.</summary>
    private static async Task Until(Func<bool> condition)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (!condition())
        {
            timeout.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
