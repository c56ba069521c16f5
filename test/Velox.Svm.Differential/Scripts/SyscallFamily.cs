using Velox.Primitives;

namespace Velox.Svm.Differential;

/// <summary>Every syscall but calls of programs, with good arguments and bad ones, several in a script.</summary>
/// <param name="name">As the command line calls it.</param>
/// <param name="group">Which syscalls.</param>
/// <param name="file">The script program.</param>
/// <param name="peer">LiteSVM's features.</param>
public sealed class SyscallFamily(string name, SyscallGroup group, byte[] file, PeerOptions peer) : IFamily
{
    public string Name => name;

    public Comparison Comparison => Comparison.Exact;

    public PeerOptions Peer => peer;

    public void Fill(World world)
    {
        var scripts = new ScriptWorld(world, file);
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
        ];
        var builder = new ScriptBuilder();
        var calls = new SyscallCalls(random, builder, [.. world.Programs, script, world.Payer]);
        int operations = random.Next(1, 8);
        for (int i = 0; i < operations; i++)
            calls.AddRandom(group);
        if (random.Next(4) == 0)
            builder.Add("ret", ScriptFlags.None, ReturnCode(random));
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

    /// <summary>Custom codes, codes of builtin errors (in the upper half), codes of neither.</summary>
    private static ulong ReturnCode(Random random) => random.Next(4) switch
    {
        0 => (ulong)random.Next(300),
        1 => (ulong)random.Next(40) << 32,
        2 => ulong.MaxValue,
        _ => (ulong)random.NextInt64(),
    };
}
