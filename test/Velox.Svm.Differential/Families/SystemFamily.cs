using System.Text;
using Velox.Primitives;

namespace Velox.Svm.Differential;

/// <summary>The system program: accounts made, assigned, allocated, emptied, with and without seeds; nonce accounts.</summary>
public sealed class SystemFamily : IFamily
{
    public string Name => "system";

    public Comparison Comparison => Comparison.Exact;

    public void Fill(World world)
    {
        Random random = world.Random;
        Address payer = world.NewWallet();
        List<Address> pool = [payer, world.NewWallet(), world.NewWallet(5_000), world.NewKey(), world.NewKey(), world.NewStranger()];
        AddOdd(world, pool);
        var fuzz = new InstructionFuzz(world, pool);
        for (int count = random.Next(20, 60); count > 0; count--)
        {
            if (random.Next(6) == 0)
                pool.Add(world.NewKey());
            var instructions = new List<Instruction>();
            for (int length = random.Next(1, 4); length > 0; length--)
                instructions.Add(fuzz.Sometimes(Make(world, pool)));
            world.Send(random.Next(8) == 0 ? fuzz.Signer() : payer, instructions);
        }
    }

    /// <summary>Accounts in states that a chain can have and these instructions cannot make.</summary>
    private static void AddOdd(World world, List<Address> pool)
    {
        AccountState[] states = [
            new(5_000_000, ProgramIds.System, false, [1, 2, 3]),
            new(1_000, ProgramIds.System, false, []),
            new(10_000_000, ProgramIds.Memo, false, new byte[10]),
            new(10_000_000, ProgramIds.Memo, false, []),
            new(2_000_000, ProgramIds.System, false, new byte[80]),
        ];
        foreach (AccountState state in states)
        {
            Address address = world.NewKey();
            world.Set(address, state);
            pool.Add(address);
        }
    }

    private static Instruction Make(World world, List<Address> pool)
    {
        Random random = world.Random;
        Address a = pool[random.Next(pool.Count)];
        Address b = pool[random.Next(pool.Count)];
        Address owner = Owner(world, pool);
        return random.Next(14) switch
        {
            0 or 1 => Create(world, 0, [Signer(a), Signer(b)], owner),
            2 => new Bytes().UInt32(1).Key(owner).Build(ProgramIds.System, Signer(a)),
            3 or 4 or 5 => new Bytes().UInt32(2).UInt64(Amount(world, a)).Build(ProgramIds.System, Signer(a), AccountMeta.Writable(b)),
            6 => new Bytes().UInt32(8).UInt64(Space(world)).Build(ProgramIds.System, Signer(a)),
            7 => WithSeed(world, 3, a, owner),
            8 => WithSeed(world, 9, a, owner),
            9 => WithSeed(world, 10, a, owner),
            10 => TransferWithSeed(world, a, b, owner),
            11 => Create(world, 13, random.Next(2) == 0 ? [Signer(b), Signer(a)] : [Signer(b)], owner),
            12 => new Bytes().UInt32((uint)random.Next(16)).Raw(world.Random, random.Next(60)).Build(ProgramIds.System, Signer(a), Signer(b)),
            _ => Nonce(world, pool),
        };
    }

    private static Instruction Create(World world, uint tag, AccountMeta[] accounts, Address owner) =>
        new Bytes().UInt32(tag).UInt64(Lamports(world)).UInt64(Space(world)).Key(owner).Build(ProgramIds.System, accounts);

    private static Instruction WithSeed(World world, uint tag, Address basis, Address owner)
    {
        string seed = Seed(world);
        Address derived = world.Random.Next(6) == 0 ? world.NewStranger() : Derive(basis, seed, owner);
        Bytes bytes = new Bytes().UInt32(tag).Key(basis).Text(seed);
        if (tag == 3)
            bytes.UInt64(Lamports(world));
        if (tag != 10)
            bytes.UInt64(Space(world));
        bytes.Key(owner);
        return tag == 3
            ? bytes.Build(ProgramIds.System, Signer(basis), AccountMeta.Writable(derived))
            : bytes.Build(ProgramIds.System, AccountMeta.Writable(derived), AccountMeta.ReadonlySigner(basis));
    }

