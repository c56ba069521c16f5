using System.Buffers.Binary;
using Velox.Primitives;

namespace Velox.State.Tests;

internal static class TestAccounts
{
    /// <summary>So many accounts there are to change.</summary>
    internal const int Count = 40;

    /// <summary>Spread over all first bytes, but for every fifth, which begin alike.</summary>
    internal static Address AddressOf(int id)
    {
        Span<byte> bytes = stackalloc byte[32];
        BinaryPrimitives.WriteInt32BigEndian(bytes[20..], id + 1);
        if (id % 5 != 0)
            BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)id * 2_654_435_761);
        return new Address(bytes);
    }

    /// <summary>A random transaction on one account, which fails now and then.</summary>
    internal static void ChangeOne(Random random, AccountStore store, PlainState model)
    {
        Address address = AddressOf(random.Next(40));
        Account account = store.GetOrCreate(address);
        account.Checkpoint();
        account.Lamports = random.Next(4) == 0 ? 0 : (ulong)random.Next(1, 1_000_000);
        account.Owner = AddressOf(random.Next(3));
        account.Executable = random.Next(2) == 0;
        if (random.Next(2) == 0)
            account.Data.Resize(random.Next(3) switch { 0 => random.Next(0, 200), 1 => random.Next(0, 5) * 4096, _ => random.Next(0, 40_000) });
        if (account.Data.Length > 0)
        {
            int offset = random.Next(account.Data.Length);
            random.NextBytes(account.Data.Write(offset, random.Next(1, account.Data.Length - offset + 1)));
        }

        if (random.Next(8) == 0)
        {
            account.Rollback();
            return;
        }

        account.Accept();
        store.MarkChanged(account);
        model.Set(account);
    }
}
