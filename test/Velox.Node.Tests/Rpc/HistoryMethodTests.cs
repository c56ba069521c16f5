using System.Text;
using System.Text.Json.Nodes;
using SimpleBase;
using Velox.Cryptography;
using Velox.Primitives;
using Velox.Svm;
using Xunit;

namespace Velox.Node.Tests;

public sealed class HistoryMethodTests
{
    private static readonly Address Recipient = TestIds.Address(9);

    [Fact]
    public async Task Statuses_come_in_the_order_asked_with_null_for_the_unknown()
    {
        await using RpcHost host = await RpcHost.Start();
        Keypair pair = host.NewFunded();
        TransactionRecord good = host.Send([SystemInstructions.Transfer(pair.PublicKey, Recipient, RpcHost.Sol)], pair);
        TransactionRecord bad = host.Send([SystemInstructions.Transfer(pair.PublicKey, Recipient, 99 * RpcHost.Sol)], pair);
        JsonArray ids = [good.Id.ToString(), TestIds.Signature(1).ToString(), bad.Id.ToString()];
        JsonArray statuses = (await host.Value("getSignatureStatuses", ids, new JsonObject { ["searchTransactionHistory"] = true }))!.AsArray();
        RpcHost.AssertJson(
            """{"slot":2,"confirmations":null,"err":null,"status":{"Ok":null},"confirmationStatus":"finalized"}""",
            statuses[0]);
        Assert.Null(statuses[1]);
        RpcHost.AssertJson("""{"Err":{"InstructionError":[0,{"Custom":1}]}}""", statuses[2]!["status"]);

        JsonArray tooMany = [.. Enumerable.Range(0, 257).Select(number => JsonValue.Create(TestIds.Signature(number).ToString()))];
        await host.Error(-32602, "getSignatureStatuses", tooMany);
    }

    [Fact]
    public async Task A_transaction_is_told_with_its_message_and_meta()
    {
        await using RpcHost host = await RpcHost.Start();
        Keypair pair = host.NewFunded();
        TransactionRecord record = host.Send([SystemInstructions.Transfer(pair.PublicKey, Recipient, RpcHost.Sol)], pair);
        JsonNode answer = (await host.Call("getTransaction", record.Id.ToString()))!;

        Assert.Equal(2UL, answer["slot"]!.GetValue<ulong>());
        Assert.Equal(1_700_000_001, answer["blockTime"]!.GetValue<long>());
        Assert.False(answer.AsObject().ContainsKey("version"));
        JsonNode transaction = answer["transaction"]!;
        Assert.Equal([record.Id.ToString()], Texts(transaction["signatures"]));
        JsonNode message = transaction["message"]!;
        Assert.Equal([pair.PublicKey.ToString(), Recipient.ToString(), ProgramIds.System.ToString()], Texts(message["accountKeys"]));
        RpcHost.AssertJson(
            """{"numRequiredSignatures":1,"numReadonlySignedAccounts":0,"numReadonlyUnsignedAccounts":1}""",
            message["header"]);
        JsonNode instruction = Assert.Single(message["instructions"]!.AsArray())!;
        Assert.Equal(2, instruction["programIdIndex"]!.GetValue<int>());
        Assert.Equal("[0,1]", instruction["accounts"]!.ToJsonString());
        byte[] data = SystemInstructions.Transfer(pair.PublicKey, Recipient, RpcHost.Sol).Data.ToArray();
        Assert.Equal(data, Base58.Bitcoin.Decode(instruction["data"]!.GetValue<string>()));

        JsonNode meta = answer["meta"]!;
        Assert.Null(meta["err"]);
        Assert.Equal(5_000UL, meta["fee"]!.GetValue<ulong>());
        Assert.Equal("[10000000000,0,1]", meta["preBalances"]!.ToJsonString());
        Assert.Equal("[8999995000,1000000000,1]", meta["postBalances"]!.ToJsonString());
        Assert.Equal(150UL, meta["computeUnitsConsumed"]!.GetValue<ulong>());
        Assert.Equal(
            [$"Program {ProgramIds.System} invoke [1]", $"Program {ProgramIds.System} success"], Texts(meta["logMessages"]));
        Assert.Null(await host.Call("getTransaction", TestIds.Signature(1).ToString()));
    }

