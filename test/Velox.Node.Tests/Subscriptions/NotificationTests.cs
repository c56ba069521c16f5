using System.Text.Json.Nodes;
using Velox.Cryptography;
using Velox.Primitives;
using Velox.Svm;
using Xunit;

namespace Velox.Node.Tests;

public sealed class NotificationTests
{
    [Fact]
    public async Task Slots_and_roots_are_told_for_every_block()
    {
        await using MarketHost market = await MarketHost.Start();
        using SocketClient client = await SocketClient.Connect(market.Host);
        ulong slots = await client.Subscribe("slotSubscribe");
        ulong roots = await client.Subscribe("rootSubscribe");
        Assert.NotEqual(slots, roots);
        for (int i = 0; i < 3; i++)
        {
            ulong slot = market.Host.AddBlock().Header.Slot;
            JsonNode told = await client.NextResult("slotNotification", slots);
            Assert.Equal($$"""{"parent":{{slot - 1}},"root":{{slot}},"slot":{{slot}}}""", told.ToJsonString());
            Assert.Equal(slot, (await client.NextResult("rootNotification", roots)).GetValue<ulong>());
        }
    }

    [Fact]
    public async Task An_account_is_told_after_each_block_that_changed_it()
    {
        await using MarketHost market = await MarketHost.Start();
        using SocketClient client = await SocketClient.Connect(market.Host);
        RpcHost host = market.Host;
        Keypair account = Keypair.Generate();
        ulong id = await client.Subscribe(
            "accountSubscribe", account.PublicKey.ToString(),
            new JsonObject { ["encoding"] = "base64", ["commitment"] = "confirmed" });

        host.Send([SystemInstructions.Transfer(host.Faucet.PublicKey, account.PublicKey, 5 * RpcHost.Sol)], host.Faucet);
        ulong created = host.Chain.Tip.Slot;
        host.AddBlock();
        host.Send(
            [SystemInstructions.Transfer(account.PublicKey, host.Faucet.PublicKey, 5 * RpcHost.Sol)],
            host.Faucet, account);

        JsonNode told = await client.NextResult("accountNotification", id);
        Assert.Equal(created, told["context"]!["slot"]!.GetValue<ulong>());
        RpcHost.AssertJson(
            """
            {"lamports":5000000000,"data":["","base64"],"owner":"11111111111111111111111111111111",
            "executable":false,"rentEpoch":18446744073709551615,"space":0}
            """,
            told["value"]);

        // It is told of its end too.
        JsonNode gone = await client.NextResult("accountNotification", id);
        Assert.Equal(created + 2, gone["context"]!["slot"]!.GetValue<ulong>());
        Assert.Equal(0UL, gone["value"]!["lamports"]!.GetValue<ulong>());
    }

