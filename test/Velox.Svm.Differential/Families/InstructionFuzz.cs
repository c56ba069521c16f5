using Velox.Primitives;

namespace Velox.Svm.Differential;

/// <summary>Mutates instructions: data bytes, lengths, accounts and their flags.</summary>
/// <param name="world">Whose random numbers and keys.</param>
/// <param name="pool">Accounts that may take the place of others.</param>
public sealed class InstructionFuzz(World world, List<Address> pool)
{
    /// <summary>Every fourth instruction is mutated. No account signs that cannot.</summary>
    public Instruction Sometimes(Instruction instruction) =>
        world.Random.Next(4) == 0 ? Mutate(instruction) : Build(instruction.ProgramId, instruction.Accounts.Span, instruction.Data);

    /// <summary>As <see cref="Sometimes"/>, for every tenth.</summary>
    public Instruction Rarely(Instruction instruction) =>
        world.Random.Next(10) == 0 ? Mutate(instruction) : Build(instruction.ProgramId, instruction.Accounts.Span, instruction.Data);

    /// <summary>An account of the pool that can sign.</summary>
    public Address Signer()
    {
        while (true)
        {
            Address address = pool[world.Random.Next(pool.Count)];
            if (world.CanSign(address))
                return address;
        }
    }

    private Instruction Mutate(Instruction template)
    {
        Random random = world.Random;
        byte[] data = template.Data.ToArray();
        List<AccountMeta> accounts = [.. template.Accounts.Span];
        for (int count = random.Next(1, 3); count > 0; count--)
        {
            switch (random.Next(7))
            {
                case 0 or 1 when data.Length > 0:
                    data[random.Next(data.Length)] = RandomByte();
                    break;
                case 2:
                    data = random.Next(2) == 0 ? data[..random.Next(data.Length + 1)] : [.. data, RandomByte()];
                    break;
                case 3 when accounts.Count > 0:
                    accounts[random.Next(accounts.Count)] = RandomMeta();
                    break;
                case 4 when accounts.Count > 0:
                    accounts.RemoveAt(random.Next(accounts.Count));
                    break;
                case 5 when accounts.Count > 0:
                    int at = random.Next(accounts.Count);
                    accounts[at] = accounts[at] with { IsSigner = random.Next(2) == 0, IsWritable = random.Next(2) == 0 };
                    break;
                default:
                    accounts.Insert(random.Next(accounts.Count + 1), RandomMeta());
                    break;
            }
        }

        return Build(template.ProgramId, accounts.ToArray(), data);
    }

    private Instruction Build(Address program, ReadOnlySpan<AccountMeta> accounts, ReadOnlyMemory<byte> data)
    {
        AccountMeta[] signable = accounts.ToArray();
        for (int i = 0; i < signable.Length; i++)
        {
            if (!world.CanSign(signable[i].Address))
                signable[i] = signable[i] with { IsSigner = false };
        }

        return new Instruction(program, signable, data);
    }

    private byte RandomByte() => world.Random.Next(3) switch
    {
        0 => 0,
        1 => 0xFF,
        _ => (byte)world.Random.Next(256),
    };

    private AccountMeta RandomMeta() =>
        new(pool[world.Random.Next(pool.Count)], world.Random.Next(2) == 0, world.Random.Next(3) > 0);
}
