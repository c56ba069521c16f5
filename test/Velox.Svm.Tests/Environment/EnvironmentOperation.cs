using Velox.Cryptography;
using Velox.Primitives;
using static Velox.Svm.Tests.EnvironmentPrograms;

namespace Velox.Svm.Tests;

/// <summary>Something done to an environment, a function of three numbers and the environment: it can be done again in another.</summary>
internal sealed record EnvironmentOperation(int Kind, int First, int Second)
{
    private const int Keys = 6;
    private const int Kinds = 14;

    private static readonly Keypair[] Pairs = [.. Enumerable.Range(0, Keys).Select(i => TestKeys.Pair(7_600 + i))];

    internal static SvmEnvironment NewEnvironment(int workers)
    {
        var environment = new SvmEnvironment(new SvmOptions { Workers = workers, BlockhashMaxAge = 3 });
        environment.AddProgram(CounterId, Counter(limit: 5));
        for (int i = 0; i < Keys; i++)
        {
            environment.Airdrop(Pairs[i].PublicKey, SvmEnvironment.LamportsPerSol);
            environment.SetAccount(CounterOf(i), new SvmAccount(Rent.MinimumBalance(8), CounterId, new byte[8]));
        }

        return environment;
    }

    internal static EnvironmentOperation Next(Random random) => new(random.Next(Kinds), random.Next(Keys), random.Next(1_000));

    /// <summary>Does it; what came of it, as text.</summary>
    internal string Run(SvmEnvironment environment)
    {
        Keypair payer = Pairs[First];
        Address other = Pairs[Second % Keys].PublicKey;
        switch (Kind)
        {
            case 0:
                environment.Airdrop(other, (ulong)Second);
                return "airdrop";
            case 1:
                environment.SetAccount(CounterOf(First), new SvmAccount(Rent.MinimumBalance(8), CounterId, new byte[8]));
                return "reset";
            case 2:
                environment.AdvanceSlot((ulong)(Second % 4) + 1);
                return "slot";
            case 3:
                environment.ExpireBlockhash();
                return "expire";
            case 4:
                environment.WarpToTimestamp(Second);
                return "time";
            case 5:
                environment.AddProgram(CounterId, Counter((ulong)(Second % 3) + 3), (ProgramLoader)(Second % 3));
                return "program";
            case 6:
                environment.SetAccount(TestKeys.Stranger(Second), new SvmAccount((ulong)(Second % 3), CounterId, new byte[Second]));
                return "account";
            case 7:
                return environment.Simulate(Count(CounterOf(Second % Keys)), payer).ToString();
            case 8:
                byte[][] batch =
                [
                    .. Enumerable.Range(0, 5).Select(i => environment.Sign(
                        [SystemInstructions.Transfer(Pairs[(First + i) % Keys].PublicKey, other, (ulong)(Second + i))], Pairs[(First + i) % Keys])),
                ];
                return string.Join('\n', environment.SendAll(batch));
            case 9 or 10:
                return environment.Send(
                    SystemInstructions.Transfer(payer.PublicKey, Second % 2 == 0 ? other : TestKeys.Stranger(Second), (ulong)Second * 2_000), payer).ToString();
            default:
                return environment.Send([Count(CounterOf(Second % Keys)), Count(CounterOf(First))], payer).ToString();
        }
    }

    private static Address CounterOf(int index) => TestKeys.Stranger(7_700 + index);
}
