namespace Velox.Node;

/// <summary>How a client wants account data: an encoding, and optionally a part of it.</summary>
/// <param name="Encoding">binary (a bare Base58 string), base58, base64 or jsonParsed.</param>
/// <param name="Slice">Offset and length of the part; null for all. Not applied to parsed data.</param>
/// <param name="IsNotification">
/// Data too large for Base58 is told in its place: a notification has no error to give.
/// </param>
internal readonly record struct AccountFormat(
    string Encoding, (ulong Offset, ulong Length)? Slice, bool IsNotification = false)
{
    internal static readonly AccountFormat Base64 = new("base64", null);

    /// <summary>Reads <c>encoding</c> and <c>dataSlice</c> of a configuration.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="fallback">The encoding when none is given.</param>
    internal static AccountFormat Read(RpcConfig config, string fallback = "binary")
    {
        if (config.Text("encoding") == "base64+zstd")
            throw RpcException.InvalidParams("'encoding' base64+zstd is not supported by this node: use base64.");
        string encoding = config.Choice("encoding", fallback, "binary", "base58", "base64", "jsonParsed");
        if (config.Member("dataSlice") is null)
            return new AccountFormat(encoding, null);

        RpcConfig slice = config.Nested("dataSlice");
        ulong offset = slice.UInt64("offset") ?? throw RpcException.InvalidParams("'dataSlice.offset' is missing.");
        ulong length = slice.UInt64("length") ?? throw RpcException.InvalidParams("'dataSlice.length' is missing.");
        return new AccountFormat(encoding, (offset, length));
    }
}
