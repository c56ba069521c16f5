using System.Text.Json;

namespace Velox.Node;

/// <summary>
/// Reads of untrusted JSON that give null where <see cref="JsonElement"/> would throw: lone surrogates are legal JSON
/// but no text.
/// </summary>
internal static class JsonText
{
    internal static string? TextOrNull(this JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.String)
            return null;
        try
        {
            return element.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>A member of an object, or null when there is none or its value is null.</summary>
    internal static JsonElement? MemberOrNull(this JsonElement element, string name)
    {
        if (element.ValueKind != JsonValueKind.Object)
            return null;
        try
        {
            return element.TryGetProperty(name, out JsonElement member) && member.ValueKind != JsonValueKind.Null
                ? member
                : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