    [Fact]
    public async Task A_programs_accounts_are_told_when_they_pass_the_filters()
    {
        await using MarketHost market = await MarketHost.Start();
        using SocketClient client = await SocketClient.Connect(market.Host);
        RpcHost host = market.Host;
        Address mint = ReadMint(market);
        Keypair[] created = [Keypair.Generate(), Keypair.Generate()];
        ulong large = await client.Subscribe("programSubscribe", ProgramIds.System.ToString(), new JsonObject
        {
            ["encoding"] = "base64",
            ["dataSlice"] = new JsonObject { ["offset"] = 0, ["length"] = 2 },
            ["filters"] = new JsonArray(new JsonObject { ["dataSize"] = 300 }),
        });

        host.Send(
            [.. created.Select((pair, i) => SystemInstructions.CreateAccount(
                host.Faucet.PublicKey, pair.PublicKey, Rent.MinimumBalance(400), (ulong)(300 + i), ProgramIds.System))],
            [host.Faucet, .. created]);

        JsonNode told = await client.NextResult("programNotification", large);
        Assert.Equal(created[0].PublicKey.ToString(), told["value"]!["pubkey"]!.GetValue<string>());
        Assert.Equal("""["AAA=","base64"]""", told["value"]!["account"]!["data"]!.ToJsonString());
        Assert.Equal(300, told["value"]!["account"]!["space"]!.GetValue<int>());

        // Nothing of the other one waits before the next answer.
        ulong tokens = await client.Subscribe("programSubscribe", ProgramIds.Token.ToString(), new JsonObject
        {
            ["encoding"] = "jsonParsed",
            ["filters"] = new JsonArray(new JsonObject
            {
                ["memcmp"] = new JsonObject { ["offset"] = 0, ["bytes"] = mint.ToString() },
            }),
        });
        Address wallet = market.Venue.Trader(0);
        Address account = DemoKeys.TokenAccount(wallet, mint);
        host.Send([TokenInstructions.MintTo(mint, account, host.Faucet.PublicKey, 7)], host.Faucet);
        JsonNode parsed = (await client.NextResult("programNotification", tokens))["value"]!;
        Assert.Equal(account.ToString(), parsed["pubkey"]!.GetValue<string>());
        Assert.Equal(wallet.ToString(), parsed["account"]!["data"]!["parsed"]!["info"]!["owner"]!.GetValue<string>());
    }

    [Fact]
    public async Task Logs_are_told_of_all_transactions_or_of_those_that_mention_an_account()
    {
        await using MarketHost market = await MarketHost.Start();
        using SocketClient client = await SocketClient.Connect(market.Host);
        RpcHost host = market.Host;
        Address mentioned = Keypair.Generate().PublicKey;
        Keypair poor = host.NewFunded(RpcHost.Sol);
        ulong all = await client.Subscribe("logsSubscribe", "all");
        ulong some = await client.Subscribe(
            "logsSubscribe", new JsonObject { ["mentions"] = new JsonArray(mentioned.ToString()) },
            new JsonObject { ["commitment"] = "finalized" });

        TransactionRecord other = host.Send(
            [SystemInstructions.Transfer(host.Faucet.PublicKey, poor.PublicKey, 1_000_000)], host.Faucet);
        TransactionRecord failed = host.Send(
            [SystemInstructions.Transfer(poor.PublicKey, mentioned, 100 * RpcHost.Sol)], poor);
        Assert.True(failed.Error.IsError);

        RpcHost.AssertJson(Expected(other, "null"), (await client.NextResult("logsNotification", all))["value"]);
        string failure = Expected(failed, """{"InstructionError":[0,{"Custom":1}]}""");
        RpcHost.AssertJson(failure, (await client.NextResult("logsNotification", all))["value"]);
        RpcHost.AssertJson(failure, (await client.NextResult("logsNotification", some))["value"]);
    }

    [Fact]
    public async Task A_signature_is_told_once_when_its_block_is_there()
    {
        await using MarketHost market = await MarketHost.Start();
        using SocketClient client = await SocketClient.Connect(market.Host);
        RpcHost host = market.Host;
        Keypair poor = host.NewFunded(RpcHost.Sol);
        byte[] transaction = host.SignTransfer(poor, host.Faucet.PublicKey, 100 * RpcHost.Sol);
        var signature = new Signature(transaction.AsSpan(1, Signature.Size));
        ulong id = await client.Subscribe(
            "signatureSubscribe", signature.ToString(),
            new JsonObject { ["commitment"] = "confirmed", ["enableReceivedNotification"] = true });

        Block block = TestVenue.AddBlock(host, transaction);

        JsonNode told = await client.NextResult("signatureNotification", id);
        Assert.Equal(block.Header.Slot, told["context"]!["slot"]!.GetValue<ulong>());
        RpcHost.AssertJson("""{"err":{"InstructionError":[0,{"Custom":1}]}}""", told["value"]);
        Assert.Equal("Invalid subscription id.", await client.Error(-32602, "signatureUnsubscribe", id));
    }

