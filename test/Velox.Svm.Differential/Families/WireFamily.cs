using Velox.Primitives;

namespace Velox.Svm.Differential;

/// <summary>Messages that decode and may not be sane: headers, indexes, repeated keys, many keys, instructions, signatures.</summary>
public sealed class WireFamily : IFamily
{
    public string Name => "wire";

    public Comparison Comparison => Comparison.Exact;

    public PeerOptions Peer => new() { CheckSignatures = true };

    public void Fill(World world)
    {
        Random random = world.Random;
        Address payer = world.NewWallet();
        Address second = world.NewWallet();
        List<Address> pool = [second, world.NewKey(), world.NewStranger(), SysvarIds.Clock, ProgramIds.System, ProgramIds.Memo];
        for (int count = random.Next(20, 60); count > 0; count--)
        {
            var raw = new RawTransaction { Blockhash = world.Blockhash };
            if (random.Next(3) == 0)
                raw.Version = (byte)(random.Next(20) == 0 ? 1 + random.Next(126) : 0);
            raw.Keys.Add(random.Next(15) == 0 ? pool[random.Next(pool.Count)] : payer);
            AddKeys(world, raw, pool);
            AddInstructions(random, raw);
            Disturb(random, raw);
            byte[] bytes = raw.Sign(world);
            if (IsDecodable(raw) && bytes.Length <= WireLimits.MaxTransactionBytes)
                world.SendBytes(bytes, []);
        }
    }

    private static void AddKeys(World world, RawTransaction raw, List<Address> pool)
    {
        Random random = world.Random;
        if (random.Next(3) == 0)
        {
            raw.RequiredSignatures = 2;
            raw.Keys.Add(pool[0]);
            raw.ReadonlySigned = (byte)random.Next(2);
        }

        for (int more = random.Next(random.Next(6) == 0 ? 34 : 4); more > 0; more--)
            raw.Keys.Add(random.Next(20) == 0 ? pool[random.Next(pool.Count)] : world.NewStranger());
        int programs = random.Next(1, 3);
        raw.Keys.Add(ProgramIds.System);
        if (programs == 2)
            raw.Keys.Add(ProgramIds.ComputeBudget);
        raw.ReadonlyUnsigned = (byte)programs;
    }

    private static void AddInstructions(Random random, RawTransaction raw)
    {
        int system = raw.Keys.IndexOf(ProgramIds.System);
        int many = random.Next(12) == 0 ? random.Next(WireLimits.MaxInstructions - 2) : random.Next(4);
        for (; many > 0; many--)
        {
            byte to = (byte)random.Next(raw.Keys.Count);
            raw.Instructions.Add(new RawInstruction(
                (byte)(random.Next(12) == 0 ? random.Next(raw.Keys.Count) : system), [0, to],
                new Bytes().UInt32(2).UInt64((ulong)random.Next(2) * 1_000_000).ToArray()));
        }

        if (random.Next(20) == 0)
            raw.Instructions.Add(new RawInstruction((byte)system, new byte[random.Next(WireLimits.MaxInstructionAccounts)], []));
    }

    private static void Disturb(Random random, RawTransaction raw)
    {
        switch (random.Next(16))
        {
            case 0:
                raw.RequiredSignatures = (byte)random.Next(5);
                break;
            case 1:
                raw.ReadonlySigned = (byte)random.Next(4);
                break;
            case 2:
                raw.ReadonlyUnsigned = (byte)random.Next(40);
                break;
            case 3:
                raw.SignatureCount = random.Next(4);
                break;
            case 4:
                raw.Instructions.Add(new RawInstruction((byte)random.Next(256), [(byte)random.Next(256)], [1, 2]));
                break;
            case 5:
                raw.Keys.Add(raw.Keys[random.Next(raw.Keys.Count)]);
                break;
            case 6 when raw.Version == 0:
                raw.Lookups.Add(new RawLookup(raw.Keys[^1], random.Next(2) == 0 ? [] : [0], random.Next(2) == 0 ? [] : [1]));
                break;
            default:
                break;
        }
    }

    // Other versions are no message for LiteSVM's decoder, which ends its process. Size, and the numbers of
    // instructions and of their accounts, are looked at by nobody there.
    private static bool IsDecodable(RawTransaction raw) => raw.Version is null or 0;
}
