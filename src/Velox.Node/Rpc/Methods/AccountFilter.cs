using System.Text.Json;
using Velox.State;
using Velox.Svm;

namespace Velox.Node;

/// <summary>One condition of getProgramAccounts and programSubscribe on an account's data.</summary>
/// <param name="dataSize">Exact length in bytes, or null.</param>
/// <param name="offset">Where <paramref name="bytes"/> must stand.</param>
/// <param name="bytes">The bytes that must stand there; empty for none.</param>
internal sealed class AccountFilter(ulong? dataSize, ulong offset, byte[] bytes)
{
    /// <summary>Most filters of one call.</summary>
    internal const int MaxFilters = 4;

    /// <summary>Most bytes that a memcmp filter compares.</summary>
    internal const int MaxCompareBytes = 128;

    internal bool Matches(AccountSnapshot account)
    {
        if (dataSize is { } size && size != (ulong)account.DataLength)
            return false;
        if (offset > (ulong)account.DataLength || (ulong)bytes.Length > (ulong)account.DataLength - offset)
            return false;
        Span<byte> part = stackalloc byte[bytes.Length];
        account.CopyData((int)offset, part);
        return part.SequenceEqual(bytes);
    }

    /// <summary>Reads <c>filters</c>: objects of <c>dataSize</c>, <c>memcmp</c> or <c>tokenAccountState</c>.</summary>
    internal static List<AccountFilter> ReadAll(RpcConfig config)
    {
        if (config.Member("filters") is not { } element)
            return [];
        if (element.ValueKind != JsonValueKind.Array || element.GetArrayLength() > MaxFilters)
            throw RpcException.InvalidParams($"'filters' must be an array of at most {MaxFilters} filters.");
        return [.. element.EnumerateArray().Select(Read)];
    }

    private static AccountFilter Read(JsonElement element)
    {
        var filter = new RpcConfig(element);
        ulong? size = filter.UInt64("dataSize");
        bool isCompare = filter.Member("memcmp") is not null;
        // Both at once would look like two conditions; as Solana does, neither is guessed to be the meant one.
        if (size is not null && !isCompare)
            return new AccountFilter(size, 0, []);
        if (isCompare && size is null)
            return ReadCompare(filter.Nested("memcmp"));
        if (element.TextOrNull() == "tokenAccountState")
            return new AccountFilter(TokenAccount.Size, 0, []);
        throw RpcException.InvalidParams("each of 'filters' must have either 'dataSize' or 'memcmp'.");
    }

    private static AccountFilter ReadCompare(RpcConfig compare)
    {
        ulong offset = compare.UInt64("offset") ?? throw RpcException.InvalidParams("'memcmp.offset' is missing.");
        string text = compare.Text("bytes") ?? throw RpcException.InvalidParams("'memcmp.bytes' is missing.");
        string encoding = compare.Choice("encoding", "base58", "base58", "base64", "binary");
        string decoder = encoding == "base64" ? "base64" : "base58";
        byte[] bytes = text.Length == 0 ? [] : RpcValues.Bytes(text, decoder, "memcmp.bytes", MaxCompareBytes);
        return new AccountFilter(null, offset, bytes);
    }
}
