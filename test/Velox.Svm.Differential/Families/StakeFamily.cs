using Velox.Primitives;

namespace Velox.Svm.Differential;

/// <summary>The stake program: accounts initialised, delegated, split, merged, withdrawn, given away.</summary>
public sealed class StakeFamily : IFamily
{
    private const int Size = 200;

    private static readonly Address Program = ProgramIds.Stake;

    public string Name => "stake";

    public Comparison Comparison => Comparison.Exact;

    public void Fill(World world)
    {
        Random random = world.Random;
        Address payer = world.NewWallet(100 * World.Sol);
        List<Address> authorities = [payer, world.NewWallet(), world.NewKey()];
        List<Address> votes = [NewVote(world, authorities[0]), NewVote(world, authorities[1])];
        List<Address> stakes = [.. Enumerable.Range(0, 7).Select(_ => NewStake(world, authorities, votes))];
        world.SetClock(new ClockState(447_552_001, 0, (ulong)random.Next(3, 8), 9, 1_700_000_000));
        var fuzz = new InstructionFuzz(world, [.. authorities, .. votes, .. stakes, SysvarIds.Clock, SysvarIds.Rent]);
        for (int count = random.Next(20, 40); count > 0; count--)
        {
            List<Instruction> instructions = [fuzz.Rarely(Make(world, authorities, votes, stakes))];
            if (random.Next(4) == 0)
                instructions.Add(fuzz.Rarely(Make(world, authorities, votes, stakes)));
            world.Send(payer, instructions);
        }
    }

    private static Address NewStake(World world, List<Address> authorities, List<Address> votes)
    {
        Random random = world.Random;
        Address address = world.NewKey();
        uint kind = (uint)random.Next(3);
        var data = new Bytes().UInt32(kind);
        if (kind > 0)
        {
            data.UInt64(Rent.MinimumBalance(Size)).Key(authorities[random.Next(3)]).Key(authorities[random.Next(3)]);
            bool isLocked = random.Next(4) == 0;
            data.UInt64(isLocked ? 1_800_000_000u : 0).UInt64(isLocked ? 20u : 0).Key(isLocked ? authorities[2] : default);
        }

        if (kind == 2)
        {
            ulong deactivation = random.Next(3) == 0 ? (ulong)random.Next(8) : ulong.MaxValue;
            data.Key(votes[random.Next(2)]).UInt64(5 * World.Sol).UInt64((ulong)random.Next(6)).UInt64(deactivation)
                .UInt64(BitConverter.DoubleToUInt64Bits(0.25)).UInt64(0);
        }

        byte[] state = data.ToArray();
        Array.Resize(ref state, Size);
        world.Set(address, new AccountState(Rent.MinimumBalance(Size) + (5 * World.Sol), Program, false, state));
        return address;
    }

    /// <summary>A vote account without votes (version 2 of three), of its usual size.</summary>
    private static Address NewVote(World world, Address authority)
    {
        Address address = world.NewKey();
        Bytes data = new Bytes().UInt32(2).Key(authority).Key(authority).Byte(5).UInt64(0).Byte(0)
            .UInt64(1).UInt64(0).Key(authority).Blob(new byte[32 * 48]).UInt64(31).Byte(1).UInt64(0).UInt64(0).UInt64(0);
        byte[] state = data.ToArray();
        Array.Resize(ref state, 3762);
        world.Set(address, new AccountState(Rent.MinimumBalance(state.Length), ProgramIds.Vote, false, state));
        return address;
    }

    private static Instruction Make(World world, List<Address> authorities, List<Address> votes, List<Address> stakes)
    {
        Random random = world.Random;
        Address stake = stakes[random.Next(stakes.Count)];
        Address other = stakes[random.Next(stakes.Count)];
        AccountMeta clock = AccountMeta.Readonly(SysvarIds.Clock);
        AccountMeta history = AccountMeta.Readonly(SysvarIds.StakeHistory);
        AccountMeta staker = Signer(world, AuthorityOf(world, stake, 12, authorities));
        AccountMeta withdrawer = Signer(world, AuthorityOf(world, stake, 44, authorities));
        Address someone = authorities[random.Next(3)];
        ulong amount = random.Next(4) == 0 ? world[stake].Lamports : (ulong)random.NextInt64((long)(6 * World.Sol));
        switch (random.Next(15))
        {
            case 0:
                return new Bytes().UInt32(0).Key(someone).Key(authorities[random.Next(3)]).UInt64(0).UInt64(0).Key(someone)
                    .Build(Program, AccountMeta.Writable(stake), AccountMeta.Readonly(SysvarIds.Rent));
            case 1:
                uint role = (uint)random.Next(2);
                return new Bytes().UInt32(1).Key(someone).UInt32(role)
                    .Build(Program, AccountMeta.Writable(stake), clock, role == 0 ? staker : withdrawer);
            case 2 or 3:
                return new Bytes().UInt32(2).Build(
                    Program, AccountMeta.Writable(stake), AccountMeta.Readonly(votes[random.Next(2)]), clock, history,
                    AccountMeta.Readonly(ProgramIds.StakeConfig), staker);
            case 4 or 5:
                Address target = random.Next(3) == 0 ? other : Blank(world, stakes);
                return new Bytes().UInt32(3).UInt64(amount).Build(Program, AccountMeta.Writable(stake), AccountMeta.Writable(target), staker);
            case 6 or 7:
                return new Bytes().UInt32(4).UInt64(amount)
                    .Build(Program, AccountMeta.Writable(stake), AccountMeta.Writable(someone), clock, history, withdrawer);
            case 8:
                return new Bytes().UInt32(5).Build(Program, AccountMeta.Writable(stake), clock, staker);
            case 9:
                return new Bytes().UInt32(6).Byte(1).UInt64(1_900_000_000).Byte(0).Byte(0).Build(Program, AccountMeta.Writable(stake), withdrawer);
            case 10:
                return new Bytes().UInt32(7).Build(Program, AccountMeta.Writable(stake), AccountMeta.Writable(other), clock, history, staker);
            case 11:
                return new Bytes().UInt32(9).Build(
                    Program, AccountMeta.Writable(Blank(world, stakes)), AccountMeta.Readonly(SysvarIds.Rent), AccountMeta.Readonly(someone),
                    Signer(world, authorities[random.Next(3)]));
            case 12:
                return new Bytes().UInt32(13).Build(Program);
            case 13:
                return new Bytes().UInt32((uint)(16 + random.Next(2))).UInt64(amount)
                    .Build(Program, AccountMeta.Writable(stake), AccountMeta.Writable(other), staker);
            default:
                return new Bytes().UInt32((uint)random.Next(19)).Raw(random, random.Next(60))
                    .Build(Program, AccountMeta.Writable(stake), clock, withdrawer);
        }
    }

    private static Address Blank(World world, List<Address> stakes)
    {
        Address address = world.NewKey();
        world.Set(address, new AccountState(Rent.MinimumBalance(Size), Program, false, new byte[Size]));
        stakes.Add(address);
        return address;
    }

    private static Address AuthorityOf(World world, Address stake, int at, List<Address> authorities)
    {
        byte[] data = world[stake].Data;
        return data.Length == Size && data[0] > 0 && world.Random.Next(8) > 0
            ? new Address(data.AsSpan(at, 32))
            : authorities[world.Random.Next(3)];
    }

    private static AccountMeta Signer(World world, Address address) => new(address, world.CanSign(address), false);
}
