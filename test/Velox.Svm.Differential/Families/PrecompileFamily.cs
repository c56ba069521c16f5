using Velox.Primitives;

namespace Velox.Svm.Differential;

/// <summary>The precompiles: good signatures, bad ones, headers and offsets that point anywhere.</summary>
public sealed class PrecompileFamily : IFamily
{
    public string Name => "precompiles";

    public Comparison Comparison => Comparison.Exact;

    public void Fill(World world)
    {
        Random random = world.Random;
        Address payer = world.NewWallet();
        var signers = new PrecompileSigners(world);
        for (int count = random.Next(10, 30); count > 0; count--)
        {
            var instructions = new List<Instruction>();
            if (random.Next(4) == 0)
                instructions.Add(SystemInstructions.Transfer(payer, world.NewStranger(), 1_000_000));
            for (int length = random.Next(1, 3); length > 0; length--)
                instructions.Add(Make(random, signers, instructions.Count));
            if (random.Next(3) == 0)
                instructions.Add(new Bytes().Raw(random, 120).Build(ProgramIds.Memo));
            world.Send(payer, instructions);
        }
    }

    private static Instruction Make(Random random, PrecompileSigners signers, int index)
    {
        int count = random.Next(6) == 0 ? random.Next(4) : 1;
        byte[] message = new byte[random.Next(60)];
        random.NextBytes(message);
        (Address program, byte[] data) = random.Next(3) switch
        {
            0 => (ProgramIds.Ed25519Precompile, signers.Ed25519(count, message)),
            1 => (ProgramIds.Secp256k1Precompile, signers.Secp256k1(count, message, (byte)index)),
            _ => (ProgramIds.Secp256r1Precompile, signers.Secp256r1(count, message)),
        };
        if (random.Next(3) > 0)
            return new Instruction(program, ReadOnlyMemory<AccountMeta>.Empty, data);
        for (int changes = random.Next(1, 3); changes > 0; changes--)
        {
            // The header and the offsets more often than the rest.
            int at = random.Next(random.Next(2) == 0 ? Math.Min(16, data.Length) : data.Length);
            data = random.Next(6) switch
            {
                0 => data[..at],
                1 => [.. data, (byte)random.Next(256)],
                2 => data,
                _ => data,
            };
            if (at < data.Length)
                data[at] = random.Next(3) switch { 0 => 0, 1 => 0xFF, _ => (byte)(data[at] + random.Next(-2, 3)) };
            if (data.Length == 0)
                break;
        }

        AccountMeta[] accounts = random.Next(5) == 0 ? [AccountMeta.Readonly(SysvarIds.Rent)] : [];
        return new Instruction(program, accounts, data);
    }
}
