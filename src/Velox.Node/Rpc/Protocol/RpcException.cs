using System.Text.Json;

namespace Velox.Node;

/// <summary>The codes of JSON-RPC 2.0 and Solana's own (Agave rpc-client-api, custom_error).</summary>
public static class RpcErrorCode
{
    public const int ParseError = -32700;
    public const int InvalidRequest = -32600;
    public const int MethodNotFound = -32601;
    public const int InvalidParams = -32602;
    public const int InternalError = -32603;
    public const int BlockCleanedUp = -32001;
    public const int PreflightFailure = -32002;
    public const int SignatureVerificationFailure = -32003;
    public const int BlockNotAvailable = -32004;
    public const int NodeUnhealthy = -32005;
    public const int SlotSkipped = -32007;
    /// <summary>Solana's scan error, which is how it refuses results over its limit.</summary>
    public const int AnswerTooLarge = -32012;

    public const int SignatureLengthMismatch = -32013;
    public const int UnsupportedTransactionVersion = -32015;
    public const int MinContextSlotNotReached = -32016;
}

/// <summary>A call's failure as the client is to see it. Thrown by methods, caught by the dispatcher.</summary>
/// <param name="code">One of <see cref="RpcErrorCode"/>.</param>
/// <param name="message">A sentence for people; clients match on some of Solana's.</param>
/// <param name="writeData">Writes the error's <c>data</c> value; null for none.</param>
public sealed class RpcException(int code, string message, Action<Utf8JsonWriter>? writeData = null)
    : Exception(message)
{
    public int Code { get; } = code;

    public Action<Utf8JsonWriter>? WriteData { get; } = writeData;

    public static RpcException InvalidParams(string message) =>
        new(RpcErrorCode.InvalidParams, "Invalid params: " + message);
}
