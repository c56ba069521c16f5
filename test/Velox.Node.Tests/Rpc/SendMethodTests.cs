using System.Text.Json.Nodes;
using SimpleBase;
using Velox.Cryptography;
using Velox.Primitives;
using Velox.Svm;
using Xunit;

namespace Velox.Node.Tests;

public sealed class SendMethodTests
{
    private static readonly Address Recipient = TestIds.Address(9);

    [Fact]
    public async Task A_transaction_is_sent_under_its_first_signature_and_becomes_part_of_a_block()
    {
        await using RpcHost host = await RpcHost.Start();
        byte[] bytes = host.SignTransfer(host.Faucet, Recipient, RpcHost.Sol);
        string id = (await host.Call("sendTransaction", Base58.Bitcoin.Encode(bytes)))!.GetValue<string>();
        Assert.Equal(new Signature(bytes.AsSpan(1, 64)).ToString(), id);
        TransactionRecord record = Assert.Single(host.AddBlock().Records);
        Assert.Equal(id, record.Id.ToString());
        Assert.Equal(RpcHost.Sol, (await host.Value("getBalance", Recipient.ToString()))!.GetValue<ulong>());
    }

    [Fact]
    public async Task Preflight_tells_a_failing_instruction_with_its_logs()
    {
        await using RpcHost host = await RpcHost.Start();
        Keypair poor = host.NewFunded();
        JsonObject error = await Refused(host, -32002, host.SignTransfer(poor, Recipient, 100 * RpcHost.Sol));
        Assert.Equal("""{"InstructionError":[0,{"Custom":1}]}""", error["data"]!["err"]!.ToJsonString());
        Assert.Contains("custom program error: 0x1", error["message"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains(error["data"]!["logs"]!.AsArray(), line => line!.GetValue<string>().EndsWith("failed: custom program error: 0x1", StringComparison.Ordinal));
        Assert.Empty(host.AddBlock().Records);
    }

    [Fact]
    public async Task Preflight_tells_what_a_block_would_reject()
    {
        await using RpcHost host = await RpcHost.Start();
        Keypair poor = host.NewFunded();
        byte[] old = new TransactionBuilder(poor.PublicKey)
            .Add(SystemInstructions.Transfer(poor.PublicKey, Recipient, RpcHost.Sol)).Sign(poor);
        Assert.Equal("\"BlockhashNotFound\"", (await Refused(host, -32002, old))["data"]!["err"]!.ToJsonString());

        byte[] dust = host.SignTransfer(poor, Recipient, 1);
        Assert.Equal(
            """{"InsufficientFundsForRent":{"account_index":1}}""", (await Refused(host, -32002, dust))["data"]!["err"]!.ToJsonString());

        byte[] unfunded = host.SignTransfer(Keypair.Generate(), Recipient, 1);
        Assert.Equal("\"AccountNotFound\"", (await Refused(host, -32002, unfunded))["data"]!["err"]!.ToJsonString());

        byte[] repeated = host.SignTransfer(poor, Recipient, RpcHost.Sol);
        await host.Call("sendTransaction", Convert.ToBase64String(repeated), Base64());
        host.AddBlock();
        Assert.Equal("\"AlreadyProcessed\"", (await Refused(host, -32002, repeated))["data"]!["err"]!.ToJsonString());
    }

    [Fact]
    public async Task Without_preflight_a_failing_transaction_is_taken_and_pays_its_fee()
    {
        await using RpcHost host = await RpcHost.Start();
        Keypair poor = host.NewFunded();
        byte[] bytes = host.SignTransfer(poor, Recipient, 100 * RpcHost.Sol);
        JsonObject config = Base64();
        config["skipPreflight"] = true;
        await host.Call("sendTransaction", Convert.ToBase64String(bytes), config);
        Assert.True(Assert.Single(host.AddBlock().Records).Error.IsError);
        Assert.Equal((10 * RpcHost.Sol) - 5_000, (await host.Value("getBalance", poor.PublicKey.ToString()))!.GetValue<ulong>());
    }

    [Fact]
    public async Task A_wrong_signature_is_32003_in_preflight_and_reaches_no_block_without()
    {
        await using RpcHost host = await RpcHost.Start();
        byte[] bytes = host.SignTransfer(host.Faucet, Recipient, RpcHost.Sol);
        bytes[5] ^= 1;
        await Refused(host, -32003, bytes);
        Assert.Empty(host.AddBlock().Records);
        JsonObject config = Base64();
        config["skipPreflight"] = true;
        await host.Call("sendTransaction", Convert.ToBase64String(bytes), config);
        Assert.Empty(host.AddBlock().Records);
    }

    [Fact]
    public async Task Bytes_that_are_no_transaction_are_a_bad_parameter()
    {
        await using RpcHost host = await RpcHost.Start();
        byte[] bytes = host.SignTransfer(host.Faucet, Recipient, RpcHost.Sol);
        JsonObject cut = await Refused(host, -32602, bytes[..^1]);
        Assert.Contains("ends inside a field", cut["message"]!.GetValue<string>(), StringComparison.Ordinal);
        await Refused(host, -32602, [.. bytes, 0]);
        await Refused(host, -32602, new byte[2_000]);
        await Refused(host, -32602, []);
        await host.Error(-32602, "sendTransaction", "not base58 0OIl");
        await host.Error(-32602, "sendTransaction", Convert.ToBase64String(bytes), new JsonObject { ["encoding"] = "hex" });
        await host.Error(-32602, "sendTransaction");
    }

    [Fact]
    public async Task A_full_queue_is_told_as_a_busy_node()
    {
        await using RpcHost host = await RpcHost.Start();
        host.IsAccepting = false;
        JsonObject error = await Refused(host, -32005, host.SignTransfer(host.Faucet, Recipient, RpcHost.Sol));
        Assert.Contains("queue is full", error["message"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Equal_airdrops_in_one_block_are_all_paid()
    {
        await using RpcHost host = await RpcHost.Start();
        for (int i = 0; i < 3; i++)
            await host.Call("requestAirdrop", Recipient.ToString(), RpcHost.Sol);
        Assert.Equal(3, host.AddBlock().Records.Count(record => !record.Error.IsError));
        Assert.Equal(3 * RpcHost.Sol, (await host.Value("getBalance", Recipient.ToString()))!.GetValue<ulong>());
    }

    [Fact]
    public async Task An_airdrop_is_bounded_and_leaves_no_account_below_rent()
    {
        await using RpcHost host = await RpcHost.Start();
        ulong most = new RpcOptions().MaxAirdropLamports;
        await host.Call("requestAirdrop", Recipient.ToString(), most);
        await host.Error(-32602, "requestAirdrop", Recipient.ToString(), most + 1);
        await host.Error(-32002, "requestAirdrop", TestIds.Address(3).ToString(), 1);
    }

    [Fact]
    public async Task A_simulation_tells_the_outcome_and_changes_nothing()
    {
        await using RpcHost host = await RpcHost.Start();
        byte[] bytes = host.SignTransfer(host.Faucet, Recipient, RpcHost.Sol);
        JsonObject config = Base64();
        config["sigVerify"] = true;
        config["innerInstructions"] = true;
        config["accounts"] = new JsonObject
        {
            ["encoding"] = "base64",
            ["addresses"] = new JsonArray(Recipient.ToString(), TestIds.Address(4).ToString()),
        };
        JsonNode value = (await host.Value("simulateTransaction", Convert.ToBase64String(bytes), config))!;
        Assert.Null(value["err"]);
        Assert.Equal(150UL, value["unitsConsumed"]!.GetValue<ulong>());
        Assert.Contains("success", value["logs"]![1]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(RpcHost.Sol, value["accounts"]![0]!["lamports"]!.GetValue<ulong>());
        Assert.Null(value["accounts"]![1]);
        Assert.Empty(value["innerInstructions"]!.AsArray());
        Assert.Equal(TransactionExecutor.LamportsPerSignature, value["fee"]!.GetValue<ulong>());
        Assert.True(value["loadedAccountsDataSize"]!.GetValue<ulong>() > TransactionExecutor.LoadedAccountOverheadBytes);
        Assert.Equal(3, value["preBalances"]!.AsArray().Count);
        Assert.Equal(RpcHost.Sol, value["postBalances"]![1]!.GetValue<ulong>());
        RpcHost.AssertJson("""{"readonly":[],"writable":[]}""", value["loadedAddresses"]);
        Assert.Equal(0UL, (await host.Value("getBalance", Recipient.ToString()))!.GetValue<ulong>());
    }

    [Fact]
    public async Task A_simulation_needs_neither_signature_nor_recent_blockhash_when_told_so()
    {
        await using RpcHost host = await RpcHost.Start();
        byte[] bytes = new TransactionBuilder(host.Faucet.PublicKey)
            .Add(SystemInstructions.Transfer(host.Faucet.PublicKey, Recipient, RpcHost.Sol))
            .CompileMessage().Serialize([default]);
        string text = Convert.ToBase64String(bytes);
        Assert.Equal("\"BlockhashNotFound\"", (await host.Value("simulateTransaction", text, Base64()))!["err"]!.ToJsonString());

        JsonObject replaced = Base64();
        replaced["replaceRecentBlockhash"] = true;
        JsonNode value = (await host.Value("simulateTransaction", text, replaced))!;
        Assert.Null(value["err"]);
        Assert.Equal(host.Bank.LastHash.ToString(), value["replacementBlockhash"]!["blockhash"]!.GetValue<string>());

        JsonObject verified = Base64();
        verified["sigVerify"] = true;
        await host.Error(-32003, "simulateTransaction", text, verified);
        verified["replaceRecentBlockhash"] = true;
        await host.Error(-32602, "simulateTransaction", text, (JsonObject)verified.DeepClone());
    }

    private static JsonObject Base64() => new() { ["encoding"] = "base64" };

    private static Task<JsonObject> Refused(RpcHost host, int code, byte[] transaction) =>
        host.Error(code, "sendTransaction", Convert.ToBase64String(transaction), Base64());
}
