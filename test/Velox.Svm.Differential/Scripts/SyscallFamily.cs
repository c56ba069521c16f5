using Velox.Primitives;

namespace Velox.Svm.Differential;

/// <summary>Every syscall but calls of programs, with good arguments and bad ones, several in a script.</summary>
/// <param name="name">As the command line calls it.</param>
/// <param name="group">Which syscalls.</param>
/// <param name="abis">The script program, a scenario one.</param>
/// <param name="peer">LiteSVM's features.</param>
public sealed class SyscallFamily(string name, SyscallGroup group, IReadOnlyList<ScriptAbi> abis, PeerOptions peer) : IFamily
{
    public string Name => name;

    public Comparison Comparison => Comparison.Exact;

    public PeerOptions Peer => peer;

    public void Fill(World world)
    {
        var scripts = new ScriptWorld(world, abis[world.Random.Next(abis.Count)]);
        for (int count = world.Random.Next(20, 40); count > 0; count--)
            Send(scripts);
    }

    private void Send(ScriptWorld world)
    {
        Random random = world.Random;
        Address script = world.Scripts[0];
        AccountMeta[] accounts = [
            AccountMeta.Writable(script), AccountMeta.Writable(world.Scripts[1]), AccountMeta.Readonly(world.Foreign),
            AccountMeta.WritableSigner(world.Payer), AccountMeta.Readonly(SysvarIds.Rent),
            AccountMeta.Readonly(SysvarIds.Instructions),
        ];
        // The script's own length decides where the accounts behind it lie: it is made until it is stable.
        int seed = random.Next();
        int length = 0;
        ScriptBuilder builder = Make(world, seed, accounts, length);
        for (int round = 0; round < 3 && world.SetScript(script, builder) != length; round++)
        {
            length = world.World[script].Data.Length;
            builder = Make(world, seed, accounts, length);
        }

        world.SetScript(script, builder);
        world.World.Note = builder.ToString();

        var before = new List<Instruction>();
        if (random.Next(6) == 0)
            before.Add(ComputeBudgetInstructions.SetComputeUnitLimit((uint)random.Next(20_000)));
        if (random.Next(10) == 0)
            before.Add(ComputeBudgetInstructions.RequestHeapFrame(64 * 1024));
        byte[] data = new byte[random.Next(40)];
        random.NextBytes(data);
        world.Run(accounts, data, [.. before]);
    }

    private ScriptBuilder Make(ScriptWorld world, int seed, AccountMeta[] accounts, int length)
    {
        var random = new Random(seed);
        var builder = new ScriptBuilder();
        var calls = new SyscallCalls(random, builder, [.. world.Programs, world.Scripts[0], world.Payer], world.Abi);
        if (random.Next(4) == 0)
        {
            // The instructions sysvar is the last account: nobody asks for its length.
            Address[] order = [.. accounts.Select(account => account.Address)];
            var layout = new InputLayout(
                order, address => address == world.Scripts[0] ? length : world.World[address].Data.Length, world.Abi.IsAligned);
            builder.Add("sol_log_data", ScriptFlags.None, builder.Place(layout.Data(accounts.Length - 1), 150), 1);
        }

        int operations = random.Next(1, 8);
        for (int i = 0; i < operations; i++)
            calls.AddRandom(group);
        if (random.Next(4) == 0)
            builder.Add("ret", ScriptFlags.None, ReturnCode(random));
        return builder;
    }

    /// <summary>Custom codes, codes of builtin errors (in the upper half), codes of neither.</summary>
    private static ulong ReturnCode(Random random) => random.Next(4) switch
    {
        0 => (ulong)random.Next(300),
        1 => (ulong)random.Next(40) << 32,
        2 => ulong.MaxValue,
        _ => (ulong)random.NextInt64(),
    };
}
