using Velox.Primitives;
using Velox.State;
using Velox.Svm.Differential;

namespace Velox.Svm.Tests;

/// <summary>
/// The random scenarios of the comparison with LiteSVM, many side by side on one bank: each has accounts of its own, so that the steps
/// of all can share blocks. Among them are program files that call each other, misuse syscalls, and attack accounts.
/// </summary>
internal static class FamilyFlow
{
    /// <summary>Need program files that are part of LiteSVM.</summary>
    private static readonly string[] OfFiles = ["token", "p-token", "token-2022", "ata", "memo"];

    /// <summary>Loaders: who owns a program file.</summary>
    private static readonly Address[] FileOwners = [ProgramIds.BpfLoader, ProgramIds.BpfLoaderDeprecated, ProgramIds.BpfLoaderUpgradeable];

    internal static TestBank NewBank(int workers) => new(workers, NativePrograms.CreateRegistry());

    /// <summary>All that needs no files; tokens by the program in C#.</summary>
    /// <param name="seed">From which all scenarios are made.</param>
    /// <param name="scenarios">Of each family.</param>
    internal static Flow Make(int seed, int scenarios) => Make(
        $"families, seed {seed}", [.. FamilyCatalog.All.Where(family => family.Name != "token-2022")], NewBank, seed, scenarios);

    /// <summary>SPL Token, Token-2022, associated token and memo by their real files.</summary>
    /// <param name="installation">Where the files are.</param>
    /// <param name="seed">From which all scenarios are made.</param>
    /// <param name="scenarios">Of each family.</param>
    internal static Flow MakeOfFiles(LiteSvmInstallation installation, int seed, int scenarios)
    {
        GenesisAdditions files = ReadFiles(installation);
        return Make(
            $"files, seed {seed}", [.. FamilyCatalog.All.Where(family => OfFiles.Contains(family.Name))],
            workers => new TestBank(workers, NativePrograms.CreateRegistry(), files), seed, scenarios);
    }

    private static GenesisAdditions ReadFiles(LiteSvmInstallation installation)
    {
        using var peer = LiteSvmPeer.Start(installation);
        peer.Exchange(PeerRequest.Create(new PeerOptions()));
        return new GenesisAdditions(
            new Differential.PeerState(peer).Accounts.Where(account => FileOwners.Contains(account.Value.Owner)).Select(account => new GenesisAccount(
                account.Key, account.Value.Lamports, account.Value.Owner, account.Value.Executable, account.Value.Data)),
            []);
    }

    private static Flow Make(string name, IFamily[] families, Func<int, TestBank> newBank, int seed, int scenarios)
    {
        var worlds = new List<World>();
        foreach (IFamily family in families)
        {
            for (int i = 0; i < scenarios; i++)
            {
                var world = new World(new BankRuntime(newBank(1)), $"{seed}/{family.Name}/{i}", Comparison.None);
                family.Fill(world);
                worlds.Add(world);
            }
        }

        return new Flow(name, newBank, [.. Join([.. worlds.Select(Split)])]);
    }

    /// <summary>Puts an account there between blocks, as a whole.</summary>
    internal static void Set(Bank bank, Address address, AccountState state)
    {
        Account account = bank.Accounts.GetOrCreate(address);
        account.Lamports = state.Lamports;
        account.Owner = state.Owner;
        account.Executable = state.Executable;
        account.Data.Resize(0);
        account.Data.Resize(state.Data.Length);
        state.Data.CopyTo(account.Data.Write(0, state.Data.Length));
        account.Attachment = null;
        bank.Accounts.MarkChanged(account);
    }

    /// <summary>A scenario's steps as blocks: a new one begins where accounts are put there after transactions.</summary>
    private static List<FlowBlock> Split(World world)
    {
        var blocks = new List<FlowBlock>();
        var accounts = new List<(Address, AccountState)>();
        var transactions = new List<byte[]>();
        foreach (Step step in world.Steps)
        {
            if (step is SendStep send)
                transactions.Add(send.Transaction);
            if (step is not SetAccountStep set)
                continue;
            if (transactions.Count > 0)
                End();
            accounts.Add((set.Address, set.Account));
        }

        End();
        return blocks;

        void End()
        {
            blocks.Add(new FlowBlock([.. accounts], [.. transactions]));
            accounts.Clear();
            transactions.Clear();
        }
    }

    /// <summary>The first blocks of all scenarios are one block, the second ones too; transactions of one alternate with those of the others.</summary>
    private static IEnumerable<FlowBlock> Join(List<FlowBlock>[] scenarios)
    {
        for (int i = 0; i < scenarios.Max(blocks => blocks.Count); i++)
        {
            FlowBlock[] parts = [.. scenarios.Where(blocks => i < blocks.Count).Select(blocks => blocks[i])];
            var transactions = new List<byte[]>();
            for (int at = 0; at < parts.Max(part => part.Transactions.Length); at++)
                transactions.AddRange(parts.Where(part => at < part.Transactions.Length).Select(part => part.Transactions[at]));
            yield return new FlowBlock([.. parts.SelectMany(part => part.Accounts)], [.. transactions]);
        }
    }

    /// <summary>Runs what a scenario has so far, so that it meets accounts that suit it. All in the first slot, whose blockhash all name.</summary>
    private sealed class BankRuntime(TestBank bank) : IRuntime
    {
        public Hash256 Blockhash { get; } = bank.Bank.LastHash;

        public void SetAccount(Address address, AccountState account) => Set(bank.Bank, address, account);

        /// <summary>Scenarios of the loader take the memo program's file, which is not there without LiteSVM: it is another one.</summary>
        public AccountState GetAccount(Address address) => address == ProgramIds.Memo
            ? new AccountState(1, ProgramIds.BpfLoader, true, ScriptAbi.Mainnet[0].File)
            : Find(address);

        private AccountState Find(Address address) => bank.Bank.Accounts.Find(address) is { Exists: true } account
            ? new AccountState(account.Lamports, account.Owner, account.Executable, account.Data.Bytes.ToArray())
            : AccountState.Absent;

        public void SetClock(ClockState clock)
        {
        }

        public Outcome Send(byte[] transaction, Address[] watched)
        {
            SendResult result = bank.SendBytes(transaction);
            return new Outcome(
                result.Error.IsError ? $"{result.Error}" : "", 0, [], default, [], [], Array.ConvertAll(watched, GetAccount));
        }
    }
}
