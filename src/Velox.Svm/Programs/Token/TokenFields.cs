using System.Buffers.Binary;
using System.Text.Unicode;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>
/// Reads the fields of a token instruction from untrusted bytes. A field that is not there reads as zero and sets
/// <see cref="HasFailed"/>; bytes after the last field are allowed, as in SPL Token.
/// </summary>
internal ref struct TokenFields(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    internal bool HasFailed { get; private set; }

    internal byte Byte()
    {
        ReadOnlySpan<byte> field = Take(sizeof(byte));
        return field.IsEmpty ? (byte)0 : field[0];
    }

    internal ulong UInt64()
    {
        ReadOnlySpan<byte> field = Take(sizeof(ulong));
        return field.IsEmpty ? 0 : BinaryPrimitives.ReadUInt64LittleEndian(field);
    }

    internal Address Address()
    {
        ReadOnlySpan<byte> field = Take(Primitives.Address.Size);
        return field.IsEmpty ? default : new Address(field);
    }

    /// <summary>One byte 0, or one byte 1 and an address.</summary>
    internal Address? OptionalAddress()
    {
        byte tag = Byte();
        if (tag > 1)
            HasFailed = true;
        return tag == 1 ? Address() : null;
    }

    /// <summary>All bytes that are left, which must be UTF-8.</summary>
    internal ReadOnlySpan<byte> Text()
    {
        if (!Utf8.IsValid(_rest))
            HasFailed = true;
        return _rest;
    }

    /// <summary>Ends the reading: InvalidInstruction if a field failed, else logs which instruction runs.</summary>
    internal readonly InstructionError Begin(InvokeContext context, TokenInstructionTag tag, int accounts)
    {
        if (HasFailed)
            return TokenError.InvalidInstruction;
        context.Log($"Instruction: {tag}");
        return context.RequireAccounts(accounts);
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (HasFailed || count > _rest.Length)
        {
            HasFailed = true;
            return default;
        }

        ReadOnlySpan<byte> taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}