    [Fact]
    public async Task A_transaction_comes_as_bytes_or_as_fields_when_asked_for()
    {
        await using RpcHost host = await RpcHost.Start();
        Keypair pair = host.NewFunded();
        Instruction memo = new(ProgramIds.Memo, default, Encoding.UTF8.GetBytes("hi"));
        TransactionRecord record = host.Send([SystemInstructions.Transfer(pair.PublicKey, Recipient, RpcHost.Sol), memo], pair);
        async Task<JsonNode> Get(JsonNode config) => (await host.Call("getTransaction", record.Id.ToString(), config))!;

        JsonNode base64 = (await Get(new JsonObject { ["encoding"] = "base64" }))["transaction"]!;
        Assert.Equal([Convert.ToBase64String(record.Bytes), "base64"], Texts(base64));
        JsonNode base58 = (await Get(new JsonObject { ["encoding"] = "base58" }))["transaction"]!;
        Assert.Equal([Base58.Bitcoin.Encode(record.Bytes), "base58"], Texts(base58));

        JsonNode parsed = (await Get(new JsonObject { ["encoding"] = "jsonParsed" }))["transaction"]!["message"]!;
        RpcHost.AssertJson(
            $$"""{"pubkey":"{{pair.PublicKey}}","signer":true,"writable":true,"source":"transaction"}""",
            parsed["accountKeys"]![0]);
        RpcHost.AssertJson(
            $$$"""{"program":"system","programId":"{{{ProgramIds.System}}}","parsed":{"type":"transfer","info":{"source":"{{{pair.PublicKey}}}","destination":"{{{Recipient}}}","lamports":1000000000}},"stackHeight":1}""",
            parsed["instructions"]![0]);
        Assert.Equal("hi", parsed["instructions"]![1]!["parsed"]!.GetValue<string>());
        await host.Error(-32602, "getTransaction", record.Id.ToString(), new JsonObject { ["encoding"] = "yaml" });
    }

    [Fact]
    public async Task An_instruction_that_does_not_parse_is_told_with_addresses_and_raw_data()
    {
        await using RpcHost host = await RpcHost.Start();
        Keypair pair = host.NewFunded();
        Instruction cut = new(ProgramIds.System, new[] { AccountMeta.WritableSigner(pair.PublicKey) }, new byte[] { 2, 0, 0, 0, 1 });
        TransactionRecord record = host.Send([cut], pair);
        JsonNode answer = (await host.Call("getTransaction", record.Id.ToString(), new JsonObject { ["encoding"] = "jsonParsed" }))!;
        JsonNode instruction = answer["transaction"]!["message"]!["instructions"]![0]!;
        Assert.Equal(ProgramIds.System.ToString(), instruction["programId"]!.GetValue<string>());
        Assert.Equal([pair.PublicKey.ToString()], Texts(instruction["accounts"]));
        Assert.Equal(cut.Data.ToArray(), Base58.Bitcoin.Decode(instruction["data"]!.GetValue<string>()));
        Assert.Equal("""{"InstructionError":[0,"InvalidInstructionData"]}""", answer["meta"]!["err"]!.ToJsonString());
    }

    [Fact]
    public async Task A_version_0_transaction_needs_a_client_that_knows_versions()
    {
        await using RpcHost host = await RpcHost.Start();
        byte[] bytes = new TransactionBuilder(host.Faucet.PublicKey) { Version = TransactionVersion.Version0 }
            .WithBlockhash(host.Bank.LastHash)
            .Add(SystemInstructions.Transfer(host.Faucet.PublicKey, Recipient, RpcHost.Sol))
            .Sign(host.Faucet);
        string id = (await host.Call("sendTransaction", Base58.Bitcoin.Encode(bytes)))!.GetValue<string>();
        host.AddBlock();

        await host.Error(-32015, "getTransaction", id);
        await host.Error(-32015, "getBlock", 1);
        JsonObject knows = new() { ["maxSupportedTransactionVersion"] = 0 };
        JsonNode answer = (await host.Call("getTransaction", id, knows))!;
        Assert.Equal(0, answer["version"]!.GetValue<int>());
        Assert.Empty(answer["transaction"]!["message"]!["addressTableLookups"]!.AsArray());
        host.NewFunded();
        JsonNode legacy = (await host.Call("getBlock", 2, knows.DeepClone()))!;
        Assert.Equal("legacy", legacy["transactions"]![0]!["version"]!.GetValue<string>());
    }

    [Fact]
    public async Task Signatures_of_an_address_go_back_in_time_between_bounds()
    {
        await using RpcHost host = await RpcHost.Start();
        Instruction memo = new(ProgramIds.Memo, default, Encoding.UTF8.GetBytes("abc"));
        string[] ids =
        [
            .. Enumerable.Range(0, 5).Select(i => host.Send(
                [SystemInstructions.Transfer(host.Faucet.PublicKey, Recipient, RpcHost.Sol), memo], host.Faucet).Id.ToString()),
        ];
        async Task<string[]> Get(JsonObject? config = null) =>
            [.. (await host.Call("getSignaturesForAddress", Recipient.ToString(), config))!.AsArray().Select(item => item!["signature"]!.GetValue<string>())];

        Assert.Equal(ids.Reverse(), await Get());
        Assert.Equal([ids[4], ids[3]], await Get(new JsonObject { ["limit"] = 2 }));
        Assert.Equal([ids[2], ids[1]], await Get(new JsonObject { ["before"] = ids[3], ["until"] = ids[0] }));
        JsonNode newest = (await host.Call("getSignaturesForAddress", Recipient.ToString()))![0]!;
        Assert.Equal(5UL, newest["slot"]!.GetValue<ulong>());
        Assert.Equal("[3] abc", newest["memo"]!.GetValue<string>());
        Assert.Equal("finalized", newest["confirmationStatus"]!.GetValue<string>());
        foreach (int limit in new[] { 0, 1_001 })
            await host.Error(-32602, "getSignaturesForAddress", Recipient.ToString(), new JsonObject { ["limit"] = limit });
    }

