using System.Text.Json.Nodes;
using Velox.Svm;
using Xunit;

namespace Velox.Node.Tests;

public sealed class ChainMethodTests
{
    [Fact]
    public async Task The_newest_block_is_told_in_slots_heights_and_counts()
    {
        await using RpcHost host = await RpcHost.Start();
        host.NewFunded();
        host.AddBlock();

        foreach (string method in new[] { "getSlot", "getBlockHeight" })
            Assert.Equal(2UL, (await host.Call(method))!.GetValue<ulong>());
        Assert.Equal(1UL, (await host.Call("getTransactionCount"))!.GetValue<ulong>());
        JsonNode epoch = (await host.Call("getEpochInfo"))!;
        Assert.Equal(2UL, epoch["absoluteSlot"]!.GetValue<ulong>());
        Assert.Equal(2UL, epoch["slotIndex"]!.GetValue<ulong>());
        Assert.Equal(432_000UL, epoch["slotsInEpoch"]!.GetValue<ulong>());
        Assert.Equal(432_000UL, (await host.Call("getEpochSchedule"))!["slotsPerEpoch"]!.GetValue<ulong>());
        Assert.Equal(1UL, (await host.Call("getFirstAvailableBlock"))!.GetValue<ulong>());
        Assert.Equal(1UL, (await host.Call("minimumLedgerSlot"))!.GetValue<ulong>());
    }

    [Fact]
    public async Task The_node_tells_who_and_what_it_is()
    {
        await using RpcHost host = await RpcHost.Start();
        string identity = host.Identity.PublicKey.ToString();
        Assert.Equal(host.Chain.GenesisHash.ToString(), (await host.Call("getGenesisHash"))!.GetValue<string>());
        Assert.Equal(identity, (await host.Call("getIdentity"))!["identity"]!.GetValue<string>());
        Assert.Equal(identity, (await host.Call("getSlotLeader"))!.GetValue<string>());
        Assert.Equal(identity, (await host.Call("getClusterNodes"))![0]!["pubkey"]!.GetValue<string>());
        Assert.Empty((await host.Call("getVoteAccounts"))!["current"]!.AsArray());
        Assert.True((await host.Call("getLeaderSchedule"))!.AsObject().ContainsKey(identity));
        JsonNode version = (await host.Call("getVersion"))!;
        Assert.Matches(@"^\d+\.\d+\.\d+$", version["solana-core"]!.GetValue<string>());
        Assert.Matches(@"^\d+\.\d+\.\d+$", version["velox-core"]!.GetValue<string>());
        Assert.True(version["feature-set"]!.GetValue<uint>() > 0);
    }

