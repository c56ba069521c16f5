using System.Text;
using Velox.Primitives;

namespace Velox.Svm.Differential;

/// <summary>The memo program: good and bad UTF-8, signers and accounts that did not sign, several in a transaction.</summary>
/// <param name="name">As the command line calls it.</param>
/// <param name="peer">Whose program ours is.</param>
/// <param name="comparison">What must be equal.</param>
public sealed class MemoFamily(string name, PeerOptions peer, Comparison comparison) : IFamily
{
    public string Name => name;

    public Comparison Comparison => comparison;

    public PeerOptions Peer => peer;

    public void Fill(World world)
    {
        Random random = world.Random;
        Address payer = world.NewWallet();
        List<Address> pool = [payer, world.NewWallet(), world.NewKey(), world.NewStranger(), SysvarIds.Rent];
        var fuzz = new InstructionFuzz(world, pool);
        for (int count = random.Next(15, 40); count > 0; count--)
        {
            var instructions = new List<Instruction>();
            for (int length = random.Next(1, 4); length > 0; length--)
            {
                AccountMeta[] accounts = [.. Enumerable.Range(0, random.Next(4)).Select(_ =>
                    new AccountMeta(pool[random.Next(pool.Count)], random.Next(5) > 0, random.Next(2) == 0))];
                instructions.Add(fuzz.Rarely(new Instruction(ProgramIds.Memo, accounts, Text(random))));
            }

            world.Send(payer, instructions);
        }
    }

    private static byte[] Text(Random random)
    {
        byte[] bytes = new byte[random.Next(60)];
        random.NextBytes(bytes);
        return random.Next(8) switch
        {
            0 => bytes,
            1 => [],
            2 => [0xC3],
            3 => [0xED, 0xA0, 0x80],
            4 => Encoding.UTF8.GetBytes("äöü € 𝄞 \0 \n\t\"' \u200B\u0301"),
            5 => Encoding.UTF8.GetBytes(new string('m', random.Next(700))),
            _ => Encoding.UTF8.GetBytes($"memo {random.Next()}"),
        };
    }
}
