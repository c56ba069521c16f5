using Velox.Primitives;

namespace Velox.Svm.Differential;

/// <summary>Adds calls, and changes of accounts, to a script.</summary>
internal sealed class CallWriter(
    Random random, ScriptWorld world, ScriptBuilder script, InputLayout layout, AccountMeta[] accounts, Address derived, byte[] bump,
    Address fresh)
{
    private readonly CallBuilder _calls = new(script, layout, accounts);

    internal void Add(bool withCalls)
    {
        switch (random.Next(withCalls ? 10 : 4))
        {
            case 0:
                ChangeData();
                break;
            case 1:
                MoveLamports();
                break;
            case 2:
                ChangeLengthOrOwner();
                break;
            case 3:
                script.Add(random.Next(2) == 0 ? "sol_get_stack_height" : "sol_log_compute_units_", ScriptFlags.Say);
                if (random.Next(2) == 0)
                    script.Add("sol_set_return_data", ScriptFlags.Say, script.Place([1, 2, 3]), (ulong)random.Next(4));
                break;
            default:
                Call();
                break;
        }

        if (random.Next(6) == 0)
            script.Add("sol_get_return_data", ScriptFlags.Say, script.Reserve(32), 32, script.Reserve(32));
        if (random.Next(8) == 0)
        {
            script.Add("sol_get_processed_sibling_instruction", ScriptFlags.Say,
                (ulong)random.Next(2), script.Place(1UL, 1UL), script.Reserve(32), script.Reserve(64), script.Reserve(64));
        }
    }

    private void ChangeData()
    {
        int account = random.Next(layout.Count);
        ulong length = layout.Length(account);
        // Behind the script's operations, mostly: within it the program would change what it is about to do.
        ulong offset = length > 200 ? length - (ulong)random.Next(8, 150) : (ulong)random.Next(12);
        script.Add("store", ScriptFlags.Say, layout.Data(account) + offset, (ulong)random.NextInt64());
    }

    private void MoveLamports()
    {
        int from = random.Next(layout.Count);
        int to = random.Next(layout.Count);
        ulong amount = (ulong)random.Next(2_000);
        script.Add("store", ScriptFlags.None, layout.Lamports(from), world.World[accounts[from].Address].Lamports - amount);
        if (random.Next(5) > 0)
            script.Add("store", ScriptFlags.None, layout.Lamports(to), world.World[accounts[to].Address].Lamports + amount);
    }

    private void ChangeLengthOrOwner()
    {
        int account = random.Next(layout.Count);
        switch (random.Next(4))
        {
            case 0:
                ulong length = layout.Length(account) + (ulong)random.Next(10_300);
                script.Add("store", ScriptFlags.None, layout.LengthField(account), random.Next(8) == 0 ? ulong.MaxValue : length);
                break;
            case 1:
                script.Add("store", ScriptFlags.None, layout.LengthField(account), layout.Length(account) / 2);
                break;
            case 2:
                script.Add("sol_memcpy_", ScriptFlags.None, layout.Owner(account), script.Place(world.Programs[random.Next(2)].Span), 32);
                break;
            default:
                script.Add("store", ScriptFlags.None, layout.Key(account), 1);
                break;
        }
    }

    private void Call()
    {
        Instruction instruction = Callee();
        bool isRust = random.Next(2) == 0;
        ulong callee = isRust ? _calls.InstructionInRust(instruction) : _calls.InstructionInC(instruction);
        List<int> chosen = [.. Enumerable.Range(0, layout.Count)];
        if (random.Next(10) == 0)
            chosen.RemoveAt(random.Next(chosen.Count));
        byte[] infos = isRust ? _calls.InfosInRust(chosen) : _calls.InfosInC(chosen);
        for (int i = random.Next(12) == 0 ? random.Next(1, 3) : 0; i > 0; i--)
            infos[random.Next(infos.Length)] = (byte)random.Next(256);
        int size = isRust ? 48 : 56;
        ulong count = (ulong)(infos.Length / size);
        if (random.Next(25) == 0)
            count = (ulong)random.Next(300);
        List<byte[][]> signers = Signers();
        ulong seeds = _calls.Seeds(signers);
        ulong signerCount = random.Next(30) == 0 ? (ulong)random.Next(20) : (ulong)signers.Count;
        ulong infosAt = random.Next(30) == 0 ? ScriptProgram.ScriptAddress : script.Place(infos.AsSpan());
        if (random.Next(30) == 0)
            infosAt += 1;
        ScriptFlags flags = random.Next(2) == 0 ? ScriptFlags.Say : ScriptFlags.Say | ScriptFlags.Check;
        script.Add(isRust ? "sol_invoke_signed_rust" : "sol_invoke_signed_c", flags, callee, infosAt, count, seeds, signerCount);
    }

    private List<byte[][]> Signers() => random.Next(5) switch
    {
        0 => [],
        1 => [[[(byte)'x'], bump]],
        2 => [[Enumerable.Repeat((byte)1, random.Next(30, 36)).ToArray()]],
        3 => [[.. Enumerable.Repeat(new byte[] { 7 }, random.Next(14, 19))]],
        _ => [[[(byte)'v'], bump]],
    };

    private Instruction Callee()
    {
        Address payer = world.Payer;
        Address other = accounts[random.Next(accounts.Length)].Address;
        bool fromDerived = random.Next(2) == 0;
        Address from = fromDerived ? derived : payer;
        switch (random.Next(9))
        {
            case 0 or 1:
                return SystemInstructions.Transfer(from, other, (ulong)random.Next(3_000));
            case 2:
                return SystemInstructions.CreateAccount(from, fresh, 2_000_000, (ulong)random.Next(80), world.Programs[random.Next(2)]);
            case 3:
                return new Bytes().Raw(random, random.Next(20)).Build(accounts[random.Next(accounts.Length)].Address, RandomMetas());
            case 4:
                return new Bytes().UInt32((uint)random.Next(14)).Raw(random, 52).Build(ProgramIds.System, RandomMetas());
            case 5:
                return new Bytes().Byte(1).Build(world.Programs[0], Metas(world.Scripts[1]));
            case 6:
                return new Bytes().Byte(2).Build(world.Programs[random.Next(2)], Metas(world.Scripts[2], payer));
            default:
                Address program = world.Programs[random.Next(5) == 0 ? 0 : 1];
                return new Bytes().Byte(3).Build(
                    program, Metas(world.Scripts[1], world.Scripts[2], payer, derived, ProgramIds.System, world.Programs[0], world.Programs[1]));
        }
    }

    private AccountMeta[] Metas(params Address[] addresses) => [.. addresses.Select(address =>
    {
        AccountMeta held = accounts.FirstOrDefault(account => account.Address == address);
        return random.Next(12) == 0
            ? new AccountMeta(address, random.Next(2) == 0, random.Next(2) == 0)
            : new AccountMeta(address, held.IsSigner, held.IsWritable);
    })];

    private AccountMeta[] RandomMetas() => [.. Enumerable.Range(0, random.Next(5)).Select(_ =>
        Metas(random.Next(15) == 0 ? SysvarIds.Clock : accounts[random.Next(accounts.Length)].Address)[0])];
}