    [Fact]
    public async Task Slot_leaders_are_counted_and_bounded()
    {
        await using RpcHost host = await RpcHost.Start();
        Assert.Equal(5_000, (await host.Call("getSlotLeaders", 1, 5_000))!.AsArray().Count);
        JsonObject error = await host.Error(-32602, "getSlotLeaders", 1, 5_001);
        Assert.Contains("'limit' is 5001: it must be 1 to 5000", error["message"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_slot_that_is_not_reached_is_32016_with_the_slot_there_is()
    {
        await using RpcHost host = await RpcHost.Start();
        host.AddBlock();
        var reached = new JsonObject { ["minContextSlot"] = 1 };
        var ahead = new JsonObject { ["minContextSlot"] = 2 };
        Assert.Equal(1UL, (await host.Call("getSlot", reached))!.GetValue<ulong>());
        JsonObject error = await host.Error(-32016, "getSlot", ahead);
        Assert.Equal(1UL, error["data"]!["contextSlot"]!.GetValue<ulong>());
    }

    [Theory]
    [InlineData("processed")]
    [InlineData("confirmed")]
    [InlineData("finalized")]
    public async Task All_commitments_read_the_durable_chain(string commitment)
    {
        await using RpcHost host = await RpcHost.Start();
        host.AddBlock();
        Assert.Equal(1UL, (await host.Call("getSlot", new JsonObject { ["commitment"] = commitment }))!.GetValue<ulong>());
    }

    [Fact]
    public async Task An_unknown_commitment_is_a_bad_parameter_that_is_named()
    {
        await using RpcHost host = await RpcHost.Start();
        JsonObject error = await host.Error(-32602, "getSlot", new JsonObject { ["commitment"] = "soon" });
        Assert.Contains("'commitment' must be one of", error["message"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_blockhash_is_valid_for_150_blocks_after_its_own()
    {
        await using RpcHost host = await RpcHost.Start();
        host.AddBlock();
        JsonNode latest = (await host.Value("getLatestBlockhash"))!;
        string blockhash = latest["blockhash"]!.GetValue<string>();
        Assert.Equal(host.Bank.LastHash.ToString(), blockhash);
        Assert.Equal(151UL, latest["lastValidBlockHeight"]!.GetValue<ulong>());

        byte[] transaction = host.SignTransfer(host.Faucet, host.Identity.PublicKey, 1);
        for (int i = 0; i < Genesis.MinBlockhashAge - 1; i++)
            host.AddBlock();
        Assert.True((await host.Value("isBlockhashValid", blockhash))!.GetValue<bool>());
        Assert.True(host.Bank.Blockhashes.IsRecent(host.Chain.History.FindBlock(1)!.Hash));
        await host.Call("sendTransaction", Convert.ToBase64String(transaction), new JsonObject { ["encoding"] = "base64" });

        Assert.False(Assert.Single(host.AddBlock().Records).Error.IsError);
        Assert.False((await host.Value("isBlockhashValid", blockhash))!.GetValue<bool>());
        Assert.False(host.Bank.Blockhashes.IsRecent(host.Chain.History.FindBlock(1)!.Hash));
    }

    [Fact]
    public void A_blockhash_stays_valid_when_full_blocks_push_its_own_block_out_of_the_history()
    {
        using var chain = new ChainView(
            new Genesis(0, default, 1, default),
            new Bank(new Genesis(0, default, 1, default), NativePrograms.CreateRegistry()).GenesisSeal);
        var empty = new BlockHeader(1, chain.GenesisHash, 0, 0, default, default);
        var recorded = new RecordedBlocks(TestIds.Address(-1));
        chain.Publish(new Block(empty, empty.ComputeHash(), recorded.Next([]), []));
        BlockRecords records = recorded.Next(
            Enumerable.Range(0, BlockHistory.MaxTransactions + 1).Select(number => (TestIds.Signature(number), TestIds.Address(number))));
        var full = new BlockHeader(2, empty.ComputeHash(), 0, records.Count, default, default);
        chain.Publish(new Block(full, full.ComputeHash(), records, []));

        Assert.Null(chain.History.FindBlock(1));
        Assert.Equal(1UL, chain.History.FindSlot(empty.ComputeHash()));
    }

    [Fact]
    public async Task The_fee_of_a_message_is_signatures_and_priority_and_null_for_an_old_blockhash()
    {
        await using RpcHost host = await RpcHost.Start();
        TransactionBuilder builder = new TransactionBuilder(host.Faucet.PublicKey)
            .WithBlockhash(host.Bank.LastHash)
            .Add(ComputeBudgetInstructions.SetComputeUnitLimit(10_000))
            .Add(ComputeBudgetInstructions.SetComputeUnitPrice(1_000_001))
            .Add(SystemInstructions.Transfer(host.Faucet.PublicKey, host.Identity.PublicKey, 1));
        string message = Convert.ToBase64String(builder.CompileMessage().Bytes);
        Assert.Equal(15_001UL, (await host.Value("getFeeForMessage", message))!.GetValue<ulong>());

        builder.Version = TransactionVersion.Version0;
        string version0 = Convert.ToBase64String(builder.CompileMessage().Bytes);
        Assert.Equal(15_001UL, (await host.Value("getFeeForMessage", version0))!.GetValue<ulong>());

        string old = Convert.ToBase64String(builder.WithBlockhash(default).CompileMessage().Bytes);
        Assert.Null(await host.Value("getFeeForMessage", old));
        foreach (string bad in new[] { "", "AA==", "####", Convert.ToBase64String(new byte[1_300]) })
            await host.Error(-32602, "getFeeForMessage", bad);
    }

    [Fact]
    public async Task Rent_minimum_is_that_of_the_runtime()
    {
        await using RpcHost host = await RpcHost.Start();
        Assert.Equal(890_880UL, (await host.Call("getMinimumBalanceForRentExemption", 0))!.GetValue<ulong>());
        Assert.Equal(2_039_280UL, (await host.Call("getMinimumBalanceForRentExemption", 165))!.GetValue<ulong>());
        foreach (JsonNode? bad in new JsonNode?[] { -1, 1.5, "x", null, 10 * 1024 * 1024 + 1 })
            await host.Error(-32602, "getMinimumBalanceForRentExemption", bad);
    }

    [Fact]
    public async Task Performance_samples_count_minutes_newest_first()
    {
        await using RpcHost host = await RpcHost.Start();
        Assert.Empty((await host.Call("getRecentPerformanceSamples"))!.AsArray());
        host.NewFunded();
        for (int i = 0; i < 150; i++)
            host.AddBlock();
        host.NewFunded();
        JsonArray samples = (await host.Call("getRecentPerformanceSamples", 5))!.AsArray();
        Assert.Equal([60, 60, 32], samples.Select(sample => sample!["numSlots"]!.GetValue<int>()));
        RpcHost.AssertJson(
            """{"slot":152,"numSlots":60,"numTransactions":1,"numNonVoteTransactions":1,"samplePeriodSecs":60}""", samples[0]);
        RpcHost.AssertJson(
            """{"slot":92,"numSlots":60,"numTransactions":0,"numNonVoteTransactions":0,"samplePeriodSecs":60}""", samples[1]);
        Assert.Single((await host.Call("getRecentPerformanceSamples", 1))!.AsArray());
        Assert.Equal(150, (await host.Call("getRecentPrioritizationFees"))!.AsArray().Count);
        await host.Error(-32602, "getRecentPerformanceSamples", 721);
    }
}
