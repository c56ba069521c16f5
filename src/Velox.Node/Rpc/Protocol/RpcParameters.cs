using System.Text.Json;
using Velox.Primitives;

namespace Velox.Node;

/// <summary>
/// A call's positional parameters: typed reads whose failure is an "Invalid params" that names the parameter.
/// </summary>
public readonly struct RpcParameters
{
    private readonly JsonElement _array;

    /// <param name="parameters">The request's <c>params</c>; undefined or null stand for an empty array.</param>
    /// <exception cref="RpcException">Not an array.</exception>
    public RpcParameters(JsonElement parameters)
    {
        bool isAbsent = parameters.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null;
        if (!isAbsent && parameters.ValueKind != JsonValueKind.Array)
            throw RpcException.InvalidParams("'params' must be an array.");
        _array = parameters;
        Count = isAbsent ? 0 : parameters.GetArrayLength();
    }

    public int Count { get; }

    /// <summary>The parameter at a position; null when it is absent or null.</summary>
    public JsonElement? At(int index) =>
        index < Count && _array[index].ValueKind != JsonValueKind.Null ? _array[index] : null;

    /// <summary>Whether a parameter is given and no configuration object.</summary>
    public bool HasValue(int index) => At(index) is { } element && element.ValueKind != JsonValueKind.Object;

    /// <summary>The configuration object at a position; empty when absent.</summary>
    public RpcConfig Config(int index)
    {
        if (At(index) is not { } element)
            return default;
        if (element.ValueKind != JsonValueKind.Object)
            throw RpcException.InvalidParams($"parameter {index} must be an object.");
        return new RpcConfig(element);
    }

    public Address Address(int index, string name) => RpcValues.Address(Required(index, name), name);

    public Signature Signature(int index, string name) => RpcValues.Signature(Required(index, name), name);

    public Hash256 Hash(int index, string name) =>
        Hash256.TryParse(Required(index, name).TextOrNull(), out Hash256 hash)
            ? hash
            : throw RpcException.InvalidParams($"'{name}' must be a Base58 string of 32 bytes.");

    public string Text(int index, string name) => RpcValues.Text(Required(index, name), name);

    public ulong UInt64(int index, string name) => RpcValues.UInt64(Required(index, name), name);

    /// <summary>The elements of an array parameter.</summary>
    /// <param name="index">Position.</param>
    /// <param name="name">Name, for the error.</param>
    /// <param name="max">Most elements accepted.</param>
    public JsonElement[] Array(int index, string name, int max)
    {
        JsonElement element = Required(index, name);
        if (element.ValueKind != JsonValueKind.Array)
            throw RpcException.InvalidParams($"'{name}' must be an array.");
        int count = element.GetArrayLength();
        if (count > max)
            throw RpcException.InvalidParams($"'{name}' has {count} elements: at most {max} are allowed.");
        return [.. element.EnumerateArray()];
    }

    public JsonElement Required(int index, string name) =>
        At(index) ?? throw RpcException.InvalidParams($"parameter {index} ('{name}') is missing.");
}
