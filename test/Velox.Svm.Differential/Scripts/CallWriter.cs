using Velox.Primitives;

namespace Velox.Svm.Differential;

/// <summary>Adds calls, and changes of accounts, to a script.</summary>
internal sealed class CallWriter(
    Random random, bool isClean, ScriptWorld world, ScriptBuilder script, InputLayout layout, AccountMeta[] accounts, Address derived, byte[] bump,
    Address fresh)
{
    /// <summary>Transfers, a new account, a script that calls nobody, one that does.</summary>
    private static readonly int[] CleanKinds = [0, 1, 2, 5, 6, 7];

    private readonly CallBuilder _calls = new(script, layout, accounts);

    /// <summary>The caller's accounts that the first program owns: the scripts.</summary>
    private readonly int[] _owned = [.. Enumerable.Range(0, accounts.Length).Where(i => world.Scripts.Contains(accounts[i].Address))];

    private bool _isOutermost = accounts.Length > 8;

    internal void Add(bool withCalls)
    {
        AddChange(withCalls);
        _isOutermost = false;
    }

    private void AddChange(bool withCalls)
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
        int account = SomeAccount();
        ulong length = layout.Length(account);
        // Behind the script's operations, mostly: within it the program would change what it is about to do.
        ulong offset = length > 200 ? length - (ulong)random.Next(8, 150) : (ulong)random.Next(12);
        script.Add("store", ScriptFlags.None, layout.Data(account) + offset, (ulong)random.NextInt64());
    }

    private void MoveLamports()
    {
        // Balances in memory are known before anything has run only.
        if (isClean && !_isOutermost)
            return;
        int from = SomeAccount();
        int to = isClean ? 3 : random.Next(layout.Count);
        ulong amount = (ulong)random.Next(2_000);
        script.Add("store", ScriptFlags.None, layout.Lamports(from), world.World[accounts[from].Address].Lamports - amount);
        if (isClean || random.Next(5) > 0)
            script.Add("store", ScriptFlags.None, layout.Lamports(to), world.World[accounts[to].Address].Lamports + amount);
    }

    private void ChangeLengthOrOwner()
    {
        int account = SomeAccount();
        switch (random.Next(isClean ? 2 : 4))
        {
            case 0:
                ulong length = layout.Length(account) + (ulong)random.Next(isClean ? 10_241 : 10_300);
                bool isAbsurd = !isClean && random.Next(8) == 0;
                script.Add("store", ScriptFlags.None, layout.LengthField(account), isAbsurd ? ulong.MaxValue : length);
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
        if (!isClean && random.Next(10) == 0)
            chosen.RemoveAt(random.Next(chosen.Count));
        byte[] infos = isRust ? _calls.InfosInRust(chosen) : _calls.InfosInC(chosen);
        for (int i = !isClean && random.Next(12) == 0 ? random.Next(1, 3) : 0; i > 0; i--)
            infos[random.Next(infos.Length)] = (byte)random.Next(256);
        int size = isRust ? 48 : 56;
        ulong count = (ulong)(infos.Length / size);
        if (!isClean && random.Next(25) == 0)
            count = (ulong)random.Next(300);
        List<byte[][]> signers = Signers();
        ulong seeds = _calls.Seeds(signers);
        ulong signerCount = !isClean && random.Next(30) == 0 ? (ulong)random.Next(20) : (ulong)signers.Count;
        ulong infosAt = !isClean && random.Next(30) == 0 ? world.Abi.ScriptAddress : script.Place(infos.AsSpan());
        if (!isClean && random.Next(30) == 0)
            infosAt += 1;
        ScriptFlags flags = random.Next(2) == 0 ? ScriptFlags.Say : ScriptFlags.Say | ScriptFlags.Check;
        script.Add(isRust ? "sol_invoke_signed_rust" : "sol_invoke_signed_c", flags, callee, infosAt, count, seeds, signerCount);
    }

    private int SomeAccount() => isClean ? _owned[random.Next(_owned.Length)] : random.Next(layout.Count);

    private List<byte[][]> Signers() => (isClean ? 4 : random.Next(5)) switch
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
        Address other = isClean ? derived : accounts[random.Next(accounts.Length)].Address;
        bool fromDerived = random.Next(2) == 0;
        Address from = fromDerived ? derived : payer;
        switch (isClean ? CleanKinds[random.Next(CleanKinds.Length)] : random.Next(9))
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
                return new Bytes().Byte(2).Build(world.Programs[isClean ? 0 : random.Next(2)], Metas(world.Scripts[2], payer));
            default:
                Address program = world.Programs[isClean || random.Next(5) == 0 ? 0 : 1];
                return new Bytes().Byte(3).Build(
                    program, Metas(world.Scripts[1], world.Scripts[2], payer, derived, ProgramIds.System, world.Programs[0], world.Programs[1]));
        }
    }

    private AccountMeta[] Metas(params Address[] addresses) => [.. addresses.Select(address =>
    {
        AccountMeta held = accounts.FirstOrDefault(account => account.Address == address);
        return !isClean && random.Next(12) == 0
            ? new AccountMeta(address, random.Next(2) == 0, random.Next(2) == 0)
            : new AccountMeta(address, held.IsSigner, held.IsWritable);
    })];

    private AccountMeta[] RandomMetas() => [.. Enumerable.Range(0, random.Next(5)).Select(_ =>
        Metas(random.Next(15) == 0 ? SysvarIds.Clock : accounts[random.Next(accounts.Length)].Address)[0])];
}
