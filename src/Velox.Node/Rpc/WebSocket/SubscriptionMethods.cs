using System.Text.Json;
using Velox.Primitives;

namespace Velox.Node;

/// <summary>The methods of a WebSocket connection: each kind's <c>Subscribe</c> and <c>Unsubscribe</c>.</summary>
internal sealed class SubscriptionMethods(RpcContext context, WebSocketConnection connection)
{
    private static readonly string[] Unsupported = ["block", "vote", "slotsUpdates"];

    internal Dictionary<string, RpcMethod> Create()
    {
        var methods = new Dictionary<string, RpcMethod>(StringComparer.Ordinal);
        Add(methods, "account", CreateAccount);
        Add(methods, "program", CreateProgram);
        Add(methods, "logs", CreateLogs);
        Add(methods, "signature", CreateSignature);
        Add(methods, "slot", (_, id) => new SlotSubscription(connection, id));
        Add(methods, "root", (_, id) => new RootSubscription(connection, id));
        Add(methods, "book", CreateBook);
        foreach (string kind in Unsupported)
        {
            methods.Add(kind + "Subscribe", (_, _) => throw new RpcException(
                RpcErrorCode.MethodNotFound, $"Method not found: {kind}Subscribe is not supported by this node."));
        }

        return methods;
    }

    private void Add(
        Dictionary<string, RpcMethod> methods, string kind, Func<RpcParameters, ulong, Subscription> create)
    {
        methods.Add(kind + "Subscribe", (parameters, writer) =>
        {
            Subscription subscription = create(parameters, context.Feed.NextSubscriptionId());
            connection.Add(subscription);
            writer.WriteNumberValue(subscription.Id);
        });
        methods.Add(kind + "Unsubscribe", (parameters, writer) =>
        {
            if (!connection.TryRemove(kind, parameters.UInt64(0, "subscription")))
                throw new RpcException(RpcErrorCode.InvalidParams, "Invalid subscription id.");
            writer.WriteBooleanValue(true);
        });
    }

    private AccountSubscription CreateAccount(RpcParameters parameters, ulong id)
    {
        Address address = parameters.Address(0, "pubkey");
        return new AccountSubscription(connection, id, address, ReadFormat(parameters.Config(1)), context.Chain.State);
    }

    private ProgramSubscription CreateProgram(RpcParameters parameters, ulong id)
    {
        Address program = parameters.Address(0, "programId");
        RpcConfig config = parameters.Config(1);
        return new ProgramSubscription(
            connection, id, program, AccountFilter.ReadAll(config), ReadFormat(config), context.Chain.State);
    }

    private LogsSubscription CreateLogs(RpcParameters parameters, ulong id)
    {
        parameters.Config(1).CheckCommitment();
        JsonElement filter = parameters.Required(0, "filter");
        if (filter.TextOrNull() is "all" or "allWithVotes")
            return new LogsSubscription(connection, id, null);
        if (filter.MemberOrNull("mentions") is { ValueKind: JsonValueKind.Array } mentions
            && mentions.GetArrayLength() == 1)
        {
            return new LogsSubscription(connection, id, RpcValues.Address(mentions[0], "mentions"));
        }

        throw RpcException.InvalidParams("'filter' must be all, allWithVotes, or have 'mentions' with one address.");
    }

    private SignatureSubscription CreateSignature(RpcParameters parameters, ulong id)
    {
        Signature signature = parameters.Signature(0, "signature");
        RpcConfig config = parameters.Config(1);
        config.CheckCommitment();
        // Validators announce a transaction that they see before its block. This node shows blocks only.
        _ = config.Bool("enableReceivedNotification");
        return new SignatureSubscription(connection, id, signature);
    }

    private BookSubscription CreateBook(RpcParameters parameters, ulong id)
    {
        Address market = parameters.Address(0, "market");
        int depth = parameters.Config(1).Int32("depth", MarketMethods.DefaultDepth, 1, MarketMethods.MaxDepth);
        MarketMethods.Open(context.Chain, market);
        return new BookSubscription(connection, id, market, depth);
    }

    private static AccountFormat ReadFormat(RpcConfig config)
    {
        config.CheckCommitment();
        return AccountFormat.Read(config) with { IsNotification = true };
    }
}
