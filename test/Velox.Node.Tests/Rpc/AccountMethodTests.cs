using System.Text.Json.Nodes;
using SimpleBase;
using Velox.Cryptography;
using Velox.Primitives;
using Velox.Svm;
using Xunit;

namespace Velox.Node.Tests;

public sealed class AccountMethodTests
{
    private static readonly Address Owner = TestIds.Address(77);

    [Fact]
    public async Task A_balance_is_in_lamports_and_zero_for_no_account()
    {
        await using RpcHost host = await RpcHost.Start();
        Keypair pair = host.NewFunded(3 * RpcHost.Sol);
        JsonNode answer = (await host.Call("getBalance", pair.PublicKey.ToString()))!;
        Assert.Equal(3 * RpcHost.Sol, answer["value"]!.GetValue<ulong>());
        Assert.Equal(1UL, answer["context"]!["slot"]!.GetValue<ulong>());
        Assert.Equal(0UL, (await host.Value("getBalance", TestIds.Address(1).ToString()))!.GetValue<ulong>());
        Assert.Null(await host.Value("getAccountInfo", TestIds.Address(1).ToString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("111")]
    [InlineData("0OIl")]
    [InlineData("\u00e9\u00e9")]
    public async Task A_bad_address_is_a_bad_parameter_that_is_named(string address)
    {
        await using RpcHost host = await RpcHost.Start();
        JsonObject error = await host.Error(-32602, "getBalance", address);
        Assert.Contains("'pubkey' must be", error["message"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_account_has_Solanas_fields_with_exact_numbers()
    {
        await using RpcHost host = await RpcHost.Start();
        JsonNode account = (await host.Value("getAccountInfo", host.Faucet.PublicKey.ToString(), Encoding("base64")))!;
        Assert.Equal(Genesis.DefaultFaucetLamports, account["lamports"]!.GetValue<ulong>());
        Assert.Equal(ProgramIds.System.ToString(), account["owner"]!.GetValue<string>());
        Assert.False(account["executable"]!.GetValue<bool>());
        Assert.Equal("18446744073709551615", account["rentEpoch"]!.ToJsonString());
        Assert.Equal(0, account["space"]!.GetValue<int>());
        JsonNode program = (await host.Value("getAccountInfo", ProgramIds.Token.ToString(), Encoding("base64")))!;
        Assert.True(program["executable"]!.GetValue<bool>());
    }

    [Fact]
    public async Task Data_comes_in_the_encoding_that_was_asked_for()
    {
        await using RpcHost host = await RpcHost.Start();
        string address = Create(host, 5).ToString();
        const string Base64 = "AAAAAAA=";
        const string Base58 = "11111";
        Assert.Equal(["base64", Base64], await Data(host, address, Encoding("base64")));
        Assert.Equal(["base64", Base64], await Data(host, address, Encoding("jsonParsed")));
        Assert.Equal(["base58", Base58], await Data(host, address, Encoding("base58")));
        JsonNode bare = (await host.Value("getAccountInfo", address))!;
        Assert.Equal(Base58, bare["data"]!.GetValue<string>());
        JsonObject error = await host.Error(-32602, "getAccountInfo", address, Encoding("base64+zstd"));
        Assert.Contains("zstd", error["message"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_slice_is_cut_to_the_data()
    {
        await using RpcHost host = await RpcHost.Start();
        byte[] clock = host.Chain.State.Find(SysvarIds.Clock)!.ToArray();
        foreach ((ulong offset, ulong length) in new[] { (0UL, 8UL), (32UL, 8UL), (32UL, 9UL), (40UL, 1UL), (ulong.MaxValue, ulong.MaxValue) })
        {
            JsonObject config = Encoding("base64");
            config["dataSlice"] = new JsonObject { ["offset"] = offset, ["length"] = length };
            string expected = Convert.ToBase64String([.. clock.Where((_, i) => (ulong)i >= offset && (ulong)i - offset < length)]);
            Assert.Equal(["base64", expected], await Data(host, SysvarIds.Clock.ToString(), config));
        }
    }

    [Fact]
    public async Task Base58_is_given_up_to_128_bytes()
    {
        await using RpcHost host = await RpcHost.Start();
        string fits = Create(host, 128).ToString();
        string tooLong = Create(host, 129).ToString();
        Assert.Equal("base58", (await Data(host, fits, Encoding("base58")))[0]);
        await host.Error(-32600, "getAccountInfo", tooLong, Encoding("base58"));
        JsonObject sliced = Encoding("base58");
        sliced["dataSlice"] = new JsonObject { ["offset"] = 0, ["length"] = 128 };
        Assert.Equal("base58", (await Data(host, tooLong, sliced))[0]);
    }

    [Fact]
    public async Task Several_accounts_come_in_the_order_asked_with_null_for_the_missing()
    {
        await using RpcHost host = await RpcHost.Start();
        JsonArray addresses = [host.Identity.PublicKey.ToString(), TestIds.Address(1).ToString(), host.Faucet.PublicKey.ToString()];
        JsonArray accounts = (await host.Value("getMultipleAccounts", addresses))!.AsArray();
        Assert.Equal(Genesis.IdentityLamports, accounts[0]!["lamports"]!.GetValue<ulong>());
        Assert.Null(accounts[1]);
        Assert.Equal(Genesis.DefaultFaucetLamports, accounts[2]!["lamports"]!.GetValue<ulong>());

        JsonArray hundredAndOne = [.. Enumerable.Range(0, 101).Select(number => JsonValue.Create(TestIds.Address(number).ToString()))];
        JsonObject error = await host.Error(-32602, "getMultipleAccounts", hundredAndOne);
        Assert.Contains("'pubkeys' has 101 elements: at most 100 are allowed", error["message"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Program_accounts_are_those_that_pass_all_filters()
    {
        await using RpcHost host = await RpcHost.Start();
        Address[] addresses = [Create(host, 4), Create(host, 4), Create(host, 9)];
        Assert.Equal(addresses.Order(), await ProgramAccounts(host));
        Assert.Equal(addresses[..2].Order(), await ProgramAccounts(host, new JsonObject { ["dataSize"] = 4 }));
        Assert.Equal([addresses[2]], await ProgramAccounts(host, Comparison(8, "1")));
        Assert.Equal(addresses.Order(), await ProgramAccounts(host, Comparison(0, "1111")));
        Assert.Empty(await ProgramAccounts(host, Comparison(0, "2")));
        Assert.Empty(await ProgramAccounts(host, Comparison(ulong.MaxValue, "1")));
        Assert.Empty(await ProgramAccounts(host, new JsonObject { ["dataSize"] = 4 }, Comparison(8, "1")));
    }

    [Fact]
    public async Task Program_accounts_come_with_context_when_asked_for()
    {
        await using RpcHost host = await RpcHost.Start();
        Address address = Create(host, 4);
        JsonNode answer = (await host.Call(
            "getProgramAccounts", Owner.ToString(), new JsonObject { ["withContext"] = true, ["encoding"] = "base64" }))!;
        JsonNode entry = Assert.Single(answer["value"]!.AsArray())!;
        Assert.Equal(address.ToString(), entry["pubkey"]!.GetValue<string>());
        Assert.Equal(4, entry["account"]!["space"]!.GetValue<int>());
        Assert.Equal(host.Bank.Slot, answer["context"]!["slot"]!.GetValue<ulong>());
    }

    [Fact]
    public async Task Filters_are_bounded()
    {
        await using RpcHost host = await RpcHost.Start();
        async Task Refused(params JsonObject[] filters) =>
            await host.Error(-32602, "getProgramAccounts", Owner.ToString(), new JsonObject { ["filters"] = new JsonArray(filters) });
        await Refused([.. Enumerable.Range(0, 5).Select(_ => new JsonObject { ["dataSize"] = 1 })]);
        await Refused(new JsonObject());
        await Refused(new JsonObject { ["dataSize"] = 1, ["memcmp"] = new JsonObject() });
        await Refused(Comparison(0, Base58.Bitcoin.Encode(new byte[129])));
        await Refused(Comparison(0, "0"));
    }

    [Fact]
    public async Task The_supply_is_what_the_genesis_made()
    {
        await using RpcHost host = await RpcHost.Start();
        host.NewFunded(7 * RpcHost.Sol);
        JsonNode supply = (await host.Value("getSupply"))!;
        ulong circulating = supply["circulating"]!.GetValue<ulong>();
        const ulong Total = Genesis.DefaultFaucetLamports + Genesis.IdentityLamports;
        Assert.Equal(Genesis.IdentityLamports + (7 * RpcHost.Sol) + 5_000, circulating);
        Assert.Equal(Total, supply["total"]!.GetValue<ulong>());
        Assert.Equal(Total - circulating, supply["nonCirculating"]!.GetValue<ulong>());
    }

    private static JsonObject Encoding(string name) => new() { ["encoding"] = name };

    private static JsonObject Comparison(ulong offset, string bytes) =>
        new() { ["memcmp"] = new JsonObject { ["offset"] = offset, ["bytes"] = bytes } };

    private static Address Create(RpcHost host, int space)
    {
        Keypair account = Keypair.Generate();
        Instruction creation = SystemInstructions.CreateAccount(
            host.Faucet.PublicKey, account.PublicKey, Rent.MinimumBalance(space), (ulong)space, Owner);
        Assert.False(host.Send([creation], host.Faucet, account).Error.IsError);
        return account.PublicKey;
    }

    /// <summary>Encoding and text of an account's data.</summary>
    private static async Task<string[]> Data(RpcHost host, string address, JsonObject config)
    {
        JsonNode data = (await host.Value("getAccountInfo", address, config))!["data"]!;
        return [data[1]!.GetValue<string>(), data[0]!.GetValue<string>()];
    }

    private static async Task<Address[]> ProgramAccounts(RpcHost host, params JsonObject[] filters)
    {
        JsonNode answer = (await host.Call(
            "getProgramAccounts", Owner.ToString(), new JsonObject { ["filters"] = new JsonArray(filters) }))!;
        return [.. answer.AsArray().Select(entry => Address.Parse(entry!["pubkey"]!.GetValue<string>()))];
    }
}
