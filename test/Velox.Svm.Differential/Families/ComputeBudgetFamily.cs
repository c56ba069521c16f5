using Velox.Primitives;

namespace Velox.Svm.Differential;

/// <summary>Compute budget instructions, good, bad and repeated; fees, and who may pay them.</summary>
public sealed class ComputeBudgetFamily : IFamily
{
    public string Name => "budget";

    public Comparison Comparison => Comparison.Exact;

    public void Fill(World world)
    {
        Random random = world.Random;
        Address rich = world.NewWallet(1_000 * World.Sol);
        Address poor = world.NewWallet(900_000);
        Address tiny = world.NewWallet(4_000);
        Address absent = world.NewKey();
        Address owned = world.NewKey();
        world.Set(owned, new AccountState(World.Sol, ProgramIds.Memo, false, []));
        Address nonce = NonceAccount(world, 2_000_000);
        Address data = world.NewKey();
        world.Set(data, new AccountState(World.Sol, ProgramIds.System, false, [1, 2, 3]));
        Address[] payers = [rich, rich, rich, rich, rich, rich, poor, tiny, absent, owned, nonce, data];
        for (int count = random.Next(20, 50); count > 0; count--)
        {
            Address payer = payers[random.Next(payers.Length)];
            var instructions = new List<Instruction>();
            for (int length = random.Next(0, 5); length > 0; length--)
                instructions.Add(random.Next(3) == 0 ? Transfer(world, rich, payers) : Budget(random));
            if (random.Next(3) > 0)
                instructions.Add(Transfer(world, rich, payers));
            TransactionVersion version = random.Next(3) == 0 ? TransactionVersion.Version0 : TransactionVersion.Legacy;
            world.Send(payer, instructions, version);
        }
    }

    private static Address NonceAccount(World world, ulong lamports)
    {
        Address address = world.NewKey();
        byte[] state = [1, 0, 0, 0, 1, 0, 0, 0, .. address.Span, .. new byte[32], .. BitConverter.GetBytes(5_000UL)];
        world.Set(address, new AccountState(lamports, ProgramIds.System, false, state));
        return address;
    }

    private static Instruction Transfer(World world, Address rich, Address[] payers) => SystemInstructions.Transfer(
        rich, world.Random.Next(4) == 0 ? world.NewStranger() : payers[world.Random.Next(payers.Length)],
        (ulong)world.Random.Next(2) * (ulong)world.Random.Next(2_000_000));

    private static Instruction Budget(Random random)
    {
        Bytes data = new();
        switch (random.Next(12))
        {
            case 0 or 1 or 2:
                uint[] limits = [0, 1, 149, 150, 151, 300, 450, 1_000, 200_000, 1_400_000, 1_400_001, uint.MaxValue];
                data.Byte(2).UInt32(limits[random.Next(limits.Length)]);
                break;
            case 3 or 4 or 5:
                ulong[] prices = [0, 1, 1_000, 1_000_000, 12_345_678, ulong.MaxValue];
                data.Byte(3).UInt64(prices[random.Next(prices.Length)]);
                break;
            case 6 or 7:
                uint[] heaps = [0, 1, 32 * 1024, 33 * 1024, 32 * 1024 + 1, 256 * 1024, 257 * 1024, uint.MaxValue];
                data.Byte(1).UInt32(heaps[random.Next(heaps.Length)]);
                break;
            case 8 or 9:
                // Not near what a transaction loads: LiteSVM does not count as Agave does.
                uint[] sizes = [0, 1, 10_000_000, 64 * 1024 * 1024, uint.MaxValue];
                data.Byte(4).UInt32(sizes[random.Next(sizes.Length)]);
                break;
            case 10:
                data.Byte((byte)random.Next(6)).Raw(random, random.Next(12));
                break;
            default:
                data.Raw(random, random.Next(4));
                break;
        }

        if (random.Next(12) == 0)
            data.Raw(random, random.Next(3));
        AccountMeta[] accounts = random.Next(10) == 0 ? [AccountMeta.Readonly(SysvarIds.Rent)] : [];
        return data.Build(ProgramIds.ComputeBudget, accounts);
    }
}