    [Fact]
    public async Task A_block_is_told_in_the_detail_asked_for()
    {
        await using RpcHost host = await RpcHost.Start();
        Keypair pair = host.NewFunded();
        TransactionRecord record = host.Send([SystemInstructions.Transfer(pair.PublicKey, Recipient, RpcHost.Sol)], pair);
        async Task<JsonObject> Get(string details) =>
            (await host.Call("getBlock", 2, new JsonObject { ["transactionDetails"] = details }))!.AsObject();

        JsonObject full = await Get("full");
        Assert.Equal(host.Bank.LastHash.ToString(), full["blockhash"]!.GetValue<string>());
        Assert.Equal(host.Chain.History.FindBlock(1)!.Hash.ToString(), full["previousBlockhash"]!.GetValue<string>());
        Assert.Equal(1UL, full["parentSlot"]!.GetValue<ulong>());
        Assert.Equal(2UL, full["blockHeight"]!.GetValue<ulong>());
        Assert.Equal(record.Id.ToString(), full["transactions"]![0]!["transaction"]!["signatures"]![0]!.GetValue<string>());
        Assert.Empty(full["rewards"]!.AsArray());
        JsonNode accounts = (await Get("accounts"))["transactions"]![0]!;
        Assert.Equal(pair.PublicKey.ToString(), accounts["transaction"]!["accountKeys"]![0]!["pubkey"]!.GetValue<string>());
        Assert.False(accounts["meta"]!.AsObject().ContainsKey("logMessages"));
        JsonObject signatures = await Get("signatures");
        Assert.Equal([record.Id.ToString()], Texts(signatures["signatures"]));
        Assert.False(signatures.ContainsKey("transactions"));
        JsonObject none = await Get("none");
        Assert.False(none.ContainsKey("transactions") || none.ContainsKey("signatures"));
    }

    [Fact]
    public async Task A_block_that_is_not_there_is_32004_and_the_genesis_is_a_skipped_slot()
    {
        await using RpcHost host = await RpcHost.Start();
        host.AddBlock();
        await host.Error(-32004, "getBlock", 2);
        await host.Error(-32004, "getBlockTime", 2);
        await host.Error(-32007, "getBlock", 0);
        Assert.Equal(1_700_000_000, (await host.Call("getBlockTime", 0))!.GetValue<long>());
        Assert.Equal(1_700_000_000, (await host.Call("getBlockTime", 1))!.GetValue<long>());
    }

    [Fact]
    public async Task Blocks_of_a_range_are_those_that_are_kept()
    {
        await using RpcHost host = await RpcHost.Start();
        for (int i = 0; i < 5; i++)
            host.AddBlock();
        async Task<string> Get(string method, params JsonNode?[] parameters) => (await host.Call(method, parameters))!.ToJsonString();

        Assert.Equal("[2,3,4]", await Get("getBlocks", 2, 4));
        Assert.Equal("[1,2,3,4,5]", await Get("getBlocks", 0));
        Assert.Equal("[4,5]", await Get("getBlocks", 4, new JsonObject { ["commitment"] = "confirmed" }));
        Assert.Equal("[4,5]", await Get("getBlocks", 4, 400));
        Assert.Equal("[]", await Get("getBlocks", ulong.MaxValue));
        Assert.Equal("[]", await Get("getBlocks", 4, 3));
        Assert.Equal("[3,4]", await Get("getBlocksWithLimit", 3, 2));
        Assert.Equal("[]", await Get("getBlocksWithLimit", 3, 0));
        Assert.Equal("[]", await Get("getBlocksWithLimit", ulong.MaxValue, 2));
        await host.Error(-32602, "getBlocks", 0, 500_001);
        await host.Error(-32602, "getBlocks", 0, "4");
        await host.Error(-32602, "getBlocksWithLimit", 0, 500_001);
    }

    private static string[] Texts(JsonNode? list) => [.. list!.AsArray().Select(item => item!.GetValue<string>())];
}
