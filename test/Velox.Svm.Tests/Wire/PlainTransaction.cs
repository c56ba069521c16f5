using System.Text;

namespace Velox.Svm.Tests;

/// <summary>The obvious form of a transaction, lists without offsets: the reference for the view.</summary>
internal sealed class PlainTransaction
{
    internal bool IsVersion0 { get; set; }
    internal List<byte[]> Signatures { get; set; } = [];
    internal byte RequiredSignatures { get; set; }
    internal byte ReadonlySigned { get; set; }
    internal byte ReadonlyUnsigned { get; set; }
    internal List<byte[]> Keys { get; set; } = [];
    internal byte[] Blockhash { get; set; } = new byte[32];
    internal List<(byte Program, byte[] Accounts, byte[] Data)> Instructions { get; set; } = [];
    internal List<(byte[] Table, byte[] Writable, byte[] Readonly)> Lookups { get; set; } = [];

    /// <summary>One signature, the given keys (all filled with their index + 1), no instruction.</summary>
    internal static PlainTransaction Minimal(int keys = 1) => new()
    {
        Signatures = [Filled(64, 0xEE)],
        RequiredSignatures = 1,
        Keys = [.. Enumerable.Range(1, keys).Select(index => Filled(32, (byte)index))],
        Blockhash = Filled(32, 0xBB),
    };

    internal static byte[] Filled(int length, byte value) => [.. Enumerable.Repeat(value, length)];

    internal static PlainTransaction From(in TransactionView view)
    {
        var plain = new PlainTransaction
        {
            IsVersion0 = view.Version == TransactionVersion.Version0,
            RequiredSignatures = (byte)view.RequiredSignatures,
            ReadonlySigned = (byte)view.ReadonlySigned,
            ReadonlyUnsigned = (byte)view.ReadonlyUnsigned,
            Blockhash = view.RecentBlockhash.Span.ToArray(),
        };
        for (int index = 0; index < view.SignatureCount; index++)
            plain.Signatures.Add(view.Signature(index).Span.ToArray());
        for (int index = 0; index < view.StaticKeyCount; index++)
            plain.Keys.Add(view.StaticKey(index).Span.ToArray());
        for (int index = 0; index < view.InstructionCount; index++)
        {
            InstructionView instruction = view.Instruction(index);
            plain.Instructions.Add(
                (instruction.ProgramIndex, instruction.Accounts.ToArray(), instruction.Data.ToArray()));
        }

        for (int index = 0; index < view.LookupCount; index++)
        {
            LookupView lookup = view.Lookup(index);
            plain.Lookups.Add((
                lookup.TableKey.Span.ToArray(), lookup.WritableIndexes.ToArray(), lookup.ReadonlyIndexes.ToArray()));
        }

        return plain;
    }

    /// <summary>Writes what is there, valid or not.</summary>
    internal byte[] Serialize()
    {
        List<byte> bytes = [.. Compact(Signatures.Count)];
        Signatures.ForEach(bytes.AddRange);
        bytes.AddRange(SerializeMessage());
        return [.. bytes];
    }

    internal byte[] SerializeMessage()
    {
        List<byte> bytes = IsVersion0 ? [0x80] : [];
        bytes.AddRange([RequiredSignatures, ReadonlySigned, ReadonlyUnsigned]);
        bytes.AddRange(Compact(Keys.Count));
        Keys.ForEach(bytes.AddRange);
        bytes.AddRange(Blockhash);
        bytes.AddRange(Compact(Instructions.Count));
        foreach ((byte program, byte[] accounts, byte[] data) in Instructions)
            bytes.AddRange([program, .. Compact(accounts.Length), .. accounts, .. Compact(data.Length), .. data]);
        if (!IsVersion0)
            return [.. bytes];

        bytes.AddRange(Compact(Lookups.Count));
        foreach ((byte[] table, byte[] writable, byte[] readOnly) in Lookups)
        {
            bytes.AddRange([.. table, .. Compact(writable.Length), .. writable]);
            bytes.AddRange([.. Compact(readOnly.Length), .. readOnly]);
        }

        return [.. bytes];
    }

    /// <summary>All fields, for comparison and for failure messages.</summary>
    internal string Describe()
    {
        var text = new StringBuilder();
        text.AppendLine(IsVersion0 ? "v0" : "legacy");
        text.AppendLine(FormattableString.Invariant($"{RequiredSignatures} {ReadonlySigned} {ReadonlyUnsigned}"));
        Signatures.ForEach(signature => text.Append("signature ").AppendLine(Convert.ToHexString(signature)));
        Keys.ForEach(key => text.Append("key ").AppendLine(Convert.ToHexString(key)));
        text.Append("blockhash ").AppendLine(Convert.ToHexString(Blockhash));
        foreach ((byte program, byte[] accounts, byte[] data) in Instructions)
        {
            text.Append("instruction ").Append(program).Append(' ').Append(Convert.ToHexString(accounts));
            text.Append(' ').AppendLine(Convert.ToHexString(data));
        }

        foreach ((byte[] table, byte[] writable, byte[] readOnly) in Lookups)
        {
            text.Append("lookup ").Append(Convert.ToHexString(table)).Append(' ').Append(Convert.ToHexString(writable));
            text.Append(' ').AppendLine(Convert.ToHexString(readOnly));
        }

        return text.ToString();
    }

    internal static byte[] Compact(int value) => value switch
    {
        < 0x80 => [(byte)value],
        < 0x4000 => [(byte)(value % 128 + 128), (byte)(value / 128)],
        _ => [(byte)(value % 128 + 128), (byte)(value / 128 % 128 + 128), (byte)(value / 16384)],
    };
}
