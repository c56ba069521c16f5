using System.Text.Json;
using System.Text.Json.Nodes;
using Velox.Primitives;
using Velox.State;
using Velox.Svm;
using Xunit;

namespace Velox.Node.Tests;

public sealed class TransactionJsonTests
{
    private static readonly Address[] Keys = [.. Enumerable.Range(1, 5).Select(number => Key((byte)number))];

    // Signature, v0 message: payer K(1), program K(2), one instruction, a table K(9) with writable 7 and read-only 4 and 5.
    private static readonly byte[] Version0 =
    [
        1, .. new byte[64], 0x80, 1, 0, 1, 2, .. Keys[0].Span, .. Keys[1].Span, .. new byte[32],
        1, 1, 2, 0, 2, 1, 0xAA,
        1, .. Key(9).Span, 1, 7, 2, 4, 5,
    ];

    [Fact]
    public void Lookups_are_shown_with_the_message_and_their_addresses_with_the_meta()
    {
        JsonNode json = Write(Record(Version0, Keys) with { LoadedWritableCount = 1, LoadedReadonlyCount = 2 }, "json");

        JsonNode message = json["transaction"]!["message"]!;
        Assert.Equal(Texts(Keys[..2]), message["accountKeys"]!.ToJsonString());
        Assert.Equal(
            $$"""[{"accountKey":"{{Key(9)}}","writableIndexes":[7],"readonlyIndexes":[4,5]}]""",
            message["addressTableLookups"]!.ToJsonString());
        Assert.Equal("[0,2]", message["instructions"]![0]!["accounts"]!.ToJsonString());
        Assert.Equal(Texts(Keys[2..3]), json["meta"]!["loadedAddresses"]!["writable"]!.ToJsonString());
        Assert.Equal(Texts(Keys[3..]), json["meta"]!["loadedAddresses"]!["readonly"]!.ToJsonString());
        Assert.Equal(0, json["version"]!.GetValue<int>());
    }

    [Fact]
    public void Parsed_keys_have_their_source_and_rights()
    {
        JsonNode json = Write(Record(Version0, Keys) with { LoadedWritableCount = 1, LoadedReadonlyCount = 2 }, "jsonParsed");

        JsonArray keys = json["transaction"]!["message"]!["accountKeys"]!.AsArray();
        Assert.Equal(
            ["transaction", "transaction", "lookupTable", "lookupTable", "lookupTable"],
            keys.Select(key => key!["source"]!.GetValue<string>()));
        Assert.Equal([true, false, true, false, false], keys.Select(key => key!["writable"]!.GetValue<bool>()));
        Assert.Equal([true, false, false, false, false], keys.Select(key => key!["signer"]!.GetValue<bool>()));
        Assert.Null(json["meta"]!["loadedAddresses"]);
    }

    [Fact]
    public void A_version_1_transaction_shows_its_configuration_to_clients_that_know_it()
    {
        var builder = new TransactionBuilder(Keys[0])
        {
            Version = TransactionVersion.Version1,
            Config = new TransactionConfig(PriorityFee: 7, HeapBytes: 65_536),
        };
        TransactionRecord record = Record(builder.CompileMessage().Serialize([new Signature(new byte[64])]), [Keys[0]]);

        JsonNode json = Write(record, "json", maxVersion: 1);
        Assert.Equal(
            """{"priorityFee":7,"computeUnitLimit":null,"loadedAccountsDataSizeLimit":null,"heapSize":65536}""",
            json["transaction"]!["message"]!["transactionConfig"]!.ToJsonString());
        Assert.Null(json["transaction"]!["message"]!["addressTableLookups"]);
        Assert.Equal(1, json["version"]!.GetValue<int>());
        Assert.Contains(
            "version (1)", Assert.Throws<RpcException>(() => Write(record, "json", maxVersion: 0)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_cost_is_of_signatures_locks_data_units_and_pages_that_were_loaded()
    {
        var builder = new TransactionBuilder(Keys[0]);
        builder.Add(new Instruction(Keys[1], new[] { AccountMeta.Writable(Keys[2]), AccountMeta.Readonly(Keys[3]) }, new byte[11]));
        builder.Add(new Instruction(ProgramIds.Ed25519Precompile, default, new byte[] { 2, 0 }));
        byte[] bytes = builder.CompileMessage().Serialize([new Signature(new byte[64])]);
        TransactionRecord record = Record(bytes, [Keys[0], Keys[2], Keys[3], Keys[1], ProgramIds.Ed25519Precompile]) with
        {
            ComputeUnitsConsumed = 450,
            LoadedDataBytes = (32 * 1024) + 1,
        };
        // 1 signature and 2 of the precompile, 2 locks, 13 bytes of data, units, 2 pages.
        Assert.Equal(
            720 + (2 * 2_400) + (2 * 300) + 3 + 450 + (2 * 8), Write(record, "json")["meta"]!["costUnits"]!.GetValue<int>());
    }

    private static JsonNode Write(TransactionRecord record, string encoding, ulong maxVersion = 0)
    {
        using var state = new PublishedState();
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            TransactionJson.WriteMembers(writer, record, new TransactionFormat(encoding, maxVersion), state);
            writer.WriteEndObject();
        }

        return JsonNode.Parse(stream.ToArray())!;
    }

    private static TransactionRecord Record(byte[] bytes, Address[] keys) => new()
    {
        Id = default,
        Bytes = bytes,
        Error = default,
        Fee = 5_000,
        PriorityFee = 0,
        ComputeUnitsConsumed = 0,
        LogLines = [],
        InnerInstructions = [],
        ReturnData = null,
        AccountKeys = keys,
        PreBalances = new ulong[keys.Length],
        PostBalances = new ulong[keys.Length],
        PreTokenBalances = [],
        PostTokenBalances = [],
        MarketEvents = [],
    };

    private static string Texts(Address[] keys) => $"[{string.Join(',', keys.Select(key => $"\"{key}\""))}]";

    private static Address Key(byte value) => new([.. Enumerable.Repeat(value, 32)]);
}
