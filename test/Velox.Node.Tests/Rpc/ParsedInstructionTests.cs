using System.Text.Json;
using System.Text.Json.Nodes;
using Velox.Primitives;
using Xunit;

namespace Velox.Node.Tests;

/// <summary>Instructions as explorers show them: names, accounts and fields are those of Agave's transaction-status.</summary>
public sealed class ParsedInstructionTests
{
    private static readonly Address[] Keys = [.. Enumerable.Range(1, 9).Select(number => Key((byte)number))];

    public static TheoryData<string, string, byte[], int, string> Known => new()
    {
        { "bpf-upgradeable-loader", "BPFLoaderUpgradeab1e11111111111111111111111", [1, 0, 0, 0, 7, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1, 2], 2, """{"info":{"account":"K1","authority":"K2","offset":7,"bytes":"AQI="},"type":"write"}""" },
        { "bpf-upgradeable-loader", "BPFLoaderUpgradeab1e11111111111111111111111", [4, 0, 0, 0], 2, """{"info":{"account":"K1","authority":"K2","newAuthority":null},"type":"setAuthority"}""" },
        { "bpf-upgradeable-loader", "BPFLoaderUpgradeab1e11111111111111111111111", [5, 0, 0, 0, 1], 4, """{"info":{"account":"K1","recipient":"K2","authority":"K3","programAccount":"K4"},"type":"close"}""" },
        { "bpf-upgradeable-loader", "BPFLoaderUpgradeab1e11111111111111111111111", [0, 0, 0, 0], 1, """{"info":{"account":"K1"},"type":"initializeBuffer"}""" },
        { "bpf-loader", "BPFLoader2111111111111111111111111111111111", [1, 0, 0, 0], 2, """{"info":{"account":"K1"},"type":"finalize"}""" },
        { "address-lookup-table", "AddressLookupTab1e1111111111111111111111111", [2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, .. Keys[8].Span], 4, """{"info":{"lookupTableAccount":"K1","lookupTableAuthority":"K2","payerAccount":"K3","systemProgram":"K4","newAddresses":["K9"]},"type":"extendLookupTable"}""" },
        { "address-lookup-table", "AddressLookupTab1e1111111111111111111111111", [0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 254], 4, """{"info":{"lookupTableAccount":"K1","lookupTableAuthority":"K2","payerAccount":"K3","systemProgram":"K4","recentSlot":9,"bumpSeed":254},"type":"createLookupTable"}""" },
        { "stake", "Stake11111111111111111111111111111111111111", [1, 0, 0, 0, .. Keys[8].Span, 1, 0, 0, 0], 4, """{"info":{"stakeAccount":"K1","clockSysvar":"K2","authority":"K3","custodian":"K4","newAuthority":"K9","authorityType":"Withdrawer"},"type":"authorize"}""" },
        { "stake", "Stake11111111111111111111111111111111111111", [6, 0, 0, 0, 0, 1, 5, 0, 0, 0, 0, 0, 0, 0, 0], 2, """{"info":{"stakeAccount":"K1","custodian":"K2","lockup":{"epoch":5}},"type":"setLockup"}""" },
        { "stake", "Stake11111111111111111111111111111111111111", [13, 0, 0, 0], 1, """{"type":"getMinimumDelegation"}""" },
        { "vote", "Vote111111111111111111111111111111111111111", [3, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0], 3, """{"info":{"voteAccount":"K1","destination":"K2","withdrawAuthority":"K3","lamports":5},"type":"withdraw"}""" },
        { "vote", "Vote111111111111111111111111111111111111111", [18, 0, 0, 0, 5, 0, 1, 0, 0, 0], 2, """{"info":{"voteAccount":"K1","withdrawAuthority":"K2","commissionBps":5,"commissionKind":"BlockRevenue"},"type":"updateCommissionBps"}""" },
        { "vote", "Vote111111111111111111111111111111111111111", [14, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 1, 3, 2, .. Keys[8].Span, 0, .. Keys[7].Span], 2, """{"info":{"voteAccount":"K1","voteAuthority":"K2","towerSync":{"lockouts":[{"slot":7,"confirmation_count":2}],"root":4,"hash":"K9","timestamp":null,"blockId":"K8"}},"type":"towersync"}""" },
        { "vote", "Vote111111111111111111111111111111111111111", [16, 0, 0, 0, .. Keys[4].Span, .. Keys[5].Span, .. new byte[48 + 96], .. Keys[6].Span, 1, 2, 3, 4], 4, $$"""{"info":{"voteAccount":"K1","node":"K2","inflationRewardsCollector":"K3","blockRevenueCollector":"K4","authorizedVoter":"K6","authorizedVoterBlsPubkey":"{{Zeros(48)}}","authorizedVoterBlsProofOfPossession":"{{Zeros(96)}}","authorizedWithdrawer":"K7","inflationRewardsCommissionBps":513,"blockRevenueCommissionBps":1027},"type":"initializeV2"}""" },
        { "system", "11111111111111111111111111111111", [4, 0, 0, 0], 3, """{"info":{"nonceAccount":"K1","recentBlockhashesSysvar":"K2","nonceAuthority":"K3"},"type":"advanceNonce"}""" },
        { "spl-token", "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA", [3, 8, 0, 0, 0, 0, 0, 0, 0], 5, """{"info":{"source":"K1","destination":"K2","multisigAuthority":"K3","amount":"8","signers":["K4","K5"]},"type":"transfer"}""" },
        { "spl-token", "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb", [21, 7, 0], 1, """{"info":{"mint":"K1","extensionTypes":["immutableOwner"]},"type":"getAccountDataSize"}""" },
        { "spl-associated-token-account", "ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL", [1], 6, """{"info":{"source":"K1","account":"K2","wallet":"K3","mint":"K4","systemProgram":"K5","tokenProgram":"K6"},"type":"createIdempotent"}""" },
    };

