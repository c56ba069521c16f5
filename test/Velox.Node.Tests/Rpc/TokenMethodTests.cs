using System.Text.Json.Nodes;
using Velox.Cryptography;
using Velox.Primitives;
using Velox.State;
using Velox.Svm;
using Xunit;

namespace Velox.Node.Tests;

public sealed class TokenMethodTests
{
    private const byte Decimals = 6;

    [Fact]
    public async Task A_balance_and_a_supply_are_told_in_atoms_and_for_people()
    {
        await using RpcHost host = await RpcHost.Start();
        var token = new Token(host);
        Address account = token.NewAccount(host.Faucet.PublicKey, 1_500_000);
        RpcHost.AssertJson(
            """{"amount":"1500000","decimals":6,"uiAmount":1.5,"uiAmountString":"1.5"}""",
            (await host.Value("getTokenAccountBalance", account.ToString())));
        token.NewAccount(host.Identity.PublicKey, 18_446_744_073_708_051_615);
        Assert.Equal("18446744073709.551615", (await host.Value("getTokenSupply", token.Mint.ToString()))!["uiAmountString"]!.GetValue<string>());
        Address empty = token.NewAccount(host.Identity.PublicKey, 0);
        Assert.Equal("0", (await host.Value("getTokenAccountBalance", empty.ToString()))!["uiAmountString"]!.GetValue<string>());
    }

    [Fact]
    public async Task Sol_is_wrapped_into_a_token_account_and_back()
    {
        await using RpcHost host = await RpcHost.Start();
        Address owner = host.Faucet.PublicKey;
        Address wrapped = AssociatedTokenProgram.AddressOf(owner, ProgramIds.NativeMint);
        host.Send(
            [
                AssociatedTokenInstructions.CreateIdempotent(owner, wrapped, owner, ProgramIds.NativeMint),
                SystemInstructions.Transfer(owner, wrapped, 1_500_000_000),
                TokenInstructions.SyncNative(wrapped),
            ],
            host.Faucet);
        RpcHost.AssertJson(
            """{"amount":"1500000000","decimals":9,"uiAmount":1.5,"uiAmountString":"1.5"}""",
            (await host.Value("getTokenAccountBalance", wrapped.ToString())));

        Assert.False(host.Send([TokenInstructions.CloseAccount(wrapped, owner, owner)], host.Faucet).Error.IsError);
        Assert.Null(await host.Value("getAccountInfo", wrapped.ToString()));
    }

    [Fact]
    public async Task What_is_no_token_account_or_mint_is_a_bad_parameter()
    {
        await using RpcHost host = await RpcHost.Start();
        var token = new Token(host);
        string wallet = host.Faucet.PublicKey.ToString();
        await host.Error(-32602, "getTokenAccountBalance", wallet);
        await host.Error(-32602, "getTokenAccountBalance", token.Mint.ToString());
        await host.Error(-32602, "getTokenSupply", wallet);
        await host.Error(-32602, "getTokenLargestAccounts", TestIds.Address(1).ToString());
        await host.Error(-32602, "getTokenAccountsByOwner", wallet, new JsonObject());
        await host.Error(-32602, "getTokenAccountsByOwner", wallet, new JsonObject { ["mint"] = wallet });
        await host.Error(-32602, "getTokenAccountsByOwner", wallet, new JsonObject { ["programId"] = wallet });
    }