    [Fact]
    public async Task A_known_signature_is_told_at_once()
    {
        await using MarketHost market = await MarketHost.Start();
        using SocketClient client = await SocketClient.Connect(market.Host);
        RpcHost host = market.Host;
        TransactionRecord record = host.Send(
            [SystemInstructions.Transfer(host.Faucet.PublicKey, Keypair.Generate().PublicKey, RpcHost.Sol)], host.Faucet);
        ulong slot = host.Chain.Tip.Slot;
        host.AddBlock();

        ulong id = await client.Subscribe("signatureSubscribe", record.Id.ToString());

        JsonNode told = await client.NextResult("signatureNotification", id);
        Assert.Equal(slot, told["context"]!["slot"]!.GetValue<ulong>());
        RpcHost.AssertJson("""{"err":null}""", told["value"]);
    }

    [Fact]
    public async Task Every_signature_is_told_exactly_once_while_blocks_race_the_subscriptions()
    {
        await using MarketHost market = await MarketHost.Start();
        using SocketClient client = await SocketClient.Connect(market.Host);
        RpcHost host = market.Host;
        byte[][] transactions = [.. Enumerable.Range(1, 60).Select(
            i => host.SignTransfer(host.Faucet, Keypair.Generate().PublicKey, RpcHost.Sol + (ulong)i))];
        Task publishing = Task.Run(
            () => Array.ForEach(transactions, transaction => TestVenue.AddBlock(host, transaction)),
            TestContext.Current.CancellationToken);
        var ids = new List<ulong>();
        foreach (byte[] transaction in transactions)
        {
            var signature = new Signature(transaction.AsSpan(1, Signature.Size));
            ids.Add(await client.Subscribe("signatureSubscribe", signature.ToString()));
        }

        await publishing;
        var told = new List<ulong>();
        while (told.Count < ids.Count)
            told.Add((await client.NextNotification())["params"]!["subscription"]!.GetValue<ulong>());
        told.Sort();
        Assert.Equal(ids, told);

        // And nothing more comes: the next message is the answer.
        await client.SendText("""{"jsonrpc":"2.0","id":"end","method":"slotUnsubscribe","params":[0]}""");
        Assert.Equal("end", (await client.Receive())["id"]!.GetValue<string>());
    }

    [Fact]
    public async Task Nothing_is_told_after_unsubscribing()
    {
        await using MarketHost market = await MarketHost.Start();
        using SocketClient client = await SocketClient.Connect(market.Host);
        string account = market.Host.Faucet.PublicKey.ToString();
        (string Kind, JsonNode?[] Parameters)[] kinds =
        [
            ("slot", []), ("root", []), ("account", [account]), ("program", [ProgramIds.System.ToString()]),
            ("logs", ["all"]), ("book", [market.Venue.Market.ToString()]),
        ];
        foreach ((string kind, JsonNode?[] parameters) in kinds)
        {
            ulong id = await client.Subscribe($"{kind}Subscribe", parameters);
            if (kind == "book")
                await client.NextResult("bookNotification", id);
            JsonObject answer = await client.Ask($"{kind}Unsubscribe", id);
            Assert.True(answer["result"]!.GetValue<bool>());
        }

        ulong last = await client.Subscribe("rootSubscribe");
        Block block = market.Venue.AddBlock(market.Venue.Place(0, OrderBook.Side.Bid, 99, 1));
        Assert.Equal(block.Header.Slot, (await client.NextResult("rootNotification", last)).GetValue<ulong>());
    }

    private static Address ReadMint(MarketHost market) => market.Read().Header.BaseMint;

    private static string Expected(TransactionRecord record, string error) => new JsonObject
    {
        ["signature"] = record.Id.ToString(),
        ["err"] = JsonNode.Parse(error),
        ["logs"] = new JsonArray([.. record.LogLines.Select(line => JsonValue.Create(line))]),
    }.ToJsonString();
}
