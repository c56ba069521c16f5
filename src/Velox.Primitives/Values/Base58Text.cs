using System.Text;
using SimpleBase;

namespace Velox.Primitives;

/// <summary>Decoding of untrusted Base58 text into a value of fixed length.</summary>
internal static class Base58Text
{
    /// <summary>Decodes text of exactly <c>value.Length</c> bytes.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="maxLength">The most digits that many bytes can have: longer text is refused unread.</param>
    /// <param name="value">At most 64 bytes; unspecified when the result is false.</param>
    internal static bool TryDecode(string? text, int maxLength, Span<byte> value)
    {
        // The decoder looks characters up in a table that ends with ASCII, and throws past it.
        if (string.IsNullOrEmpty(text) || text.Length > maxLength || !Ascii.IsValid(text))
            return false;

        // The longest text allowed holds a few bytes more than the value does.
        Span<byte> decoded = stackalloc byte[96];
        if (!Base58.Bitcoin.TryDecode(text, decoded, out int length) || length != value.Length)
            return false;
        decoded[..length].CopyTo(value);
        return true;
    }
}
