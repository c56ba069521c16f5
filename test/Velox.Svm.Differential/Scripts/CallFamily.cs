using Velox.Cryptography;
using Velox.Primitives;

namespace Velox.Svm.Differential;

/// <summary>
/// Cross-program invocations: system transfers and creations, the script program calling itself and another, deep and wrong; with
/// right and wrong privileges, seeds, account infos, lengths; and accounts changed around calls.
/// </summary>
/// <param name="name">As the command line calls it.</param>
/// <param name="abis">The script program, a scenario one.</param>
/// <param name="peer">LiteSVM's features.</param>
public sealed class CallFamily(string name, IReadOnlyList<ScriptAbi> abis, PeerOptions peer) : IFamily
{
    public string Name => name;

    public PeerOptions Peer => peer;

    public Comparison Comparison => Comparison.Exact;

    public void Fill(World world)
    {
        var scripts = new ScriptWorld(world, abis[world.Random.Next(abis.Count)]);
        var call = new CallScenario(scripts);
        for (int count = world.Random.Next(20, 40); count > 0; count--)
            call.Send();
    }
}

/// <summary>One scenario's accounts and calls.</summary>
internal sealed class CallScenario
{
    private readonly ScriptWorld _world;
    private readonly Address _derived;
    private readonly byte[] _bump;
    private readonly Address _fresh;
    private bool _isClean;

    internal CallScenario(ScriptWorld world)
    {
        _world = world;
        _derived = ProgramDerivedAddress.Find([[(byte)'v']], world.Programs[0], out byte bump);
        _bump = [bump];
        world.World.Set(_derived, AccountState.Wallet(World.Sol));
        _fresh = world.World.NewKey();
    }

    private Random Random => _world.Random;

    /// <summary>The accounts of the outer instruction: script, inner scripts, wallets, derived address, programs.</summary>
    private AccountMeta[] Accounts() =>
    [
        new(_world.Scripts[0], false, _isClean || Random.Next(12) > 0),
        new(_world.Scripts[1], false, _isClean || Random.Next(6) > 0),
        new(_world.Scripts[2], false, _isClean || Random.Next(3) > 0),
        AccountMeta.Writable(_derived),
        new(_world.Payer, true, true),
        new(_world.Other, _isClean || Random.Next(4) > 0, _isClean || Random.Next(4) > 0),
        new(_fresh, _isClean || Random.Next(2) == 0, true),
        AccountMeta.Writable(_world.Foreign),
        AccountMeta.Readonly(ProgramIds.System),
        AccountMeta.Readonly(_world.Programs[0]),
        AccountMeta.Readonly(_world.Programs[1]),
    ];

    internal void Send()
    {
        // Half of the transactions break no rule on purpose, so that they get far.
        _isClean = Random.Next(2) == 0;
        AccountMeta[] accounts = Accounts();
        if (Random.Next(6) == 0)
            accounts = [.. accounts, accounts[Random.Next(accounts.Length)]];
        // What the called scripts do is written first: the layout needs their lengths.
        Address[] inner = [_world.Scripts[1], _world.Scripts[2]];
        WriteInner(inner[1], [inner[1], _world.Payer], depth: 2);
        WriteInner(inner[0], [inner[0], inner[1], _world.Payer, _derived, ProgramIds.System, _world.Programs[0], _world.Programs[1]], depth: 1);
        WriteScript(_world.Scripts[0], accounts, Random.Next(1, 4), withCalls: true);
        var before = new List<Instruction>();
        if (Random.Next(8) == 0)
            before.Add(ComputeBudgetInstructions.SetComputeUnitLimit((uint)Random.Next(40_000)));
        _world.Run(accounts, new byte[Random.Next(20)], [.. before]);
    }

    private void WriteInner(Address script, Address[] accounts, int depth) => WriteScript(
        script, [.. accounts.Select(address => new AccountMeta(address, false, true))], Random.Next(1, 3), withCalls: depth == 1);

    /// <summary>A script's own length decides where the accounts behind it lie: it is built until it is stable.</summary>
    private void WriteScript(Address address, AccountMeta[] accounts, int operations, bool withCalls)
    {
        Address[] order = [.. accounts.Select(account => account.Address)];
        int seed = Random.Next();
        bool isClean = _isClean;
        int length = 0;
        for (int round = 0; round < 3; round++)
        {
            var layout = new InputLayout(order, other => other == address ? length : _world.World[other].Data.Length, _world.Abi.IsAligned);
            var script = new ScriptBuilder();
            var writer = new CallWriter(new Random(seed), isClean, _world, script, layout, accounts, _derived, _bump, _fresh);
            for (int i = 0; i < operations; i++)
                writer.Add(withCalls);
            byte[] data = script.Build(_world.Abi.ScriptAddress, ScriptWorld.ResultBytes);
            if (data.Length != length)
            {
                length = data.Length;
                continue;
            }

            break;
        }

        var final = new ScriptBuilder();
        var finalLayout = new InputLayout(order, other => other == address ? length : _world.World[other].Data.Length, _world.Abi.IsAligned);
        var finalWriter = new CallWriter(new Random(seed), isClean, _world, final, finalLayout, accounts, _derived, _bump, _fresh);
        for (int i = 0; i < operations; i++)
            finalWriter.Add(withCalls);
        _world.SetScript(address, final);
        _world.World.Note = $"{final} | {_world.World.Note}";
    }
}
