using System.Diagnostics;
using Velox.Primitives;
using Velox.State;

namespace Velox.Cli;

/// <summary>
/// The account store beside a plain one: a hundredth of its accounts changed and sealed, accounts looked up, bytes an account,
/// and a snapshot that is taken and restored. A tenth of the accounts have 165 bytes of data. Roots are compared.
/// </summary>
internal static class StateBench
{
    private const string Peer = "ConcurrentDictionary, tree over SHA256.HashData";
    private const int DataLength = 165;
    private const int LookupsPerRun = 200_000;
    private const int ForkedAccounts = 10;

    internal static IReadOnlyList<BenchLine> Run(int runs, int accountCount)
    {
        var random = new Random(42);
        Address[] addresses = [.. Enumerable.Range(0, accountCount).Select(_ => RandomAddress(random)).Distinct().Order()];
        (AccountStore store, double bytes) = Weighed(() => CreateStore(addresses), addresses.Length);
        (PlainStore plain, double plainBytes) = Weighed(() => CreatePlain(addresses), addresses.Length);
        var lines = new List<BenchLine> { new("memory of an account", bytes, "bytes", Peer, plainBytes) };

        var lookups = new StateLookups(store, plain, Some(random, addresses, LookupsPerRun));
        Compare("account looked up", "CPU ns", lookups.OneByOne, lookups.Plain);
        Compare($"account looked up, {StateLookups.Group} fetched ahead", "CPU ns", lookups.FetchedAhead, lookups.Plain);

        Address[] chosen = [];
        using var alone = new WorkerTeam(1);
        using var two = new WorkerTeam(2);
        int changes = Math.Max(1, addresses.Length / 100);
        string sealing = $"{changes:N0} of {addresses.Length:N0} accounts changed, sealed";
        Compare($"{sealing}, 1 worker", "CPU ms", () => Seal(alone, ThreadMillis), () => SealPlain(ThreadMillis));
        Compare($"{sealing}, 2 workers", "ms", () => Seal(two, WallMillis), () => SealPlain(WallMillis));

        // Last, as a store that once was frozen looks its accounts up in another way.
        Compare(
            $"snapshot, {ForkedAccounts} accounts changed, sealed, restored", "CPU us",
            () => 1_000 * ThreadMillis(() => GoAndComeBack(store, addresses)), () => 1_000 * ThreadMillis(plain.Copy), "dictionary copied, nothing else");
        return lines;

        void Compare(string what, string unit, Func<double> mine, Func<double> theirs, string peer = Peer)
        {
            (double value, double peerValue) = BenchReport.Medians(runs, mine, theirs);
            if (store.Root != plain.Root)
                throw new BenchFailedException("the roots differ");
            lines.Add(new BenchLine(what, value, unit, peer, peerValue));
        }

        // Theirs takes its turn after mine, and changes the same accounts.
        double Seal(WorkerTeam team, Func<Action, double> measure)
        {
            chosen = Some(random, addresses, changes);
            foreach (Address address in chosen)
                Change(store, address);
            return measure(() => store.Seal(team));
        }

        double SealPlain(Func<Action, double> measure)
        {
            List<PlainAccount> changed = [.. chosen.Select(plain.Change)];
            return measure(() => plain.Seal(changed));
        }
    }

    private static void GoAndComeBack(AccountStore store, Address[] addresses)
    {
        StateSnapshot snapshot = store.TakeSnapshot();
        for (int i = 0; i < ForkedAccounts; i++)
            Change(store, addresses[(int)(i * 7_919L % addresses.Length)]);
        store.Seal();
        store.Restore(snapshot);
    }

    private static void Change(AccountStore store, Address address)
    {
        Account account = store.Find(address)!;
        account.Lamports++;
        if (account.DataLength > 0)
            account.Data.Write(0, 1)[0]++;
        store.MarkChanged(account);
    }

    private static AccountStore CreateStore(Address[] addresses)
    {
        var store = new AccountStore();
        for (int i = 0; i < addresses.Length; i++)
        {
            Account account = store.GetOrCreate(addresses[i]);
            account.Lamports = (ulong)i + 1;
            if (i % 10 == 0)
                account.Data.Resize(DataLength);
            store.MarkChanged(account);
        }

        store.Seal();
        return store;
    }

    private static PlainStore CreatePlain(Address[] addresses) => new(addresses.Select(
        (address, i) => new PlainAccount(address, (ulong)i + 1, i % 10 == 0 ? new byte[DataLength] : [])));

    private static (T Made, double BytesEach) Weighed<T>(Func<T> make, int count)
    {
        long before = GC.GetTotalMemory(forceFullCollection: true);
        T made = make();
        return (made, (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)count);
    }

    private static Address RandomAddress(Random random)
    {
        Span<byte> bytes = stackalloc byte[Address.Size];
        random.NextBytes(bytes);
        return new Address(bytes);
    }

    /// <summary>Some of the addresses, all different, in no order.</summary>
    private static Address[] Some(Random random, Address[] addresses, int count)
    {
        var some = new HashSet<Address>();
        while (some.Count < Math.Min(count, addresses.Length))
            some.Add(addresses[random.Next(addresses.Length)]);
        Address[] shuffled = [.. some];
        random.Shuffle(shuffled);
        return shuffled;
    }

    private static double ThreadMillis(Action action)
    {
        long start = ThreadTime.NowNanos;
        action();
        return (ThreadTime.NowNanos - start) / 1e6;
    }

    private static double WallMillis(Action action)
    {
        long start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
