using System.Diagnostics;
using System.Runtime;
using Velox.Primitives;
using Velox.State;

namespace Velox.Svm.Differential;

/// <summary>CPU time of this repository's six stages for a transaction, kind by kind, on the programs that LiteSVM has.</summary>
/// <remarks>From bytes to the commit, one worker, in batches of 64; blocks and their roots are outside of the clock.</remarks>
/// <param name="peer">Gives the programs' files.</param>
/// <param name="count">Transactions of one measurement.</param>
internal sealed class VeloxBench(LiteSvmPeer peer, int count)
{
    private const int BatchSize = 64;
    private const int WarmUps = 1_500;

    // So many that .NET compiles in a round are no burst any more.
    private const int FewMethods = 3;
    private const int QuietRounds = 2;

    // Twice what .NET waits before it compiles again what is called often.
    private static readonly TimeSpan QuietTime = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan WarmUpRound = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestWarmUp = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan LongestCompilation = TimeSpan.FromSeconds(10);

    private readonly BenchTransactions _transactions = new();

    /// <summary>
    /// Runs transactions until .NET has compiled what they use: in the background, in steps some hundred milliseconds apart. LiteSVM was
    /// compiled before it came here.
    /// </summary>
    internal void WarmUp(string kind)
    {
        byte[][] signed = [];
        long start = Stopwatch.GetTimestamp();
        for (int quietRounds = 0; quietRounds < QuietRounds && Stopwatch.GetElapsedTime(start) < LongestWarmUp;)
        {
            long compiledBefore = JitInfo.GetCompiledMethodCount();
            long roundStart = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(roundStart) < WarmUpRound)
            {
                Bank bank = Create(kind);
                if (signed.Length == 0)
                    signed = Sign(bank, kind, WarmUps);
                bank.BeginBlock(unixTimestamp: 0);
                Run(bank, kind, signed);
                bank.EndBlock();
            }

            quietRounds = JitInfo.GetCompiledMethodCount() > compiledBefore + FewMethods ? 0 : quietRounds + 1;
        }
    }

    /// <summary>Microseconds of CPU time, user and system, for one transaction; all must succeed.</summary>
    internal double Measure(string kind)
    {
        Bank bank = Create(kind);
        byte[][] signed = Sign(bank, kind, WarmUps + count);
        bank.BeginBlock(unixTimestamp: 0);
        // LiteSVM compiles a program when it is put there, and was compiled itself before; here first calls have both done, in the background.
        int failed = Run(bank, kind, signed[..WarmUps]);
        AwaitCompilers();
        GC.Collect(); // what signing has left is not the transactions' to pay
        TimeSpan before = Process.GetCurrentProcess().TotalProcessorTime;
        failed += Run(bank, kind, signed[WarmUps..]);
        double micros = (Process.GetCurrentProcess().TotalProcessorTime - before).TotalMicroseconds;
        bank.EndBlock();
        return failed == 0
            ? micros / count
            : throw new InvalidOperationException($"{kind}: {failed} of {count} transactions failed.");
    }

    /// <summary>Waits for what has been left to compilers in the background, so that it does not count as the transactions' time.</summary>
    private static void AwaitCompilers()
    {
        if (!SpinWait.SpinUntil(() => ProgramEnvironment.Compiler.IsIdle, LongestCompilation))
            throw new InvalidOperationException($"The compiler was not done within {LongestCompilation.TotalSeconds} s.");

        // .NET says how much it has compiled, but not whether it is about to: it begins when a while long no new method was called.
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < LongestCompilation)
        {
            long compiled = JitInfo.GetCompiledMethodCount();
            if (!SpinWait.SpinUntil(() => JitInfo.GetCompiledMethodCount() != compiled, QuietTime))
                return;
        }
    }

    private byte[][] Sign(Bank bank, string kind, int transactions) =>
        [.. Enumerable.Range(0, transactions).Select(i => _transactions.Sign(kind, i, bank.LastHash))];

    private static int Run(Bank bank, string kind, byte[][] signed)
    {
        int failed = 0;
        InFlightTransaction[] pool = Array.ConvertAll(new int[BatchSize], _ => new InFlightTransaction([]));
        foreach (byte[][] batch in signed.Chunk(BatchSize))
        {
            ArraySegment<InFlightTransaction> transactions = new(pool, 0, batch.Length);
            for (int i = 0; i < batch.Length; i++)
                pool[i].Reset(batch[i]);
            if (kind == BenchTransactions.CheckedTransfer)
                bank.Verify(transactions);
            else
                bank.Decode(transactions);
            bank.Execute(transactions);
            foreach (InFlightTransaction sent in transactions)
                failed += sent.IsRecorded && !sent.Error.IsError ? 0 : 1;
        }

        return failed;
    }

    private Bank Create(string kind)
    {
        var genesis = new Genesis(1_700_000_000, _transactions.Payer.PublicKey, Genesis.DefaultFaucetLamports, BenchTransactions.Named(200));
        var bank = new Bank(genesis, NativePrograms.CreateRegistry());
        foreach ((Address address, AccountState state) in _transactions.Accounts)
            Set(bank, address, state);
        if (kind is BenchTransactions.SplToken or BenchTransactions.PToken)
            Set(bank, ProgramIds.Token, new AccountState(World.Sol, ProgramIds.BpfLoader, true, TokenFile(kind)));

        // One block, so that programs and accounts are those of an earlier slot.
        bank.BeginBlock(unixTimestamp: 0);
        bank.EndBlock();
        return bank;
    }

    private byte[] TokenFile(string kind)
    {
        var options = new PeerOptions { FeaturesOff = kind == BenchTransactions.SplToken ? [TokenFamily.PTokenFeature] : [] };
        peer.Exchange(PeerRequest.Create(options));
        AccountState program = new PeerAnswer(peer.Exchange(PeerRequest.GetAccount(ProgramIds.Token))).Account();
        if (program.Owner != ProgramIds.BpfLoaderUpgradeable)
            return program.Data;
        AccountState code = new PeerAnswer(
            peer.Exchange(PeerRequest.GetAccount(LoaderState.ProgramDataAddress(ProgramIds.Token)))).Account();
        return code.Data[LoaderState.ProgramDataHeadSize..];
    }

    private static void Set(Bank bank, Address address, AccountState state)
    {
        Account account = bank.Accounts.GetOrCreate(address);
        account.Lamports = state.Lamports;
        account.Owner = state.Owner;
        account.Executable = state.Executable;
        account.Data.Resize(state.Data.Length);
        state.Data.CopyTo(account.Data.Write(0, state.Data.Length));
        bank.Accounts.MarkChanged(account);
    }
}
