using Velox.Primitives;

namespace Velox.Svm.Differential;

/// <summary>Transactions of version 1: what a configuration grants, and what of it is refused.</summary>
public sealed class Version1Family : IFamily
{
    public string Name => "v1";

    public Comparison Comparison => Comparison.Exact;

    public void Fill(World world)
    {
        Random random = world.Random;
        Address payer = world.NewWallet(1_000 * World.Sol);
        Address poor = world.NewWallet(900_000);
        for (int count = random.Next(20, 40); count > 0; count--)
        {
            var instructions = new List<Instruction>();
            for (int length = random.Next(1, 5); length > 0; length--)
            {
                instructions.Add(random.Next(3) switch
                {
                    0 => SystemInstructions.Transfer(payer, random.Next(2) == 0 ? poor : world.NewStranger(), (ulong)random.Next(2_000_000)),
                    1 => new Bytes().Raw(random, random.Next(300)).Build(ProgramIds.Memo, AccountMeta.ReadonlySigner(payer)),
                    _ => new Bytes().Byte((byte)random.Next(5)).Raw(random, random.Next(9)).Build(ProgramIds.ComputeBudget),
                });
            }

            var config = new TransactionConfig
            {
                UnitLimit = Maybe<uint>(random, [0u, 150, 300, 1_000, 200_000, 1_400_000, uint.MaxValue]),
                PriorityFee = Maybe<ulong>(random, [0ul, 1, 5_000, 1_000_000, ulong.MaxValue]),
                // Not near what a transaction loads: LiteSVM does not count as Agave does.
                LoadedDataLimit = random.Next(6) == 0 ? Maybe<uint>(random, [0u, 1]) : 10_000_000,
                HeapBytes = Maybe<uint>(random, [32u * 1024, 64 * 1024, 256 * 1024]),
            };
            world.Send(random.Next(8) == 0 ? poor : payer, instructions, TransactionVersion.Version1, null, config);
        }
    }

    private static T? Maybe<T>(Random random, T[] values)
        where T : struct => random.Next(4) == 0 ? null : values[random.Next(values.Length)];
}
