namespace Velox.Svm.Tests;

/// <summary>
/// A second parser, written for plainness: it reads everything into lists, then checks the rules one by one in the
/// words of the protocol. It knows none of the derived limits (12 signatures, 38 keys, 31 lookups): they must follow.
/// </summary>
internal sealed class PlainParser
{
    private readonly Queue<byte> _rest;
    private bool _failed;

    private PlainParser(byte[] bytes) => _rest = new Queue<byte>(bytes);

    /// <returns>Null when the bytes are not an acceptable transaction.</returns>
    internal static PlainTransaction? Parse(byte[] bytes)
    {
        if (bytes.Length > 1232)
            return null;

        var parser = new PlainParser(bytes);
        PlainTransaction transaction = parser.Read();
        return !parser._failed && parser._rest.Count == 0 && IsSane(transaction) ? transaction : null;
    }

    private static bool IsSane(PlainTransaction transaction)
    {
        int unsigned = transaction.Keys.Count - transaction.RequiredSignatures;
        int accounts = transaction.Keys.Count
            + transaction.Lookups.Sum(lookup => lookup.Writable.Length + lookup.Readonly.Length);
        return transaction.RequiredSignatures >= 1
            && transaction.ReadonlySigned < transaction.RequiredSignatures
            && transaction.Signatures.Count == transaction.RequiredSignatures
            && unsigned >= 0
            && transaction.ReadonlyUnsigned <= unsigned
            && accounts <= 256
            && transaction.Instructions.Count <= 64
            && transaction.Instructions.All(instruction =>
                instruction.Program != 0
                && instruction.Program < transaction.Keys.Count
                && instruction.Accounts.Length <= 255
                && instruction.Accounts.All(index => index < accounts))
            && transaction.Lookups.All(lookup => lookup.Writable.Length + lookup.Readonly.Length > 0);
    }

    private PlainTransaction Read()
    {
        var transaction = new PlainTransaction();
        transaction.Signatures = ReadList(() => ReadBytes(64));
        if (_rest.TryPeek(out byte prefix) && prefix >= 0x80)
        {
            transaction.IsVersion0 = true;
            _failed |= ReadByte() != 0x80;
        }

        transaction.RequiredSignatures = ReadByte();
        transaction.ReadonlySigned = ReadByte();
        transaction.ReadonlyUnsigned = ReadByte();
        transaction.Keys = ReadList(() => ReadBytes(32));
        transaction.Blockhash = ReadBytes(32);
        transaction.Instructions = ReadList(() => (ReadByte(), ReadByteList(), ReadByteList()));
        if (transaction.IsVersion0)
            transaction.Lookups = ReadList(() => (ReadBytes(32), ReadByteList(), ReadByteList()));
        return transaction;
    }

    private List<T> ReadList<T>(Func<T> readItem)
    {
        List<T> items = [];
        for (int count = ReadCompact(); count > 0 && !_failed; count--)
            items.Add(readItem());
        return items;
    }

    private byte[] ReadByteList() => ReadBytes(ReadCompact());

    private byte[] ReadBytes(int count)
    {
        if (count > _rest.Count)
            _failed = true;
        return _failed ? [] : [.. Enumerable.Range(0, count).Select(_ => _rest.Dequeue())];
    }

    private byte ReadByte()
    {
        if (_rest.TryDequeue(out byte value))
            return value;
        _failed = true;
        return 0;
    }

    private int ReadCompact()
    {
        List<byte> taken = [];
        do
            taken.Add(ReadByte());
        while (taken[^1] >= 0x80 && !_failed);

        // Value of any length first, then the rule: it must be written exactly as the shortest form of a u16.
        System.Numerics.BigInteger value = 0;
        for (int index = taken.Count - 1; index >= 0; index--)
            value = value * 128 + (taken[index] & 0x7F);
        if (_failed || value > ushort.MaxValue || !PlainTransaction.Compact((int)value).SequenceEqual(taken))
        {
            _failed = true;
            return 0;
        }

        return (int)value;
    }
}
