using System.Text.Json.Nodes;
using Velox.Cryptography;
using Velox.Primitives;
using Velox.Svm;
using Xunit;

namespace Velox.Node.Tests;

/// <summary>Accounts of programs and sysvars as <c>jsonParsed</c> shows them.</summary>
public sealed class ParsedAccountTests
{
    [Fact]
    public async Task A_durable_nonce_shows_authority_blockhash_and_fee()
    {
        await using RpcHost host = await RpcHost.Start();
        Keypair nonce = Create(host, NonceSize, ProgramIds.System);
        AssertUnparsed(await Data(host, nonce.PublicKey), NonceSize);
        host.Send([SystemInstructions.InitializeNonceAccount(nonce.PublicKey, host.Identity.PublicKey)], host.Faucet);

        Assert.True(NonceAccount.TryRead(host.Chain.State.Find(nonce.PublicKey)!.ToArray(), out NonceAccount state));
        RpcHost.AssertJson(
            $$$$$"""
            {"program":"nonce","space":80,"parsed":{"type":"initialized","info":{"authority":"{{{{{host.Identity.PublicKey}}}}}",
            "blockhash":"{{{{{state.Nonce}}}}}","feeCalculator":{"lamportsPerSignature":"5000"}}}}
            """,
            await Data(host, nonce.PublicKey));
    }

    [Fact]
    public async Task A_buffer_of_the_loader_shows_authority_and_bytes()
    {
        await using RpcHost host = await RpcHost.Start();
        Keypair buffer = Create(host, LoaderState.BufferHeadSize + 3, ProgramIds.BpfLoaderUpgradeable);
        RpcHost.AssertJson(
            """{"program":"bpf-upgradeable-loader","space":40,"parsed":{"type":"uninitialized"}}""", await Data(host, buffer.PublicKey));
        host.Send(
            [
                LoaderInstructions.InitializeBuffer(buffer.PublicKey, host.Faucet.PublicKey),
                LoaderInstructions.Write(buffer.PublicKey, host.Faucet.PublicKey, 0, [1, 2, 3]),
            ],
            host.Faucet);
        RpcHost.AssertJson(
            $$$$$"""
            {"program":"bpf-upgradeable-loader","space":40,"parsed":{"type":"buffer","info":{
            "authority":"{{{{{host.Faucet.PublicKey}}}}}","data":["AQID","base64"]}}}
            """,
            await Data(host, buffer.PublicKey));
    }

    [Fact]
    public async Task Accounts_that_hold_something_else_are_given_as_bytes()
    {
        await using RpcHost host = await RpcHost.Start();
        AssertUnparsed(await Data(host, Create(host, 2, ProgramIds.BpfLoaderUpgradeable).PublicKey), 2);
        AssertUnparsed(await Data(host, Create(host, 55, ProgramIds.System).PublicKey), 55);
        AssertUnparsed(await Data(host, host.Faucet.PublicKey), 0);
        AssertUnparsed(await Data(host, SysvarIds.SlotHistory), SlotHistory.Size);
    }

    [Fact]
    public async Task Sysvars_show_their_fields()
    {
        await using RpcHost host = await RpcHost.Start();
        Block first = host.AddBlock();
        Block second = host.AddBlock();
        await Check(host, SysvarIds.Clock, "clock", $$$"""
            {"unixTimestamp":{{{second.Header.UnixTimestamp}}},"slot":2,"epoch":0,"epochStartTimestamp":1700000000,"leaderScheduleEpoch":1}
            """);
        await Check(host, SysvarIds.Rent, "rent", $$$"""{"lamportsPerByte":"{{{Rent.LamportsPerByte}}}"}""");
        await Check(host, SysvarIds.EpochSchedule, "epochSchedule", """
            {"slotsPerEpoch":432000,"leaderScheduleSlotOffset":432000,"warmup":false,"firstNormalEpoch":0,"firstNormalSlot":0}
            """);
        await Check(host, SysvarIds.LastRestartSlot, "lastRestartSlot", """{"lastRestartSlot":0}""");
        JsonArray hashes = (await Data(host, SysvarIds.SlotHashes))["parsed"]!["info"]!.AsArray();
        RpcHost.AssertJson($$$"""{"slot":1,"hash":"{{{first.Hash}}}"}""", hashes[0]);
        JsonArray blockhashes = (await Data(host, SysvarIds.RecentBlockhashes))["parsed"]!["info"]!.AsArray();
        RpcHost.AssertJson(
            $$$"""{"blockhash":"{{{first.Hash}}}","feeCalculator":{"lamportsPerSignature":"5000"}}""", blockhashes[0]);
    }

    private const int NonceSize = 80;

    private static async Task Check(RpcHost host, Address id, string type, string info)
    {
        JsonNode data = await Data(host, id);
        Assert.Equal("sysvar", data["program"]!.GetValue<string>());
        Assert.Equal(type, data["parsed"]!["type"]!.GetValue<string>());
        RpcHost.AssertJson(info, data["parsed"]!["info"]);
        Assert.Equal(host.Chain.State.Find(id)!.DataLength, data["space"]!.GetValue<int>());
    }

    private static void AssertUnparsed(JsonNode data, int size)
    {
        Assert.Equal("base64", data.AsArray()[1]!.GetValue<string>());
        Assert.Equal(size, Convert.FromBase64String(data[0]!.GetValue<string>()).Length);
    }

    private static async Task<JsonNode> Data(RpcHost host, Address address) => (await host.Value(
        "getAccountInfo", address.ToString(), new JsonObject { ["encoding"] = "jsonParsed" }))!["data"]!;

    private static Keypair Create(RpcHost host, int space, Address owner)
    {
        Keypair account = Keypair.Generate();
        Instruction creation = SystemInstructions.CreateAccount(
            host.Faucet.PublicKey, account.PublicKey, Rent.MinimumBalance(space), (ulong)space, owner);
        Assert.False(host.Send([creation], host.Faucet, account).Error.IsError);
        return account;
    }
}
