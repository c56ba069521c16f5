using Velox.Primitives;

namespace Velox.Svm.Differential;

/// <summary>Random data and accounts to every program, and to accounts that are none.</summary>
/// <param name="name">As the command line calls it.</param>
/// <param name="programs">The programs.</param>
public sealed class JunkFamily(string name, IReadOnlyList<Address> programs) : IFamily
{
    public string Name => name;

    public Comparison Comparison => Comparison.Exact;

    public void Fill(World world)
    {
        Random random = world.Random;
        Address payer = world.NewWallet();
        List<Address> pool = [payer, world.NewWallet(), world.NewStranger(), SysvarIds.Rent, SysvarIds.Clock, .. programs];
        foreach (Address program in programs)
        {
            Address owned = world.NewKey();
            byte[] data = new byte[random.Next(400)];
            if (random.Next(2) == 0)
                random.NextBytes(data);
            world.Set(owned, new AccountState(Rent.MinimumBalance(data.Length), program, false, data));
            pool.Add(owned);
        }

        for (int count = random.Next(20, 40); count > 0; count--)
        {
            var instructions = new List<Instruction>();
            for (int length = random.Next(1, 4); length > 0; length--)
                instructions.Add(Make(world, pool));
            world.Send(payer, instructions);
        }
    }

    private Instruction Make(World world, List<Address> pool)
    {
        Random random = world.Random;
        Address program = random.Next(12) == 0 ? pool[random.Next(1, pool.Count)] : programs[random.Next(programs.Count)];
        AccountMeta[] accounts = [.. Enumerable.Range(0, random.Next(8)).Select(_ =>
        {
            Address address = pool[random.Next(pool.Count)];
            return new AccountMeta(address, world.CanSign(address) && random.Next(3) > 0, random.Next(3) > 0);
        })];
        var data = new Bytes();
        if (random.Next(3) > 0)
            data.Byte((byte)random.Next(30));
        if (random.Next(2) == 0)
            data.Byte(0).Byte(0).Byte(0);
        return data.Raw(random, random.Next(random.Next(4) == 0 ? 200 : 48)).Build(program, accounts);
    }
}
