using Velox.Cryptography;
using Velox.Primitives;

namespace Velox.Svm.Tests;

/// <summary>Mutates instructions: data bytes, lengths, accounts and their flags.</summary>
/// <param name="random">The source of all choices.</param>
/// <param name="pool">Accounts that may take the place of others.</param>
/// <param name="signers">Keys that the fuzzer may sign with.</param>
internal sealed class InstructionFuzz(Random random, Address[] pool, Keypair[] signers)
{
    internal Instruction Mutate(Instruction template)
    {
        byte[] data = template.Data.ToArray();
        List<AccountMeta> accounts = [.. template.Accounts.Span];
        for (int count = random.Next(4); count > 0; count--)
        {
            switch (random.Next(6))
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
                default:
                    accounts.Insert(random.Next(accounts.Count + 1), RandomMeta());
                    break;
            }
        }

        return new Instruction(template.ProgramId, accounts.Select(CanSign).ToArray(), data);
    }

    /// <summary>The fuzzer's keys that the instruction needs.</summary>
    internal Keypair[] SignersOf(Instruction instruction) => [.. signers.Where(pair =>
        instruction.Accounts.ToArray().Any(account => account.IsSigner && account.Address == pair.PublicKey))];

    private byte RandomByte() => random.Next(3) switch
    {
        0 => 0,
        1 => 0xFF,
        _ => (byte)random.Next(256),
    };

    private AccountMeta RandomMeta() => new(pool[random.Next(pool.Length)], random.Next(2) == 0, random.Next(3) > 0);

    private AccountMeta CanSign(AccountMeta account) =>
        account with { IsSigner = account.IsSigner && signers.Any(pair => pair.PublicKey == account.Address) };
}
