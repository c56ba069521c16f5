using Velox.Primitives;
using Velox.Svm.Differential;

namespace Velox.Svm.Tests;

/// <summary>
/// The scenarios of <see cref="FamilyFlow"/> with damage: half of the transactions mutated, and among them calls of random and broken
/// program files with random accounts. Signatures need not fit, so that what is mutated reaches every stage.
/// </summary>
internal static class FuzzFlow
{
    private const int Programs = 24;
    private const int CallsPerBlock = 40;

    internal static Flow Make(int seed)
    {
        var random = new Random(seed);
        Flow valid = FamilyFlow.Make(seed, scenarios: 1);
        Address[] programs = [.. Enumerable.Range(0, Programs).Select(number => TestKeys.Stranger(40_000 + number))];
        Address[] wallets = [.. Enumerable.Range(0, 8).Select(number => TestKeys.Stranger(41_000 + number))];
        Address[] owned = [.. programs.Select((_, number) => TestKeys.Stranger(42_000 + number))];
        Address[] addresses =
        [
            .. valid.Blocks.SelectMany(block => block.Accounts).Select(account => account.Address).Distinct(),
            .. programs, .. wallets, .. owned, ProgramIds.System, ProgramIds.Token, ProgramIds.BpfLoaderUpgradeable, SysvarIds.Clock, TestBank.Faucet.PublicKey,
        ];
        var calls = new FuzzCalls(random, valid.NewBank(1).Bank.LastHash, programs, wallets, [.. wallets, .. owned, .. addresses]);
        var mutation = new TransactionMutation(random, addresses);
        List<FlowBlock> blocks = [];
        for (int number = 0; number < valid.Blocks.Count; number++)
        {
            List<(Address, AccountState)> accounts = [.. valid.Blocks[number].Accounts];
            if (number % 8 == 0)
                accounts.AddRange(NewAccounts(random, programs, wallets, owned));
            List<byte[]> transactions = [.. valid.Blocks[number].Transactions.Select(
                transaction => random.Next(2) == 0 ? transaction : mutation.Mutate(transaction))];
            for (int count = CallsPerBlock; count > 0; count--)
            {
                byte[] call = calls.Next();
                transactions.Insert(random.Next(transactions.Count + 1), random.Next(5) == 0 ? mutation.Mutate(call) : call);
            }

            blocks.Add(new FlowBlock(accounts, [.. transactions]));
        }

        return new Flow($"fuzz, seed {seed}", FamilyFlow.NewBank, blocks) { ChecksSignatures = false };
    }

    private static IEnumerable<(Address, AccountState)> NewAccounts(Random random, Address[] programs, Address[] wallets, Address[] owned)
    {
        foreach (Address wallet in wallets)
            yield return (wallet, AccountState.Wallet(random.Next(5) == 0 ? (ulong)random.Next(20_000) : 5 * World.Sol));
        for (int i = 0; i < programs.Length; i++)
        {
            byte[] file = RandomElf.Next(random);
            Address loader = random.Next(6) == 0 ? ProgramIds.BpfLoaderDeprecated : ProgramIds.BpfLoader;
            yield return (programs[i], new AccountState(Rent.MinimumBalance(file.Length), loader, true, file));
            byte[] data = new byte[random.Next(300)];
            random.NextBytes(data);
            yield return (owned[i], new AccountState(Rent.MinimumBalance(data.Length) + (ulong)random.Next(1_000), programs[i], false, data));
        }
    }
}

/// <summary>Calls of programs with random accounts and data, unsigned.</summary>
internal sealed class FuzzCalls(Random random, Hash256 blockhash, Address[] programs, Address[] wallets, Address[] accounts)
{
    private ulong _salt;

    internal byte[] Next()
    {
        while (true)
        {
            var builder = new TransactionBuilder(wallets[random.Next(wallets.Length)]) { RecentBlockhash = blockhash };
            builder.Add(ComputeBudgetInstructions.SetComputeUnitPrice(_salt++));
            if (random.Next(3) == 0)
                builder.Add(ComputeBudgetInstructions.SetComputeUnitLimit((uint)random.Next(1_400_000)));
            for (int count = random.Next(1, 3); count > 0; count--)
                builder.Add(Call());
            try
            {
                CompiledMessage message = builder.CompileMessage();
                return message.Serialize(new Signature[message.Signers.Count]);
            }
            catch (InvalidOperationException)
            {
                // It does not fit a transaction: another one.
            }
        }
    }

    private Instruction Call()
    {
        byte[] data = new byte[random.Next(40)];
        random.NextBytes(data);
        int program = random.Next(programs.Length);
        AccountMeta[] metas = [.. Enumerable.Range(0, random.Next(7)).Select(_ => new AccountMeta(
            accounts[random.Next(random.Next(3) == 0 ? accounts.Length : wallets.Length + programs.Length)], random.Next(3) == 0, random.Next(4) > 0))];
        return new Instruction(programs[program], metas, data);
    }
}
