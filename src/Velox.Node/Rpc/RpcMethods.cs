using System.Text.Json;

namespace Velox.Node;

/// <summary>The table of all methods by name.</summary>
internal static class RpcMethods
{
    internal static Dictionary<string, RpcMethod> Create(RpcContext context)
    {
        var methods = new Dictionary<string, RpcMethod>(StringComparer.Ordinal);
        new NodeMethods(context).AddTo(methods);
        new SlotMethods(context).AddTo(methods);
        new FeeMethods(context).AddTo(methods);
        new AccountMethods(context).AddTo(methods);
        new TokenMethods(context).AddTo(methods);
        new SendMethods(context).AddTo(methods);
        new TransactionMethods(context).AddTo(methods);
        new BlockMethods(context).AddTo(methods);
        new MarketMethods(context).AddTo(methods);
        return methods;
    }

    /// <summary>
    /// Writes <c>{"context":{"apiVersion":..,"slot":n},"value":..}</c>; the caller writes the value in between.
    /// </summary>
    internal static void StartContext(this Utf8JsonWriter writer, ulong slot)
    {
        writer.WriteStartObject();
        writer.WriteStartObject("context"u8);
        writer.WriteString("apiVersion"u8, NodeMethods.SolanaVersion);
        writer.WriteNumber("slot"u8, slot);
        writer.WriteEndObject();
        writer.WritePropertyName("value"u8);
    }
}
