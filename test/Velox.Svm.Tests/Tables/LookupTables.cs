using System.Buffers.Binary;
using Velox.Cryptography;
using Velox.Primitives;

namespace Velox.Svm.Tests;

/// <summary>Table accounts and v0 transactions that use them.</summary>
internal static class LookupTables
{
    internal static byte[] Data(
        IEnumerable<Address> addresses, ulong deactivationSlot = ulong.MaxValue, ulong extensionSlot = 0, byte extensionStart = 0)
    {
        byte[] header = new byte[56];
        header[0] = 1;
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(4), deactivationSlot);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(12), extensionSlot);
        header[20] = extensionStart;
        return [.. header, .. addresses.SelectMany(address => address.Span.ToArray())];
    }

    /// <summary>The transfer of <paramref name="lamports"/> to the account of an index behind the static keys.</summary>
    /// <remarks>Static keys: the payer, the system program. The first lookup's first writable account is index 2.</remarks>
    internal static byte[] Transfer(
        Keypair payer, Hash256 blockhash, ulong lamports, byte toIndex, params (Address Table, byte[] Writable, byte[] Readonly)[] lookups)
    {
        byte[] data = new byte[12];
        data[0] = 2;
        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(4), lamports);
        var plain = new PlainTransaction
        {
            IsVersion0 = true,
            RequiredSignatures = 1,
            ReadonlyUnsigned = 1,
            Keys = [payer.PublicKey.Span.ToArray(), ProgramIds.System.Span.ToArray()],
            Blockhash = blockhash.Span.ToArray(),
            Instructions = [(1, [0, toIndex], data)],
            Lookups = [.. lookups.Select(lookup => (lookup.Table.Span.ToArray(), lookup.Writable, lookup.Readonly))],
        };
        plain.Signatures = [payer.Sign(plain.SerializeMessage()).Span.ToArray()];
        return plain.Serialize();
    }
}
