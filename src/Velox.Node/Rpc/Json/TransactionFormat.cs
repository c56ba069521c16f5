using Velox.Svm;

namespace Velox.Node;

/// <summary>How a client wants transactions.</summary>
/// <param name="Encoding">binary (a bare Base58 string), base58, base64, json or jsonParsed.</param>
/// <param name="MaxVersion">The newest version the client understands; null for legacy only.</param>
internal readonly record struct TransactionFormat(string Encoding, ulong? MaxVersion)
{
    internal bool IsParsed => Encoding == "jsonParsed";

    internal static TransactionFormat Read(RpcConfig config) => new(
        config.Choice("encoding", "json", "binary", "base58", "base64", "json", "jsonParsed"),
        config.UInt64("maxSupportedTransactionVersion"));

    /// <summary>Refuses a transaction that the client says it would not understand.</summary>
    internal void CheckVersion(TransactionVersion version)
    {
        if (version == TransactionVersion.Legacy)
            return;
        ulong number = (ulong)TransactionJson.VersionNumber(version);
        if (number <= MaxVersion)
            return;
        throw new RpcException(
            RpcErrorCode.UnsupportedTransactionVersion,
            $"Transaction version ({number}) is not supported by the requesting client. Please try the request again with "
            + $"the following configuration parameter: \"maxSupportedTransactionVersion\": {number}");
    }
}
