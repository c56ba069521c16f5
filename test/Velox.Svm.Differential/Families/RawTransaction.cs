using Velox.Primitives;

namespace Velox.Svm.Differential;

/// <summary>A lookup of a v0 message.</summary>
public sealed record RawLookup(Address Table, byte[] Writable, byte[] Readonly);

/// <summary>A compiled instruction: indexes as they are.</summary>
public sealed record RawInstruction(byte Program, byte[] Accounts, byte[] Data);

/// <summary>A transaction field by field, as no builder would compile it. It decodes; whether it is sane is another matter.</summary>
public sealed class RawTransaction
{
    /// <summary>Null is a legacy message.</summary>
    public byte? Version { get; set; }

    public byte RequiredSignatures { get; set; } = 1;

    public byte ReadonlySigned { get; set; }

    public byte ReadonlyUnsigned { get; set; }

    /// <summary>Signatures in front; as many as are required unless it is set.</summary>
    public int? SignatureCount { get; set; }

    public List<Address> Keys { get; } = [];

    public Hash256 Blockhash { get; set; }

    public List<RawInstruction> Instructions { get; } = [];

    public List<RawLookup> Lookups { get; } = [];

    /// <summary>Serialises and signs with every key that the world has; others stay unsigned.</summary>
    public byte[] Sign(World world)
    {
        byte[] message = Message();
        var bytes = new Bytes();
        int signatures = SignatureCount ?? RequiredSignatures;
        Compact(bytes, signatures);
        for (int i = 0; i < signatures; i++)
        {
            Signature signature = i < Keys.Count ? world.SignatureOf(Keys[i], message) ?? default : default;
            bytes.Blob(signature.Span);
        }

        return bytes.Blob(message).ToArray();
    }

    private byte[] Message()
    {
        var bytes = new Bytes();
        if (Version is { } version)
            bytes.Byte((byte)(0x80 | version));
        bytes.Byte(RequiredSignatures).Byte(ReadonlySigned).Byte(ReadonlyUnsigned);
        Compact(bytes, Keys.Count);
        foreach (Address key in Keys)
            bytes.Key(key);
        bytes.Blob(Blockhash.Span);
        Compact(bytes, Instructions.Count);
        foreach (RawInstruction instruction in Instructions)
        {
            bytes.Byte(instruction.Program);
            List(bytes, instruction.Accounts);
            List(bytes, instruction.Data);
        }

        if (Version is null)
            return bytes.ToArray();
        Compact(bytes, Lookups.Count);
        foreach (RawLookup lookup in Lookups)
        {
            bytes.Key(lookup.Table);
            List(bytes, lookup.Writable);
            List(bytes, lookup.Readonly);
        }

        return bytes.ToArray();
    }

    private static void List(Bytes bytes, byte[] items)
    {
        Compact(bytes, items.Length);
        bytes.Blob(items);
    }

    private static void Compact(Bytes bytes, int length)
    {
        Span<byte> encoded = stackalloc byte[CompactU16.MaxEncodedLength];
        bytes.Blob(encoded[..CompactU16.Encode((ushort)length, encoded)]);
    }
}
