using System.Text;

namespace Velox.Svm.Tests;

/// <summary>The obvious form of a v1 transaction, and a second parser for it that reads first and judges afterwards.</summary>
internal sealed class PlainVersion1
{
    internal byte[] Header { get; set; } = [1, 0, 0];
    internal uint Mask { get; set; }
    internal byte[] Blockhash { get; set; } = new byte[32];
    internal List<byte[]> Keys { get; set; } = [];
    internal List<uint> Values { get; set; } = [];
    internal List<(byte Program, byte[] Accounts, byte[] Data)> Instructions { get; set; } = [];
    internal List<byte[]> Signatures { get; set; } = [];

    internal static PlainVersion1 Next(Random random)
    {
        int required = random.Next(1, 4);
        int keys = required + random.Next(0, 5);
        uint mask = (uint)random.Next(32) & (random.Next(2) == 0 ? 0b11111u : 0b11100u);
        if ((mask & 3) != 0)
            mask |= 3;
        var plain = new PlainVersion1
        {
            Header = [(byte)required, (byte)random.Next(required), (byte)random.Next(keys - required + 1)],
            Mask = mask,
            Blockhash = TransactionFuzz.Bytes(random, 32),
            Keys = [.. Enumerable.Range(0, keys).Select(_ => TransactionFuzz.Bytes(random, 32))],
            Signatures = [.. Enumerable.Range(0, required).Select(_ => TransactionFuzz.Bytes(random, 64))],
        };
        for (int bit = 0; bit < 5; bit++)
        {
            if ((mask >> bit & 1) != 0)
                plain.Values.Add(bit == 4 ? (uint)random.Next(32, 257) * 1024 : (uint)random.Next());
        }

        for (int i = keys > 1 ? random.Next(6) : 0; i > 0; i--)
        {
            byte[] accounts = [.. Enumerable.Range(0, random.Next(8)).Select(_ => (byte)random.Next(keys))];
            plain.Instructions.Add(
                ((byte)random.Next(1, keys), accounts, TransactionFuzz.Bytes(random, random.Next(8) == 0 ? random.Next(900) : random.Next(12))));
        }

        return plain;
    }

    /// <summary>Null unless the bytes are an acceptable v1 transaction.</summary>
    internal static PlainVersion1? Parse(byte[] bytes)
    {
        var plain = new PlainVersion1();
        try
        {
            using var reader = new BinaryReader(new MemoryStream(bytes));
            if (reader.ReadByte() != 0x81)
                return null;
            plain.Header = Read(reader, 3);
            plain.Mask = reader.ReadUInt32();
            plain.Blockhash = Read(reader, 32);
            int instructions = reader.ReadByte();
            int keys = reader.ReadByte();
            for (int i = 0; i < keys; i++)
                plain.Keys.Add(Read(reader, 32));
            for (int i = System.Numerics.BitOperations.PopCount(plain.Mask); i > 0; i--)
                plain.Values.Add(reader.ReadUInt32());
            var headers = Enumerable.Range(0, instructions)
                .Select(_ => (reader.ReadByte(), reader.ReadByte(), reader.ReadUInt16())).ToList();
            foreach ((byte program, byte accounts, ushort length) in headers)
                plain.Instructions.Add((program, Read(reader, accounts), Read(reader, length)));
            for (int i = 0; i < plain.Header[0]; i++)
                plain.Signatures.Add(Read(reader, 64));
            return reader.BaseStream.Position == bytes.Length && plain.IsSane(bytes.Length) ? plain : null;
        }
        catch (EndOfStreamException)
        {
            return null;
        }
    }

    internal byte[] Message()
    {
        List<byte> bytes = [0x81, .. Header, .. BitConverter.GetBytes(Mask), .. Blockhash];
        bytes.AddRange([(byte)Instructions.Count, (byte)Keys.Count]);
        Keys.ForEach(bytes.AddRange);
        Values.ForEach(value => bytes.AddRange(BitConverter.GetBytes(value)));
        foreach ((byte program, byte[] accounts, byte[] data) in Instructions)
            bytes.AddRange([program, (byte)accounts.Length, .. BitConverter.GetBytes((ushort)data.Length)]);
        foreach ((_, byte[] accounts, byte[] data) in Instructions)
            bytes.AddRange([.. accounts, .. data]);
        return [.. bytes];
    }

    internal byte[] Serialize() => [.. Message(), .. Signatures.SelectMany(signature => signature)];

    internal static PlainVersion1 From(in TransactionView view)
    {
        TransactionConfig config = view.Config;
        var plain = new PlainVersion1
        {
            Header = [(byte)view.RequiredSignatures, (byte)view.ReadonlySigned, (byte)view.ReadonlyUnsigned],
            Mask = config.Mask,
            Blockhash = view.RecentBlockhash.Span.ToArray(),
        };
        for (int i = 0; i < view.StaticKeyCount; i++)
            plain.Keys.Add(view.StaticKey(i).Span.ToArray());
        if (config.PriorityFee is { } fee)
            plain.Values.AddRange([(uint)fee, (uint)(fee >> 32)]);
        plain.Values.AddRange(
            new[] { config.UnitLimit, config.LoadedDataLimit, config.HeapBytes }.Where(value => value is not null).Select(value => value!.Value));
        for (int i = 0; i < view.InstructionCount; i++)
        {
            InstructionView instruction = view.Instruction(i);
            plain.Instructions.Add((instruction.ProgramIndex, instruction.Accounts.ToArray(), instruction.Data.ToArray()));
        }

        for (int i = 0; i < view.SignatureCount; i++)
            plain.Signatures.Add(view.Signature(i).Span.ToArray());
        return plain;
    }

    /// <summary>All fields, for failure messages.</summary>
    internal string Describe() => new StringBuilder(Convert.ToHexString(Serialize())).ToString();

    private bool IsSane(int size) =>
        size <= 4096
        && Header[0] is >= 1 and <= 12
        && Header[1] < Header[0]
        && Keys.Count >= Header[0]
        && Keys.Count <= 64
        && Header[2] <= Keys.Count - Header[0]
        && Mask < 32
        && (Mask & 3) is 0 or 3
        && ((Mask & 16) == 0 || (Values[^1] % 1024 == 0 && Values[^1] is >= 32_768 and <= 262_144))
        && Instructions.Count <= 64
        && Instructions.All(instruction =>
            instruction.Program != 0 && instruction.Program < Keys.Count && instruction.Accounts.All(index => index < Keys.Count));

    private static byte[] Read(BinaryReader reader, int count)
    {
        byte[] bytes = reader.ReadBytes(count);
        return bytes.Length == count ? bytes : throw new EndOfStreamException();
    }
}