    private static Instruction TransferWithSeed(World world, Address basis, Address to, Address owner)
    {
        string seed = Seed(world);
        Address derived = Derive(basis, seed, owner);
        if (!world[derived].Exists && world.Random.Next(2) == 0)
            world.Set(derived, AccountState.Wallet(3_000_000));
        return new Bytes().UInt32(11).UInt64(Amount(world, derived)).Text(seed).Key(owner)
            .Build(ProgramIds.System, AccountMeta.Writable(derived), AccountMeta.ReadonlySigner(basis), AccountMeta.Writable(to));
    }

    private static Instruction Nonce(World world, List<Address> pool)
    {
        Random random = world.Random;
        Address nonce = pool[random.Next(pool.Count)];
        Address[] nonces = [.. pool.Where(address => world[address].Data.Length == 80)];
        if (nonces.Length > 0 && random.Next(5) > 0)
            nonce = nonces[random.Next(nonces.Length)];
        Address authority = random.Next(3) > 0 ? nonce : pool[random.Next(pool.Count)];
        AccountMeta hashes = AccountMeta.Readonly(random.Next(10) == 0 ? SysvarIds.Clock : SysvarIds.RecentBlockhashes);
        AccountMeta rent = AccountMeta.Readonly(random.Next(10) == 0 ? SysvarIds.Clock : SysvarIds.Rent);
        return random.Next(6) switch
        {
            0 or 1 => new Bytes().UInt32(6).Key(authority).Build(ProgramIds.System, AccountMeta.Writable(nonce), hashes, rent),
            2 => new Bytes().UInt32(4).Build(ProgramIds.System, AccountMeta.Writable(nonce), hashes, Signer(authority)),
            3 => new Bytes().UInt32(5).UInt64(Amount(world, nonce)).Build(
                ProgramIds.System, AccountMeta.Writable(nonce), AccountMeta.Writable(pool[0]), hashes, rent, Signer(authority)),
            4 => new Bytes().UInt32(7).Key(pool[random.Next(pool.Count)]).Build(
                ProgramIds.System, AccountMeta.Writable(nonce), Signer(authority)),
            _ => new Bytes().UInt32(12).Build(ProgramIds.System, AccountMeta.Writable(nonce)),
        };
    }

    private static AccountMeta Signer(Address address) => AccountMeta.WritableSigner(address);

    private static Address Owner(World world, List<Address> pool) => world.Random.Next(6) switch
    {
        0 or 1 => ProgramIds.System,
        2 => ProgramIds.Token,
        3 => ProgramIds.Memo,
        4 => pool[world.Random.Next(pool.Count)],
        _ => SysvarIds.Owner,
    };

    private static ulong Amount(World world, Address from)
    {
        ulong lamports = world[from].Lamports;
        return world.Random.Next(8) switch
        {
            0 => lamports,
            1 => lamports + 1,
            2 => 0,
            3 => ulong.MaxValue - (ulong)world.Random.Next(3),
            4 => lamports > 1_000_000 ? lamports - 1_000_000 : lamports / 2,
            _ => (ulong)world.Random.Next(3_000_000),
        };
    }

    private static ulong Lamports(World world) => world.Random.Next(6) switch
    {
        0 => 0,
        1 => (ulong)world.Random.Next(1_000_000),
        2 => 100 * World.Sol,
        _ => (ulong)world.Random.Next(900_000, 4_000_000),
    };

    private static ulong Space(World world) => world.Random.Next(8) switch
    {
        0 => 0,
        1 => 80,
        2 => 10 * 1024 * 1024,
        3 => (10 * 1024 * 1024) + 1,
        4 => ulong.MaxValue,
        _ => (ulong)world.Random.Next(300),
    };

    private static string Seed(World world) => world.Random.Next(8) switch
    {
        0 => "",
        1 => new string('x', 32),
        2 => new string('x', 33),
        3 => "äöü€",
        _ => $"seed{world.Random.Next(4)}",
    };

    private static Address Derive(Address basis, string seed, Address owner) => new(
        System.Security.Cryptography.SHA256.HashData([.. basis.Span, .. Encoding.UTF8.GetBytes(seed), .. owner.Span]));
}
