using System.Text.Json;
using Velox.State;
using Velox.Svm;

namespace Velox.Node;

/// <summary>Who the node is.</summary>
internal sealed class NodeMethods(RpcContext context)
{
    /// <summary>The Agave release whose behaviour is followed.</summary>
    internal const string SolanaVersion = "4.3.0";

    /// <summary>A number for "this set of features"; clients only show it.</summary>
    internal const uint FeatureSet = 4_300_000;

    private static readonly string VeloxVersion = typeof(NodeMethods).Assembly.GetName().Version!.ToString(3);

    private readonly string _identity = context.Chain.Genesis.Identity.ToString();

    internal void AddTo(Dictionary<string, RpcMethod> methods)
    {
        methods.Add("getHealth", (_, writer) => writer.WriteStringValue("ok"u8));
        methods.Add("getVersion", GetVersion);
        methods.Add("getGenesisHash", (_, writer) => writer.WriteStringValue(context.Chain.GenesisHash.ToString()));
        methods.Add("getIdentity", GetIdentity);
        methods.Add("getClusterNodes", GetClusterNodes);
        methods.Add("getVoteAccounts", GetVoteAccounts);
        methods.Add("getSupply", GetSupply);
    }

    private static void GetVersion(RpcParameters parameters, Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteNumber("feature-set"u8, FeatureSet);
        writer.WriteString("solana-core"u8, SolanaVersion);
        writer.WriteString("velox-core"u8, VeloxVersion);
        writer.WriteEndObject();
    }

    private void GetIdentity(RpcParameters parameters, Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("identity"u8, _identity);
        writer.WriteEndObject();
    }

    private void GetClusterNodes(RpcParameters parameters, Utf8JsonWriter writer)
    {
        writer.WriteStartArray();
        writer.WriteStartObject();
        writer.WriteString("pubkey"u8, _identity);
        writer.WriteString("rpc"u8, context.Endpoint?.ToString());
        writer.WriteNull("gossip"u8);
        writer.WriteNull("tpu"u8);
        writer.WriteString("version"u8, SolanaVersion);
        writer.WriteNumber("featureSet"u8, FeatureSet);
        writer.WriteNumber("shredVersion"u8, 0);
        writer.WriteEndObject();
        writer.WriteEndArray();
    }

    private static void GetVoteAccounts(RpcParameters parameters, Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("current"u8);
        writer.WriteEndArray();
        writer.WriteStartArray("delinquent"u8);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>
    /// The genesis supply. Burnt fees are not deducted: counting them would take a walk over all accounts.
    /// </summary>
    private void GetSupply(RpcParameters parameters, Utf8JsonWriter writer)
    {
        RpcConfig config = parameters.Config(0);
        context.CheckContext(config);
        Genesis genesis = context.Chain.Genesis;
        (ulong slot, AccountSnapshot?[] accounts) = context.Chain.State.FindAll([genesis.Faucet]);
        ulong faucet = accounts[0]?.Lamports ?? 0;
        ulong total = genesis.Additions.Accounts.Aggregate(
            genesis.FaucetLamports + Genesis.IdentityLamports, (sum, account) => sum + account.Lamports);

        writer.StartContext(slot);
        writer.WriteStartObject();
        writer.WriteNumber("circulating"u8, total - Math.Min(total, faucet));
        writer.WriteNumber("nonCirculating"u8, Math.Min(total, faucet));
        writer.WriteStartArray("nonCirculatingAccounts"u8);
        if (!config.Bool("excludeNonCirculatingAccountsList"))
            writer.WriteStringValue(genesis.Faucet.ToString());
        writer.WriteEndArray();
        writer.WriteNumber("total"u8, total);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
