namespace Velox.Svm.Tests;

/// <summary>Random transactions, mostly valid, and random damage to their bytes.</summary>
internal static class TransactionFuzz
{
    /// <summary>Runs a check on many inputs; a failure names the seed, the round and the bytes.</summary>
    internal static void Run(int seed, int rounds, Func<Random, byte[]> makeInput, Action<byte[]> check)
    {
        var random = new Random(seed);
        for (int round = 0; round < rounds; round++)
        {
            byte[] input = makeInput(random);
            try
            {
                check(input);
            }
            catch (Exception cause)
            {
                throw new InvalidOperationException(
                    $"Seed {seed}, round {round}, bytes {Convert.ToHexString(input)}: {cause.Message}", cause);
            }
        }
    }

    internal static PlainTransaction Next(Random random)
    {
        int required = random.Next(1, 4);
        int keys = required + random.Next(0, 5);
        var transaction = new PlainTransaction
        {
            IsVersion0 = random.Next(2) == 0,
            Signatures = Many(required, () => Bytes(random, 64)),
            RequiredSignatures = (byte)required,
            ReadonlySigned = (byte)random.Next(required),
            ReadonlyUnsigned = (byte)random.Next(keys - required + 1),
            Keys = Many(keys, () => Bytes(random, 32)),
            Blockhash = Bytes(random, 32),
        };
        int accounts = keys;
        if (transaction.IsVersion0)
        {
            transaction.Lookups = Many(
                random.Next(3),
                () => (Bytes(random, 32), Bytes(random, random.Next(1, 5)), Bytes(random, random.Next(4))));
            accounts += transaction.Lookups.Sum(lookup => lookup.Writable.Length + lookup.Readonly.Length);
        }

        if (keys > 1)
        {
            transaction.Instructions = Many(random.Next(5), () => (
                (byte)random.Next(1, keys),
                Many(random.Next(8), () => (byte)random.Next(accounts)).ToArray(),
                Bytes(random, random.Next(10) == 0 ? random.Next(300) : random.Next(12))));
        }

        return transaction;
    }

    /// <summary>Damages a valid transaction in one to three places, so that every field is hit now and then.</summary>
    internal static byte[] NextMutated(Random random)
    {
        List<byte> bytes = [.. Next(random).Serialize()];
        int places = random.Next(0, 4);
        for (int place = 0; place < places; place++)
            Mutate(random, bytes);
        return [.. bytes];
    }

    private static void Mutate(Random random, List<byte> bytes)
    {
        // Structure lies before and between the long keys: prefer the bytes that follow the signatures.
        int start = bytes.Count > 65 && random.Next(4) != 0 ? Math.Min(bytes.Count - 1, 1 + bytes[0] * 64) : 0;
        int position = bytes.Count == 0 ? 0 : random.Next(start, Math.Min(bytes.Count, start + random.Next(1, 400)));
        switch (bytes.Count == 0 ? 1 : random.Next(6))
        {
            case 0:
                bytes[position] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                bytes.Insert(position, (byte)random.Next(256));
                break;
            case 2:
                bytes.RemoveAt(position);
                break;
            case 3:
                bytes[position] = (byte)random.Next(4);
                break;
            case 4:
                bytes.RemoveRange(position, bytes.Count - position);
                break;
            default:
                bytes.AddRange(Bytes(random, random.Next(3)));
                break;
        }
    }

    internal static byte[] Bytes(Random random, int length)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    private static List<T> Many<T>(int count, Func<T> make) => [.. Enumerable.Range(0, count).Select(_ => make())];
}
