using System.Text.Json;

namespace Velox.Node;

/// <summary>A call's configuration object. Unknown members are ignored, as Solana ignores them.</summary>
public readonly struct RpcConfig(JsonElement element)
{
    private readonly JsonElement _element = element;

    public JsonElement? Member(string name) => _element.MemberOrNull(name);

    public bool Bool(string name, bool fallback = false) => Member(name)?.ValueKind switch
    {
        null => fallback,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw RpcException.InvalidParams($"'{name}' must be true or false."),
    };

    public ulong? UInt64(string name) => Member(name) is { } member ? RpcValues.UInt64(member, name) : null;

    /// <summary>A number of at most <paramref name="max"/>.</summary>
    public int Int32(string name, int fallback, int min, int max)
    {
        ulong value = UInt64(name) ?? (ulong)fallback;
        return value >= (ulong)min && value <= (ulong)max
            ? (int)value
            : throw RpcException.InvalidParams($"'{name}' is {value}: it must be {min} to {max}.");
    }

    public string? Text(string name) => Member(name) is { } member ? RpcValues.Text(member, name) : null;

    /// <summary>One of a few words.</summary>
    public string Choice(string name, string fallback, params ReadOnlySpan<string> choices)
    {
        string value = Text(name) ?? fallback;
        return choices.Contains(value)
            ? value
            : throw RpcException.InvalidParams($"'{name}' must be one of {string.Join(", ", choices!)}.");
    }

    /// <summary>A nested object; empty when absent.</summary>
    public RpcConfig Nested(string name)
    {
        if (Member(name) is not { } member)
            return default;
        return member.ValueKind == JsonValueKind.Object
            ? new RpcConfig(member)
            : throw RpcException.InvalidParams($"'{name}' must be an object.");
    }

    /// <summary>Checks the word; all commitments read the same durable state.</summary>
    public void CheckCommitment(string name = "commitment") => Choice(
        name, "finalized", "processed", "confirmed", "finalized", "recent", "single", "singleGossip", "root", "max");
}
