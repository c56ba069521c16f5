using Velox.Cryptography;
using Velox.Primitives;
using Xunit;
using static Velox.Svm.Tests.TestBank;

namespace Velox.Svm.Tests;

public sealed class SystemFuzzTests
{
    [Theory]
    [InlineData(21)]
    [InlineData(22)]
    public void Mutated_instructions_never_fault_and_change_nothing_on_error(int seed)
    {
        var random = new Random(seed);
        var bank = new TestBank();
        Keypair payer = bank.NewFunded();
        Keypair[] keys = [.. Enumerable.Range(0, 40).Select(i => i < 30 ? bank.NewFunded(Sol) : bank.NewKey())];
        Address[] pool =
        [
            .. keys.Select(key => key.PublicKey), TestKeys.Stranger(1), ProgramIds.System, SysvarIds.Rent,
            bank.Identity,
            ProgramDerivedAddress.CreateWithSeed(keys[0].PublicKey, "seed", ProgramIds.System),
        ];
        var fuzz = new InstructionFuzz(random, pool, keys);
        int failed = 0;
        bank.OpenBlock();
        for (int i = 0; i < 2_500; i++)
        {
            Instruction mutant = fuzz.Mutate(Template(random, keys, pool));
            AccountImage before = AccountImage.Of(bank.Bank, pool);
            UInt128 lamports = Total(bank, pool);

            InFlightTransaction sent = bank.SendIntoOpenBlock(bank.Sign([mutant], [payer, .. fuzz.SignersOf(mutant)]));

            string where = $"seed {seed}, mutant {i}";
            Assert.NotEqual(InstructionErrorKind.ProgramFailedToComplete, sent.Record?.Error.Instruction.Kind);
            if (sent.Record is null or { Error.IsError: true })
            {
                failed++;
                Assert.True(
                    before.Equals(AccountImage.Of(bank.Bank, pool)),
                    $"{where}: {sent.Record?.Error} changed something");
            }

            Assert.True(lamports == Total(bank, pool), $"{where}: lamports were made or lost");
        }

        Assert.InRange(failed, 500, 2_400);
    }

    private static Instruction Template(Random random, Keypair[] keys, Address[] pool)
    {
        Address first = keys[random.Next(keys.Length)].PublicKey;
        Address second = pool[random.Next(pool.Length)];
        Address owner = random.Next(10) > 0 ? ProgramIds.System : TestKeys.Stranger(9);
        ulong lamports = random.Next(4) == 0 ? (ulong)random.NextInt64() : (ulong)random.NextInt64((long)(Sol / 4));
        ulong space = (ulong)(random.Next(8) == 0 ? random.Next() : random.Next(100));
        return random.Next(6) switch
        {
            0 => SystemInstructions.CreateAccount(first, second, lamports, space, owner),
            1 => SystemInstructions.Assign(first, owner),
            2 => SystemInstructions.Allocate(first, space),
            3 => SystemInstructions.CreateAccountWithSeed(
                first, pool[^1], keys[0].PublicKey, random.Next(2) == 0 ? "seed" : "", lamports, space, owner),
            _ => SystemInstructions.Transfer(first, second, lamports),
        };
    }

    private static UInt128 Total(TestBank bank, Address[] pool) =>
        pool.Aggregate((UInt128)0, (sum, address) => sum + bank.Balance(address));
}
