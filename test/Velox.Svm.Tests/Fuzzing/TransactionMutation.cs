using Velox.Primitives;

namespace Velox.Svm.Tests;

/// <summary>Damages valid transactions where it goes deep: keys for others that there are, counts, indexes, data, lengths.</summary>
/// <param name="random">The source of all choices.</param>
/// <param name="addresses">Accounts that there are.</param>
internal sealed class TransactionMutation(Random random, Address[] addresses)
{
    internal byte[] Mutate(byte[] transaction)
    {
        List<byte> bytes = [.. transaction];
        for (int count = random.Next(1, 4); count > 0; count--)
            MutateOnce(bytes);
        return [.. bytes];
    }

    private void MutateOnce(List<byte> bytes)
    {
        if (bytes.Count == 0 || TransactionView.TryParse(bytes.ToArray(), out TransactionView view) != WireError.None)
        {
            MutateAnywhere(bytes, 0);
            return;
        }

        int keys = view.Offsets.StaticKeys;
        int behindKeys = keys + (Address.Size * view.StaticKeyCount);
        switch (random.Next(10))
        {
            case 0 or 1: // another key, or the same twice
                Write(bytes, keys + (Address.Size * random.Next(view.StaticKeyCount)), random.Next(4) == 0
                    ? view.StaticKey(random.Next(view.StaticKeyCount))
                    : addresses[random.Next(addresses.Length)]);
                break;
            case 2: // how many sign and write
                bytes[Math.Max(0, keys - 1 - random.Next(4))] = (byte)random.Next(8);
                break;
            case 3 when view.InstructionCount > 0: // an amount, or what is done
                ReadOnlySpan<byte> data = view.Instruction(random.Next(view.InstructionCount)).Data;
                int at = data.IsEmpty ? -1 : bytes.ToArray().AsSpan().IndexOf(data);
                if (at >= 0)
                    bytes[at + random.Next(data.Length)] = Byte();
                break;
            case < 9: // instructions: their number, programs, accounts, lengths, data; lookups
                MutateAnywhere(bytes, Math.Min(bytes.Count - 1, behindKeys + Hash256.Size));
                break;
            default:
                MutateAnywhere(bytes, 0);
                break;
        }
    }

    private void MutateAnywhere(List<byte> bytes, int start)
    {
        int position = bytes.Count == 0 ? 0 : random.Next(start, bytes.Count);
        switch (bytes.Count == 0 ? 1 : random.Next(7))
        {
            case 0:
                bytes[position] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                bytes.Insert(position, Byte());
                break;
            case 2:
                bytes.RemoveAt(position);
                break;
            case 3:
                bytes.RemoveRange(position, random.Next(Math.Min(40, bytes.Count - position) + 1));
                break;
            case 4 when bytes.Count < WireLimits.MaxTransactionBytes:
                byte[] number = new byte[random.Next(1, 9)];
                random.NextBytes(number);
                bytes.InsertRange(position, number);
                break;
            default:
                bytes[position] = Byte();
                break;
        }
    }

    private byte Byte() => random.Next(4) switch
    {
        0 => 0,
        1 => 0xff,
        2 => (byte)random.Next(16),
        _ => (byte)random.Next(256),
    };

    private static void Write(List<byte> bytes, int offset, Address address)
    {
        for (int i = 0; i < Address.Size; i++)
            bytes[offset + i] = address.Span[i];
    }
}
