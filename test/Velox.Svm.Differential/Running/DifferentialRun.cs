using System.Diagnostics;
using Velox.Primitives;

namespace Velox.Svm.Differential;

/// <summary>Runs one family's scenarios through both runtimes until enough transactions were compared.</summary>
/// <param name="installation">Where the peer is.</param>
/// <param name="newRuntime">Makes our runtime, in the state in which a new peer is.</param>
public sealed class DifferentialRun(LiteSvmInstallation installation, Func<LiteSvmPeer, PeerOptions, Hash256, IRuntime> newRuntime)
{
    /// <summary>Transactions after which both runtimes are made anew, so that their memory stays bounded.</summary>
    private const int TransactionsPerEnvironment = 20_000;

    /// <summary>Transactions that go to the peer at once.</summary>
    private const int TransactionsPerExchange = 1_000;

    private readonly Stopwatch _ourTime = new();
    private FamilyResult _result = null!;
    private LiteSvmPeer _peer = null!;
    private IRuntime _runtime = null!;
    private int _inEnvironment;

    /// <summary>Count what LiteSVM does, compare nothing.</summary>
    public bool IsPeerAlone { get; init; }

    /// <summary>Receives what LiteSVM says of every step; null for silence.</summary>
    public TextWriter? Trace { get; init; }

    /// <param name="family">What to do.</param>
    /// <param name="seed">From which all scenarios are made.</param>
    /// <param name="transactions">At least so many, whole scenarios.</param>
    /// <param name="firstScenario">Where to begin, to see one scenario again.</param>
    public FamilyResult Run(IFamily family, int seed, int transactions, int firstScenario = 0)
    {
        _result = new FamilyResult(family.Name, seed);
        _ourTime.Reset();
        _peer = LiteSvmPeer.Start(installation);
        try
        {
            int sent = 0;
            for (int scenario = firstScenario; sent < transactions;)
            {
                if (_runtime is null || _inEnvironment >= TransactionsPerEnvironment || sent == 0)
                    NewEnvironment(family);
                List<(int Scenario, World World)> worlds = Fill(family, seed, ref scenario, transactions - sent);
                sent += worlds.Sum(world => world.World.TransactionCount);
                Compare(family, worlds);
            }

            _result.TheirTime += _peer.CpuTime;
            _result.OurTime = _ourTime.Elapsed;
            return _result;
        }
        finally
        {
            _peer.Dispose();
        }
    }

    private void NewEnvironment(IFamily family)
    {
        Hash256 blockhash = Hash256.Parse(new PeerAnswer(_peer.Exchange(PeerRequest.Create(family.Peer))).Text());
        _runtime = newRuntime(_peer, family.Peer, blockhash);
        _inEnvironment = 0;
    }

    private List<(int Scenario, World World)> Fill(IFamily family, int seed, ref int scenario, int wanted)
    {
        var worlds = new List<(int Scenario, World World)>();
        for (int filled = 0; filled < Math.Min(wanted, TransactionsPerExchange); scenario++)
        {
            var world = new World(_runtime, $"{seed}/{family.Name}/{scenario}", family.Comparison);
            _ourTime.Start();
            family.Fill(world);
            _ourTime.Stop();
            worlds.Add((scenario, world));
            filled += world.TransactionCount;
        }

        _inEnvironment += worlds.Sum(world => world.World.TransactionCount);
        return worlds;
    }

    private void Compare(IFamily family, List<(int Scenario, World World)> worlds)
    {
        PeerRequest[] requests = [.. worlds.SelectMany(world => world.World.Steps).Select(step => step.Request)];
        byte[][] answers;
        try
        {
            answers = _peer.Exchange(requests);
        }
        catch (PeerEndedException ended)
        {
            FindCrash(family, worlds, ended);
            return;
        }

        int next = 0;
        foreach ((int scenario, World world) in worlds)
        {
            CompareScenario(scenario, world, answers.AsSpan(next, world.Steps.Count));
            next += world.Steps.Count;
        }
    }

    /// <summary>The peer ends its process on what its binding cannot take: each scenario is given to a new one alone.</summary>
    private void FindCrash(IFamily family, List<(int Scenario, World World)> worlds, PeerEndedException ended)
    {
        if (worlds.Count == 1)
        {
            Restart(family);
            _result.Add(new Difference(worlds[0].Scenario, -1, [], [$"the peer ended: {ended.Message}"], "", null, null));
            return;
        }

        // Each scenario once more, on both sides from the beginning.
        foreach ((int scenario, _) in worlds)
        {
            Restart(family);
            int again = scenario;
            Compare(family, Fill(family, _result.Seed, ref again, 1));
        }
    }

    private void Restart(IFamily family)
    {
        _peer.Dispose();
        _peer = LiteSvmPeer.Start(installation);
        NewEnvironment(family);
    }

    private void CompareScenario(int scenario, World world, ReadOnlySpan<byte[]> answers)
    {
        for (int i = 0; i < world.Steps.Count; i++)
        {
            if (world.Steps[i] is SetAccountStep set && new PeerAnswer(answers[i]).Text() is { Length: > 0 } refusal)
                throw new InvalidOperationException($"Scenario {scenario}: LiteSVM does not take account {set.Address}: {refusal}");
            if (world.Steps[i] is not SendStep send)
                continue;
            Outcome theirs = new PeerAnswer(answers[i]).Outcome(send.Watched.Length);
            _result.Count(theirs);
            Trace?.WriteLine($"{scenario} step {i}: {(theirs.Error.Length > 0 ? theirs.Error : "ok")}\n    {string.Join("\n    ", theirs.Logs)}");
            List<string> found = IsPeerAlone ? [] : OutcomeComparer.Compare(send, theirs);
            if (found.Count == 0)
                continue;
            if (KnownDifferences.Explain(send, theirs) is { } reason)
            {
                _result.Explain(reason);
                continue;
            }

            // What follows would differ for the same reason.
            _result.Skip(world.Steps.Skip(i + 1).OfType<SendStep>().Count());
            _result.Add(new Difference(scenario, i, send.Transaction, found, send.Note, send.Ours, theirs));
            return;
        }
    }
}
