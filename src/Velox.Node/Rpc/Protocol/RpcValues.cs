using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using SimpleBase;
using Velox.Primitives;

namespace Velox.Node;

/// <summary>Untrusted JSON values as typed ones; a failure names the parameter and what it must be.</summary>
internal static class RpcValues
{
    internal static Address Address(JsonElement element, string name) =>
        Primitives.Address.TryParse(element.TextOrNull(), out Address address)
            ? address
            : throw RpcException.InvalidParams($"'{name}' must be a Base58 string of 32 bytes.");

    internal static Signature Signature(JsonElement element, string name) =>
        Primitives.Signature.TryParse(element.TextOrNull(), out Signature signature)
            ? signature
            : throw RpcException.InvalidParams($"'{name}' must be a Base58 string of 64 bytes.");

    internal static string Text(JsonElement element, string name) =>
        element.TextOrNull() ?? throw RpcException.InvalidParams($"'{name}' must be a string.");

    internal static ulong UInt64(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetUInt64(out ulong value)
            ? value
            : throw RpcException.InvalidParams($"'{name}' must be an integer of 0 to {ulong.MaxValue}.");

    /// <summary>Decodes bytes given as text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="encoding"><c>base58</c> or <c>base64</c>.</param>
    /// <param name="name">Of the parameter, for the error.</param>
    /// <param name="maxBytes">Longer values are refused before they are decoded.</param>
    internal static byte[] Bytes(string text, string encoding, string name, int maxBytes)
    {
        // Both alphabets need more digits than bytes: a generous bound on the digits keeps the decoders' work small.
        if (text.Length > 2 * maxBytes)
            throw RpcException.InvalidParams($"'{name}' is too large: at most {maxBytes} bytes.");
        byte[]? bytes = encoding == "base64" ? Base64OrNull(text) : Base58OrNull(text);
        if (bytes is null)
            throw RpcException.InvalidParams($"'{name}' is not valid {encoding}.");
        return bytes.Length <= maxBytes
            ? bytes
            : throw RpcException.InvalidParams($"'{name}' is {bytes.Length} bytes: at most {maxBytes} are allowed.");
    }

    private static byte[]? Base64OrNull(string text)
    {
        byte[] bytes = new byte[text.Length];
        bool isValid = Base64.IsValid(text) & Convert.TryFromBase64String(text, bytes, out int length);
        return isValid ? bytes[..length] : null;
    }

    private static byte[]? Base58OrNull(string text)
    {
        // The decoder looks characters up in a table that ends with ASCII, and throws past it.
        if (!Ascii.IsValid(text))
            return null;
        byte[] bytes = new byte[text.Length + 8];
        return Base58.Bitcoin.TryDecode(text, bytes, out int length) ? bytes[..length] : null;
    }
}
