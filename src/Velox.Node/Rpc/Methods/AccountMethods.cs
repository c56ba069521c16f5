using System.Text.Json;
using Velox.Primitives;
using Velox.State;

namespace Velox.Node;

/// <summary>Accounts as the last durable block left them.</summary>
internal sealed class AccountMethods(RpcContext context)
{
    private const int MaxAccounts = 100;

    private PublishedState State => context.Chain.State;

    internal void AddTo(Dictionary<string, RpcMethod> methods)
    {
        methods.Add("getBalance", GetBalance);
        methods.Add("getAccountInfo", GetAccountInfo);
        methods.Add("getMultipleAccounts", GetMultipleAccounts);
        methods.Add("getProgramAccounts", GetProgramAccounts);
    }

    private void GetBalance(RpcParameters parameters, Utf8JsonWriter writer)
    {
        Address address = parameters.Address(0, "pubkey");
        context.CheckContext(parameters.Config(1));
        (ulong slot, AccountSnapshot?[] accounts) = State.FindAll([address]);
        writer.StartContext(slot);
        writer.WriteNumberValue(accounts[0]?.Lamports ?? 0);
        writer.WriteEndObject();
    }

    private void GetAccountInfo(RpcParameters parameters, Utf8JsonWriter writer)
    {
        Address address = parameters.Address(0, "pubkey");
        RpcConfig config = parameters.Config(1);
        context.CheckContext(config);
        var format = AccountFormat.Read(config);
        (ulong slot, AccountSnapshot?[] accounts) = State.FindAll([address]);
        writer.StartContext(slot);
        writer.WriteAccount(accounts[0], format, State);
        writer.WriteEndObject();
    }

    private void GetMultipleAccounts(RpcParameters parameters, Utf8JsonWriter writer)
    {
        Address[] addresses = Array.ConvertAll(
            parameters.Array(0, "pubkeys", MaxAccounts), element => RpcValues.Address(element, "pubkeys"));
        RpcConfig config = parameters.Config(1);
        context.CheckContext(config);
        var format = AccountFormat.Read(config, "base64");
        (ulong slot, AccountSnapshot?[] accounts) = State.FindAll(addresses);
        writer.StartContext(slot);
        writer.WriteStartArray();
        foreach (AccountSnapshot? account in accounts)
            writer.WriteAccount(account, format, State);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private void GetProgramAccounts(RpcParameters parameters, Utf8JsonWriter writer)
    {
        Address program = parameters.Address(0, "programId");
        RpcConfig config = parameters.Config(1);
        context.CheckContext(config);
        var format = AccountFormat.Read(config);
        var filters = AccountFilter.ReadAll(config);
        (ulong slot, AccountSnapshot[] accounts) = State.FindByOwner(program);

        bool withContext = config.Bool("withContext");
        if (withContext)
            writer.StartContext(slot);
        writer.WriteStartArray();
        foreach (AccountSnapshot account in accounts)
        {
            if (filters.TrueForAll(filter => filter.Matches(account)))
                writer.WriteKeyedAccount(account, format, State);
        }

        writer.WriteEndArray();
        if (withContext)
            writer.WriteEndObject();
    }
}
