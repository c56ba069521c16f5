using System.Text;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>Addresses as UTF-8 Base58, kept for those asked for lately: logs name the same programs again and again.</summary>
/// <remarks>Each thread has its own few, so nothing is locked. Making one takes about a microsecond.</remarks>
internal static class AddressText
{
    private const int Slots = 64;

    [ThreadStatic]
    private static (Address Address, byte[]? Text)[]? Recent;

    internal static ReadOnlySpan<byte> Of(Address address)
    {
        (Address Address, byte[]? Text)[] recent = Recent ??= new (Address, byte[]?)[Slots];
        // Which slot does not show in any result, so the first bytes will do.
        ref (Address Address, byte[]? Text) slot = ref recent[(address.Span[0] ^ address.Span[7]) & (Slots - 1)];
        if (slot.Text is null || slot.Address != address)
            slot = (address, Encoding.UTF8.GetBytes(address.ToString()));
        return slot.Text;
    }
}
