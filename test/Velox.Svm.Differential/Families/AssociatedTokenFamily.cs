using Velox.Primitives;

namespace Velox.Svm.Differential;

/// <summary>The associated token account program: created, created anew, recovered, with right and wrong accounts.</summary>
/// <param name="name">As the command line calls it.</param>
/// <param name="program">SPL Token or Token-2022.</param>
/// <param name="peer">Which token program LiteSVM has.</param>
/// <param name="comparison">What must be equal.</param>
public sealed class AssociatedTokenFamily(string name, Address program, PeerOptions peer, Comparison comparison) : IFamily
{
    public string Name => name;

    public Comparison Comparison => comparison;

    public PeerOptions Peer => peer;

    public void Fill(World world)
    {
        var pool = new TokenPool(world, program);
        var fuzz = new InstructionFuzz(world, pool.All);
        List<Address> created = [];
        for (int count = world.Random.Next(10, 30); count > 0; count--)
        {
            Instruction instruction = fuzz.Rarely(Make(world, pool, created));
            List<Instruction> instructions = [instruction];
            if (world.Random.Next(4) == 0)
                instructions.Add(fuzz.Rarely(Make(world, pool, created)));
            world.Send(pool.Payer, instructions);
        }
    }

    private Instruction Make(World world, TokenPool pool, List<Address> created)
    {
        Random random = world.Random;
        Address wallet = pool.Mostly(random.Next(5) == 0 && created.Count > 0 ? created : pool.Wallets);
        Address mint = pool.Mostly(pool.Mints);
        if (random.Next(8) == 0)
            mint = pool.NativeMint;
        Address account = AddressOf(wallet, mint);
        created.Add(account);
        byte[] data = random.Next(4) switch { 0 => [], 1 => [0], 2 => [1], _ => [(byte)random.Next(4)] };
        switch (random.Next(8))
        {
            case 0:
                return SystemInstructions.Transfer(pool.Payer, account, (ulong)random.Next(3_000_000));
            case 1 when random.Next(2) == 0:
                return new Bytes().Byte(9).Build(
                    program, [AccountMeta.Writable(account), AccountMeta.Writable(pool.Payer), .. pool.Proof(wallet)]);
            case 2 or 3:
                return RecoverNested(world, pool, wallet, mint);
            default:
                List<AccountMeta> accounts = [
                    AccountMeta.WritableSigner(random.Next(10) == 0 ? pool.Pick(pool.Wallets) : pool.Payer), AccountMeta.Writable(account),
                    AccountMeta.Readonly(wallet), AccountMeta.Readonly(mint), AccountMeta.Readonly(ProgramIds.System),
                    AccountMeta.Readonly(program),
                ];
                if (random.Next(3) == 0)
                    accounts.Add(AccountMeta.Readonly(SysvarIds.Rent));
                return new Instruction(ProgramIds.AssociatedToken, accounts.ToArray(), data);
        }
    }

    /// <summary>Tokens sent to the associated account of an associated account.</summary>
    private Instruction RecoverNested(World world, TokenPool pool, Address wallet, Address ownerMint)
    {
        Address nestedMint = world.Random.Next(3) == 0 ? ownerMint : pool.Mostly(pool.Mints);
        Address ownerAccount = AddressOf(wallet, ownerMint);
        Address nested = AddressOf(ownerAccount, nestedMint);
        Address destination = AddressOf(wallet, nestedMint);
        if (!world[nested].Exists && world.Random.Next(2) == 0)
        {
            byte[] state = TokenStates.Account(nestedMint, ownerAccount, 77);
            world.Set(nested, new AccountState(Rent.MinimumBalance(state.Length), program, false, state));
        }

        return new Bytes().Byte(2).Build(
            ProgramIds.AssociatedToken, AccountMeta.Writable(nested), AccountMeta.Readonly(nestedMint),
            AccountMeta.Writable(destination), AccountMeta.Readonly(ownerAccount), AccountMeta.Readonly(ownerMint),
            AccountMeta.WritableSigner(wallet), AccountMeta.Readonly(program));
    }

    private Address AddressOf(Address wallet, Address mint) => AssociatedTokenProgram.AddressOf(wallet, mint, program);
}