    [Fact]
    public async Task A_token_account_a_mint_and_a_transfer_are_told_as_fields()
    {
        await using RpcHost host = await RpcHost.Start();
        var token = new Token(host);
        Address from = token.NewAccount(host.Faucet.PublicKey, 1_500_000);
        Address to = token.NewAccount(host.Identity.PublicKey, 0);
        var parsed = new JsonObject { ["encoding"] = "jsonParsed" };

        JsonNode data = (await host.Value("getAccountInfo", from.ToString(), parsed.DeepClone()))!["data"]!;
        Assert.Equal("spl-token", data["program"]!.GetValue<string>());
        RpcHost.AssertJson(
            $$$"""{"mint":"{{{token.Mint}}}","owner":"{{{host.Faucet.PublicKey}}}","tokenAmount":{"amount":"1500000","decimals":6,"uiAmount":1.5,"uiAmountString":"1.5"},"state":"initialized","isNative":false}""",
            data["parsed"]!["info"]);
        JsonNode mint = (await host.Value("getAccountInfo", token.Mint.ToString(), parsed.DeepClone()))!["data"]!["parsed"]!;
        RpcHost.AssertJson(
            $$$"""{"type":"mint","info":{"mintAuthority":"{{{host.Faucet.PublicKey}}}","supply":"1500000","decimals":6,"isInitialized":true,"freezeAuthority":null}}""",
            mint);

        TransactionRecord record = host.Send(
            [TokenInstructions.TransferChecked(from, token.Mint, to, host.Faucet.PublicKey, 500_000, Decimals)], host.Faucet);
        JsonNode answer = (await host.Call("getTransaction", record.Id.ToString(), parsed.DeepClone()))!;
        RpcHost.AssertJson(
            $$$"""{"type":"transferChecked","info":{"tokenAmount":{"amount":"500000","decimals":6,"uiAmount":0.5,"uiAmountString":"0.5"},"source":"{{{from}}}","mint":"{{{token.Mint}}}","destination":"{{{to}}}","authority":"{{{host.Faucet.PublicKey}}}"}}""",
            answer["transaction"]!["message"]!["instructions"]![0]!["parsed"]);
        string[] after = [.. answer["meta"]!["postTokenBalances"]!.AsArray().Select(item => item!["uiTokenAmount"]!["uiAmountString"]!.GetValue<string>())];
        Assert.Equal(["0.5", "1"], after.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Inner_instructions_stand_under_the_one_that_called_them()
    {
        await using RpcHost host = await RpcHost.Start();
        var token = new Token(host);
        Address wallet = host.Identity.PublicKey;
        Address associated = ProgramDerivedAddress.Find(
            [wallet.Span.ToArray(), ProgramIds.Token.Span.ToArray(), token.Mint.Span.ToArray()], ProgramIds.AssociatedToken, out _);
        TransactionRecord record = host.Send(
            [AssociatedTokenInstructions.Create(host.Faucet.PublicKey, associated, wallet, token.Mint)], host.Faucet);
        Assert.False(record.Error.IsError);

        JsonNode raw = (await host.Call("getTransaction", record.Id.ToString()))!["meta"]!["innerInstructions"]!;
        JsonNode group = Assert.Single(raw.AsArray())!;
        Assert.Equal(0, group["index"]!.GetValue<int>());
        Assert.Equal(record.InnerInstructions.Count, group["instructions"]!.AsArray().Count);
        Assert.All(group["instructions"]!.AsArray(), inner => Assert.Equal(2, inner!["stackHeight"]!.GetValue<int>()));
        JsonNode parsed = (await host.Call("getTransaction", record.Id.ToString(), new JsonObject { ["encoding"] = "jsonParsed" }))!;
        string[] types = [.. parsed["meta"]!["innerInstructions"]![0]!["instructions"]!.AsArray().Select(inner => inner!["parsed"]?["type"]?.GetValue<string>() ?? "?")];
        Assert.Contains("createAccount", types);
        Assert.Contains("initializeAccount3", types);
    }

    [Fact]
    public async Task Token_accounts_are_found_by_owner_and_mint_and_by_delegate()
    {
        await using RpcHost host = await RpcHost.Start();
        var gold = new Token(host);
        var silver = new Token(host);
        Address owner = host.Identity.PublicKey;
        Address[] accounts = [gold.NewAccount(owner, 1), gold.NewAccount(owner, 2), silver.NewAccount(owner, 3)];
        gold.NewAccount(host.Faucet.PublicKey, 4);

        Assert.Equal(accounts[..2].Order(), await Find(host, "getTokenAccountsByOwner", owner, "mint", gold.Mint));
        Assert.Equal(accounts.Order(), await Find(host, "getTokenAccountsByOwner", owner, "programId", ProgramIds.Token));
        Assert.Empty(await Find(host, "getTokenAccountsByOwner", owner, "programId", ProgramIds.Token2022));
        Assert.Empty(await Find(host, "getTokenAccountsByDelegate", owner, "programId", ProgramIds.Token));
    }

    [Fact]
    public async Task The_largest_accounts_come_first_and_at_most_20()
    {
        await using RpcHost host = await RpcHost.Start();
        var token = new Token(host);
        for (ulong amount = 1; amount <= 21; amount++)
            token.NewAccount(host.Faucet.PublicKey, amount);
        string[] amounts = [.. (await host.Value("getTokenLargestAccounts", token.Mint.ToString()))!.AsArray().Select(item => item!["amount"]!.GetValue<string>())];
        Assert.Equal([.. Enumerable.Range(2, 20).Reverse().Select(amount => $"{amount}")], amounts);
    }

    [Fact]
    public async Task Accounts_of_Token_2022_are_found_and_told_with_their_extensions()
    {
        await using RpcHost host = await RpcHost.Start();
        Address mint = TestIds.Address(71);
        Address account = TestIds.Address(72);
        Address owner = TestIds.Address(73);
        byte[] mintData = new byte[166 + 4 + 64];
        BitConverter.TryWriteBytes(mintData.AsSpan(36), 5_000UL);
        mintData[44] = 2;
        mintData[45] = 1;
        mintData[165] = 1;
        byte[] pointer = [18, 0, 64, 0, .. new byte[32], .. mint.Span];
        pointer.CopyTo(mintData, 166);
        byte[] accountData = [.. mint.Span, .. owner.Span, .. BitConverter.GetBytes(150UL), .. new byte[165 - 72], 2, 7, 0, 0, 0];
        accountData[108] = 1;
        Put(host, mint, mintData);
        Put(host, account, accountData);
        host.AddBlock();

        RpcHost.AssertJson(
            """{"amount":"150","decimals":2,"uiAmount":1.5,"uiAmountString":"1.5"}""",
            await host.Value("getTokenAccountBalance", account.ToString()));
        Assert.Equal("50", (await host.Value("getTokenSupply", mint.ToString()))!["uiAmountString"]!.GetValue<string>());
        JsonNode largest = (await host.Value("getTokenLargestAccounts", mint.ToString()))!;
        Assert.Equal(account.ToString(), Assert.Single(largest.AsArray())!["address"]!.GetValue<string>());
        Assert.Equal([account], await Find(host, "getTokenAccountsByOwner", owner, "mint", mint));
        Assert.Equal([account], await Find(host, "getTokenAccountsByOwner", owner, "programId", ProgramIds.Token2022));
        Assert.Empty(await Find(host, "getTokenAccountsByOwner", owner, "programId", ProgramIds.Token));

        var parsed = new JsonObject { ["encoding"] = "jsonParsed" };
        JsonNode data = (await host.Value("getAccountInfo", account.ToString(), parsed.DeepClone()))!["data"]!;
        Assert.Equal("spl-token-2022", data["program"]!.GetValue<string>());
        RpcHost.AssertJson("""[{"extension":"immutableOwner"}]""", data["parsed"]!["info"]!["extensions"]);
        data = (await host.Value("getAccountInfo", mint.ToString(), parsed.DeepClone()))!["data"]!;
        RpcHost.AssertJson(
            $$$"""[{"extension":"metadataPointer","state":{"authority":null,"metadataAddress":"{{{mint}}}"}}]""",
            data["parsed"]!["info"]!["extensions"]);
    }

    [Fact]
    public async Task Balances_of_both_token_programs_stand_in_the_meta_of_who_names_one()
    {
        await using RpcHost host = await RpcHost.Start();
        Address mint = TestIds.Address(74);
        Address account = TestIds.Address(75);
        byte[] mintData = new byte[82];
        mintData[45] = 1;
        byte[] accountData = [.. mint.Span, .. host.Faucet.PublicKey.Span, .. BitConverter.GetBytes(9UL), .. new byte[165 - 72], 2];
        accountData[108] = 1;
        Put(host, mint, mintData);
        Put(host, account, accountData);
        host.AddBlock();

        TransactionRecord silent = host.Send([SystemInstructions.Transfer(host.Faucet.PublicKey, account, 1)], host.Faucet);
        Assert.Empty(silent.PreTokenBalances);
        Instruction transfer = SystemInstructions.Transfer(host.Faucet.PublicKey, account, 2);
        AccountMeta[] metas = [.. transfer.Accounts.ToArray(), AccountMeta.Readonly(ProgramIds.Token2022)];
        TransactionRecord record = host.Send([new Instruction(transfer.ProgramId, metas, transfer.Data)], host.Faucet);
        JsonNode meta = (await host.Call("getTransaction", record.Id.ToString(), new JsonObject()))!["meta"]!;
        RpcHost.AssertJson(
            $$$"""[{"accountIndex":1,"mint":"{{{mint}}}","owner":"{{{host.Faucet.PublicKey}}}","programId":"{{{ProgramIds.Token2022}}}","uiTokenAmount":{"amount":"9","decimals":0,"uiAmount":9,"uiAmountString":"9"}}]""",
            meta["postTokenBalances"]);
    }

    private static void Put(RpcHost host, Address address, byte[] data)
    {
        Account account = host.Bank.Accounts.GetOrCreate(address);
        account.Lamports = RpcHost.Sol;
        account.Owner = ProgramIds.Token2022;
        account.Data.Resize(data.Length);
        data.CopyTo(account.Data.Write(0, data.Length));
        host.Bank.Accounts.MarkChanged(account);
    }

    private static async Task<Address[]> Find(RpcHost host, string method, Address who, string key, Address value)
    {
        JsonNode found = (await host.Value(
            method, who.ToString(), new JsonObject { [key] = value.ToString() }, new JsonObject { ["encoding"] = "jsonParsed" }))!;
        return [.. found.AsArray().Select(entry => Address.Parse(entry!["pubkey"]!.GetValue<string>()))];
    }

    /// <summary>A mint whose authority is the faucet.</summary>
    private sealed class Token
    {
        private readonly RpcHost _host;

        internal Token(RpcHost host)
        {
            _host = host;
            Mint = Create(TokenInstructions.MintSize, mint => TokenInstructions.InitializeMint2(mint, Decimals, host.Faucet.PublicKey));
        }

        internal Address Mint { get; }

        internal Address NewAccount(Address owner, ulong amount)
        {
            Address account = Create(TokenInstructions.AccountSize, address => TokenInstructions.InitializeAccount3(address, Mint, owner));
            Expect(_host.Send([TokenInstructions.MintTo(Mint, account, _host.Faucet.PublicKey, amount)], _host.Faucet));
            return account;
        }

        private Address Create(int size, Func<Address, Instruction> initialize)
        {
            Keypair pair = Keypair.Generate();
            Instruction creation = SystemInstructions.CreateAccount(
                _host.Faucet.PublicKey, pair.PublicKey, Rent.MinimumBalance(size), (ulong)size, ProgramIds.Token);
            Expect(_host.Send([creation, initialize(pair.PublicKey)], _host.Faucet, pair));
            return pair.PublicKey;
        }

        private static void Expect(TransactionRecord record) =>
            Assert.False(record.Error.IsError, string.Join('\n', record.LogLines));
    }
}
