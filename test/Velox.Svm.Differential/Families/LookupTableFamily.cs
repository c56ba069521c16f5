using Velox.Cryptography;
using Velox.Primitives;

namespace Velox.Svm.Differential;

/// <summary>Lookup tables: their program's instructions, and v0 transactions that use them, whole and broken.</summary>
/// <param name="name">As the command line calls it.</param>
/// <param name="peer">Whose program ours is.</param>
/// <param name="comparison">What must be equal.</param>
public sealed class LookupTableFamily(string name, PeerOptions peer, Comparison comparison) : IFamily
{
    private const ulong FirstSlot = 447_552_000;

    private static readonly Address Program = ProgramIds.AddressLookupTable;

    public string Name => name;

    public PeerOptions Peer => peer;

    public Comparison Comparison => comparison;

    public void Fill(World world)
    {
        Random random = world.Random;
        Address payer = world.NewWallet();
        List<Address> authorities = [payer, world.NewWallet(), world.NewKey()];
        List<Address> tables = [];
        for (int i = 0; i < 5; i++)
            tables.Add(NewTable(world, authorities));
        tables.Add(world.NewWallet());
        tables.Add(world.NewStranger());
        var fuzz = new InstructionFuzz(world, [.. authorities, .. tables, ProgramIds.System]);
        for (int count = random.Next(20, 40); count > 0; count--)
        {
            if (random.Next(2) == 0)
                world.Send(payer, [fuzz.Rarely(Manage(world, payer, authorities, tables))]);
            else
                Use(world, payer, tables);
        }
    }

    private static Address NewTable(World world, List<Address> authorities)
    {
        Random random = world.Random;
        Address table = world.NewKey();
        ulong deactivated = random.Next(4) switch { 0 => FirstSlot, 1 => FirstSlot - 600, _ => ulong.MaxValue };
        ulong extended = random.Next(3) == 0 ? FirstSlot : 1;
        int addresses = random.Next(6);
        var data = new Bytes().UInt32(random.Next(12) == 0 ? 0u : 1u).UInt64(deactivated).UInt64(extended)
            .Byte((byte)(extended == 1 ? 0 : addresses / 2));
        if (random.Next(5) == 0)
            data.Byte(0).Blob(new byte[32]);
        else
            data.Byte(1).Key(authorities[random.Next(authorities.Count)]);
        data.UInt16(0);
        for (int i = 0; i < addresses; i++)
            data.Key(random.Next(3) == 0 ? world.NewWallet() : world.NewStranger());
        byte[] bytes = data.ToArray();
        if (random.Next(10) == 0)
            bytes = bytes[..random.Next(bytes.Length)];
        world.Set(table, new AccountState(Rent.MinimumBalance(bytes.Length), random.Next(12) == 0 ? ProgramIds.Memo : Program, false, bytes));
        return table;
    }

    private static Instruction Manage(World world, Address payer, List<Address> authorities, List<Address> tables)
    {
        Random random = world.Random;
        Address table = tables[random.Next(tables.Count)];
        byte[] data = world[table].Data;
        Address authority = data.Length >= 56 && data[21] == 1 && random.Next(8) > 0
            ? new Address(data.AsSpan(22, 32))
            : authorities[random.Next(authorities.Count)];
        var signer = new AccountMeta(authority, world.CanSign(authority) && random.Next(12) > 0, false);
        switch (random.Next(6))
        {
            case 0:
                ulong slot = random.Next(4) == 0 ? 5 : FirstSlot;
                Address created = ProgramDerivedAddress.Find([authority.Span.ToArray(), BitConverter.GetBytes(slot)], Program, out byte bump);
                tables.Add(created);
                return new Bytes().UInt32(0).UInt64(slot).Byte(random.Next(10) == 0 ? (byte)0 : bump).Build(
                    Program, AccountMeta.Writable(created), signer, AccountMeta.WritableSigner(payer), AccountMeta.Readonly(ProgramIds.System));
            case 1:
                return new Bytes().UInt32(1).Build(Program, AccountMeta.Writable(table), signer);
            case 2 or 3:
                int count = random.Next(6);
                var extension = new Bytes().UInt32(2).UInt64((ulong)count);
                for (int i = 0; i < count; i++)
                    extension.Key(world.NewStranger());
                List<AccountMeta> accounts = [AccountMeta.Writable(table), signer];
                if (random.Next(5) > 0)
                    accounts.AddRange([AccountMeta.WritableSigner(payer), AccountMeta.Readonly(ProgramIds.System)]);
                return extension.Build(Program, [.. accounts]);
            case 4:
                return new Bytes().UInt32(3).Build(Program, AccountMeta.Writable(table), signer);
            default:
                return new Bytes().UInt32(4).Build(Program, AccountMeta.Writable(table), signer, AccountMeta.Writable(payer));
        }
    }

    /// <summary>A transfer, to an account out of a table mostly.</summary>
    private static void Use(World world, Address payer, List<Address> tables)
    {
        Random random = world.Random;
        var raw = new RawTransaction { Version = 0, Blockhash = world.Blockhash, ReadonlyUnsigned = 1 };
        raw.Keys.AddRange([payer, ProgramIds.System]);
        var lookedUp = new List<Address>();
        for (int lookups = random.Next(1, 3); lookups > 0; lookups--)
        {
            Address table = tables[random.Next(tables.Count)];
            byte[] data = world[table].Data;
            int addresses = Math.Max(0, (data.Length - 56) / 32);
            byte[] Pick() => [.. Enumerable.Range(0, random.Next(3)).Select(_ => (byte)random.Next(addresses + (random.Next(8) == 0 ? 3 : 0)))
                .Where(index => index < addresses || addresses == 0 || random.Next(2) == 0).Distinct()];
            var lookup = new RawLookup(table, Pick(), Pick());
            if (lookup.Writable.Length + lookup.Readonly.Length == 0 && random.Next(10) > 0)
                lookup = lookup with { Writable = [0] };
            raw.Lookups.Add(lookup);
            lookedUp.AddRange(lookup.Writable.Concat(lookup.Readonly).Where(index => index < addresses)
                .Select(index => new Address(data.AsSpan(56 + (32 * index), 32))));
        }

        int total = 2 + raw.Lookups.Sum(lookup => lookup.Writable.Length + lookup.Readonly.Length);
        byte to = (byte)random.Next(total + (random.Next(15) == 0 ? 1 : 0));
        raw.Instructions.Add(new RawInstruction(1, [0, to], new Bytes().UInt32(2).UInt64(1_000_000).ToArray()));
        world.SendBytes(raw.Sign(world), lookedUp);
    }
}
