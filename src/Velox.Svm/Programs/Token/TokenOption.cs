using System.Buffers.Binary;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>An optional field of a token layout: a u32 that is 0 or 1, then the value's bytes, used or not.</summary>
internal static class TokenOption
{
    internal const int AddressSize = sizeof(uint) + Address.Size;
    internal const int UInt64Size = sizeof(uint) + sizeof(ulong);

    /// <summary>Reads <see cref="AddressSize"/> bytes; false when the leading number is neither 0 nor 1.</summary>
    internal static bool TryReadAddress(ReadOnlySpan<byte> field, out Address? value)
    {
        bool isValid = TryReadTag(field, out bool isPresent);
        value = isPresent ? new Address(field.Slice(sizeof(uint), Address.Size)) : null;
        return isValid;
    }

    /// <summary>Reads <see cref="UInt64Size"/> bytes; false when the leading number is neither 0 nor 1.</summary>
    internal static bool TryReadUInt64(ReadOnlySpan<byte> field, out ulong? value)
    {
        bool isValid = TryReadTag(field, out bool isPresent);
        value = isPresent ? BinaryPrimitives.ReadUInt64LittleEndian(field[sizeof(uint)..]) : null;
        return isValid;
    }

    // An absent value leaves its bytes as they were, as SPL Token does: accounts must match it byte for byte.
    internal static void WriteAddress(Span<byte> field, Address? value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(field, value.HasValue ? 1u : 0u);
        if (value is { } address)
            address.Span.CopyTo(field[sizeof(uint)..]);
    }

    internal static void WriteUInt64(Span<byte> field, ulong? value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(field, value.HasValue ? 1u : 0u);
        if (value is { } number)
            BinaryPrimitives.WriteUInt64LittleEndian(field[sizeof(uint)..], number);
    }

    private static bool TryReadTag(ReadOnlySpan<byte> field, out bool isPresent)
    {
        uint tag = BinaryPrimitives.ReadUInt32LittleEndian(field);
        isPresent = tag == 1;
        return tag <= 1;
    }
}