    [Theory]
    [MemberData(nameof(Known))]
    public void An_instruction_is_told_by_name_and_fields(string name, string program, byte[] data, int accounts, string expected)
    {
        JsonNode json = Write(program, data, accounts)!;
        Assert.Equal(name, json["program"]!.GetValue<string>());
        RpcHost.AssertJson(Named(expected), json["parsed"]);
    }

    public static TheoryData<string, byte[], int> Unknown => new()
    {
        // An account short, a byte short, a role that does not exist, no accounts, an extension that does not exist, half of one.
        { "Vote111111111111111111111111111111111111111", [3, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0], 2 },
        { "Vote111111111111111111111111111111111111111", [3, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0], 3 },
        { "Vote111111111111111111111111111111111111111", [16, 0, 0, 0, .. new byte[64 + 48 + 96 + 32 + 3]], 4 },
        { "Stake11111111111111111111111111111111111111", [1, 0, 0, 0, .. Keys[8].Span, 2, 0, 0, 0], 4 },
        { "Stake11111111111111111111111111111111111111", [13, 0, 0, 0], 0 },
        { "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb", [21, 99, 0], 1 },
        { "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb", [21, 7], 1 },
        { "ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL", [1, 0], 6 },
        { "BPFLoader2111111111111111111111111111111111", [2, 0, 0, 0], 2 },
    };

    [Theory]
    [MemberData(nameof(Unknown))]
    public void What_says_nothing_is_left_as_it_is(string program, byte[] data, int accounts) =>
        Assert.Null(Write(program, data, accounts));

    private static string Zeros(int bytes) => Convert.ToBase64String(new byte[bytes]);

    private static JsonNode? Write(string program, byte[] data, int accounts)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            var shown = new ShownInstruction(9, [.. Enumerable.Range(0, accounts).Select(index => (byte)index)], data, 1);
            if (!ParsedInstructionJson.TryWrite(writer, shown, [.. Keys, Address.Parse(program)]))
                return null;
            writer.WriteEndObject();
        }

        return JsonNode.Parse(stream.ToArray());
    }

    private static string Named(string json)
    {
        for (int i = 0; i < Keys.Length; i++)
            json = json.Replace($"\"K{i + 1}\"", $"\"{Keys[i]}\"", StringComparison.Ordinal);
        return json;
    }

    private static Address Key(byte value) => new([.. Enumerable.Repeat(value, 32)]);
}
