using System.Security.Cryptography;
using System.Text;
using Velox.Primitives;

namespace Velox.Svm.Differential;

/// <summary>The vote program: accounts made, voted with in every form, handed on, withdrawn from; states of all versions.</summary>
public sealed class VoteFamily(string name, PeerOptions peer) : IFamily
{
    private const int Size = 3_762;
    private const int OldSize = 3_731;
    private const int History = 40;
    private const ulong FirstSlot = 447_552_000;

    private static readonly Address Program = ProgramIds.Vote;

    public string Name => name;

    public Comparison Comparison => Comparison.Exact;

    public PeerOptions Peer => peer;

    public void Fill(World world)
    {
        Random random = world.Random;
        Address payer = world.NewWallet(100 * World.Sol);
        Address seeded = world.NewWallet();
        List<Address> authorities = [payer, world.NewWallet(), world.NewKey(), Derived(seeded)];
        List<Address> accounts = [.. Enumerable.Range(0, 6).Select(_ => NewVote(world, authorities))];
        ulong newest = SetHistory(world);
        ulong epoch = (ulong)random.Next(3, 8);
        world.SetClock(new ClockState(newest + 1 + (ulong)random.Next(4), 0, epoch, epoch + 1, 1_700_000_000));
        var fuzz = new InstructionFuzz(world, [.. authorities, seeded, .. accounts, SysvarIds.Clock, SysvarIds.Rent, SysvarIds.SlotHashes]);
        var make = new VoteInstructionMaker(world, authorities, seeded, newest);
        for (int count = random.Next(20, 40); count > 0; count--)
        {
            List<Instruction> instructions = [fuzz.Rarely(make.Next(accounts[random.Next(accounts.Count)]))];
            if (random.Next(4) == 0)
                instructions.Add(fuzz.Rarely(make.Next(accounts[random.Next(accounts.Count)])));
            world.Send(payer, instructions);
        }
    }

    /// <summary>What the seeded authority signs for.</summary>
    internal static Address Derived(Address signer) =>
        new(SHA256.HashData([.. signer.Span, .. Encoding.UTF8.GetBytes(Seed), .. ProgramIds.System.Span]));

    internal const string Seed = "vote";

    internal static Hash256 HashOf(ulong slot) => new(SHA256.HashData(BitConverter.GetBytes(slot)));

    /// <summary>A history with gaps; returns its newest slot.</summary>
    private static ulong SetHistory(World world)
    {
        ulong slot = FirstSlot;
        var entries = new Bytes();
        ulong newest = FirstSlot + (2 * History);
        slot = newest;
        int count = world.Random.Next(20) == 0 ? 0 : History;
        for (int i = 0; i < count; i++)
        {
            entries.UInt64(slot).Blob(HashOf(slot).Span);
            slot -= i % 3 == 2 ? 2ul : 1ul;
        }

        byte[] data = new Bytes().UInt64((ulong)count).Blob(entries.ToArray()).ToArray();
        Array.Resize(ref data, SlotHashes.Size);
        world.Set(SysvarIds.SlotHashes, new AccountState(Rent.MinimumBalance(SlotHashes.Size), SysvarIds.Owner, false, data));
        return newest;
    }

    private static Address NewVote(World world, List<Address> authorities)
    {
        Random random = world.Random;
        Address address = world.NewKey();
        int version = random.Next(8);
        byte[] data = version switch
        {
            0 => [],
            1 => State(world, authorities, 1),
            2 => State(world, authorities, 2),
            _ => State(world, authorities, 3),
        };
        Array.Resize(ref data, version == 1 || random.Next(12) == 0 ? OldSize : Size);
        ulong lamports = Rent.MinimumBalance(random.Next(6) == 0 ? OldSize : Size) + (ulong)random.Next(3);
        world.Set(address, new AccountState(lamports, random.Next(30) == 0 ? ProgramIds.Stake : Program, false, data));
        return address;
    }

    private static byte[] State(World world, List<Address> authorities, uint version)
    {
        Random random = world.Random;
        Address One() => authorities[random.Next(authorities.Count)];
        Bytes data = new Bytes().UInt32(version).Key(One()).Key(One());
        if (version == 3)
            AddHead(random, data.Key(One()).Key(One()).UInt16((ushort)random.Next(12_000)).UInt16(10_000));
        else
            data.Byte((byte)random.Next(256));
        AddVotes(random, data, version);
        int voters = random.Next(8) == 0 ? 0 : random.Next(1, 4);
        data.UInt64((ulong)voters);
        for (int i = 0; i < voters; i++)
            data.UInt64((ulong)random.Next(10)).Key(One());
        if (version < 3)
            data.Blob(new byte[32 * 48]).UInt64(31).Byte(random.Next(20) == 0 ? (byte)2 : (byte)1);
        int credits = random.Next(6) == 0 ? 64 : random.Next(3);
        data.UInt64((ulong)credits);
        for (int i = 0; i < credits; i++)
            data.UInt64((ulong)random.Next(8)).UInt64((ulong)random.Next(50)).UInt64((ulong)random.Next(50));
        return random.Next(4) == 0
            ? data.UInt64(FirstSlot + (ulong)random.Next(90)).UInt64(1_700_000_000).ToArray()
            : data.UInt64(0).UInt64(0).ToArray();
    }

    private static void AddHead(Random random, Bytes data)
    {
        data.UInt64(random.Next(8) == 0 ? 5u : 0u);
        if (random.Next(8) == 0)
            data.Byte(1).Raw(random, 48);
        else
            data.Byte(random.Next(20) == 0 ? (byte)2 : (byte)0);
    }

    private static void AddVotes(Random random, Bytes data, uint version)
    {
        int votes = random.Next(3) switch { 0 => 0, 1 => 31, _ => random.Next(1, 31) };
        data.UInt64((ulong)votes);
        ulong slot = FirstSlot + (ulong)random.Next(30);
        ulong first = slot;
        for (int i = 0; i < votes; i++)
        {
            if (version > 1)
                data.Byte((byte)random.Next(25));
            data.UInt64(slot).UInt32((uint)(votes - i));
            slot += (ulong)random.Next(1, 3);
        }

        if (random.Next(2) == 0)
            data.Byte(0);
        else
            data.Byte(1).UInt64(first - (ulong)random.Next(1, 4));
    }
}
