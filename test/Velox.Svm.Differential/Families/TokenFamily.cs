using Velox.Primitives;

namespace Velox.Svm.Differential;

/// <summary>All instructions of the SPL token program, most of them on accounts that suit them.</summary>
/// <param name="name">As the command line calls it.</param>
/// <param name="program">SPL Token, p-token in its place, or Token-2022.</param>
/// <param name="peer">Which of the first two LiteSVM has at their id.</param>
/// <param name="comparison">What must be equal.</param>
public sealed class TokenFamily(string name, Address program, PeerOptions peer, Comparison comparison) : IFamily
{
    /// <summary>With this feature p-token takes the place of SPL Token (SIMD-0266).</summary>
    public static readonly Address PTokenFeature = Address.Parse("ptokFjwyJtrwCa9Kgo9xoDS59V4QccBGEaRFnRPnSdP");

    public string Name => name;

    public Comparison Comparison => comparison;

    public PeerOptions Peer => peer;

    public void Fill(World world)
    {
        var pool = new TokenPool(world, program);
        var fuzz = new InstructionFuzz(world, pool.All);
        for (int count = world.Random.Next(20, 50); count > 0; count--)
        {
            var instructions = new List<Instruction>();
            if (world.Random.Next(4) == 0 && comparison.HasFlag(Comparison.Units))
                instructions.Add(ComputeBudgetInstructions.SetComputeUnitLimit((uint)world.Random.Next(200_000)));
            for (int length = world.Random.Next(1, 3); length > 0; length--)
                instructions.Add(fuzz.Rarely(Make(world, pool)));
            world.Send(pool.Payer, instructions);
        }
    }

    private Instruction Make(World world, TokenPool pool)
    {
        Random random = world.Random;
        return random.Next(14) switch
        {
            0 => Initialize(world, pool),
            1 or 2 or 3 => Transfer(pool, random.Next(2) == 0),
            4 => Approve(pool, random.Next(2) == 0),
            5 => SetAuthority(world, pool),
            6 => MintTo(pool, random.Next(2) == 0),
            7 => Burn(pool, random.Next(2) == 0),
            8 => Close(pool),
            9 => FreezeOrThaw(pool, random.Next(2) == 0),
            10 => new Bytes().Byte(17).Build(program, AccountMeta.Writable(pool.Partner(pool.Accounts[^1]))),
            11 => Text(world, pool),
            12 => random.Next(3) == 0 ? Junk(world, pool) : Revoke(pool),
            _ => Wrap(world, pool),
        };
    }

    private Instruction Initialize(World world, TokenPool pool)
    {
        Random random = world.Random;
        Address fresh = pool.Mostly(pool.Fresh);
        Address mint = pool.Mostly(pool.Mints);
        AccountMeta rent = AccountMeta.Readonly(random.Next(10) == 0 ? SysvarIds.Clock : SysvarIds.Rent);
        int kind = random.Next(9);
        switch (kind)
        {
            case 0 or 1:
                Bytes data = new Bytes().Byte((byte)(kind == 0 ? 0 : 20)).Byte((byte)random.Next(20)).Key(pool.Owner());
                data.Byte((byte)random.Next(2));
                if (data.ToArray()[^1] == 1 || random.Next(3) == 0)
                    data.Key(pool.Owner());
                return kind == 0 ? data.Build(program, AccountMeta.Writable(fresh), rent) : data.Build(program, AccountMeta.Writable(fresh));
            case 2:
                return new Bytes().Byte(1).Build(
                    program, AccountMeta.Writable(fresh), AccountMeta.Readonly(mint), AccountMeta.Readonly(pool.Owner()), rent);
            case 3:
                return new Bytes().Byte(16).Key(pool.Owner())
                    .Build(program, AccountMeta.Writable(fresh), AccountMeta.Readonly(mint), rent);
            case 4 or 5:
                return new Bytes().Byte(18).Key(pool.Owner()).Build(program, AccountMeta.Writable(fresh), AccountMeta.Readonly(mint));
            case 6:
                return new Bytes().Byte(22).Build(program, AccountMeta.Writable(fresh));
            default:
                AccountMeta[] signers = [.. Enumerable.Range(0, random.Next(13)).Select(_ => AccountMeta.Readonly(pool.Pick(pool.Wallets)))];
                Bytes multisig = new Bytes().Byte((byte)(kind == 7 ? 2 : 19)).Byte((byte)random.Next(4));
                return kind == 7
                    ? multisig.Build(program, [AccountMeta.Writable(fresh), rent, .. signers])
                    : multisig.Build(program, [AccountMeta.Writable(fresh), .. signers]);
        }
    }

    private Instruction Transfer(TokenPool pool, bool isChecked)
    {
        Address source = pool.Mostly(pool.Accounts);
        Address destination = pool.Partner(source);
        Address mint = pool.MintOf(source);
        AccountMeta[] proof = pool.Proof(pool.OwnerOf(source));
        return isChecked
            ? new Bytes().Byte(12).UInt64(pool.Amount(source)).Byte(pool.DecimalsOf(mint)).Build(
                program, [AccountMeta.Writable(source), AccountMeta.Readonly(mint), AccountMeta.Writable(destination), .. proof])
            : new Bytes().Byte(3).UInt64(pool.Amount(source)).Build(
                program, [AccountMeta.Writable(source), AccountMeta.Writable(destination), .. proof]);
    }

    private Instruction Approve(TokenPool pool, bool isChecked)
    {
        Address source = pool.Mostly(pool.Accounts);
        Address mint = pool.MintOf(source);
        AccountMeta[] proof = pool.Proof(pool.OwnerOf(source));
        AccountMeta delegated = AccountMeta.Readonly(pool.Owner());
        return isChecked
            ? new Bytes().Byte(13).UInt64(pool.Amount(source)).Byte(pool.DecimalsOf(mint))
                .Build(program, [AccountMeta.Writable(source), AccountMeta.Readonly(mint), delegated, .. proof])
            : new Bytes().Byte(4).UInt64(pool.Amount(source)).Build(program, [AccountMeta.Writable(source), delegated, .. proof]);
    }

    private Instruction Revoke(TokenPool pool)
    {
        Address source = pool.Mostly(pool.Accounts);
        return new Bytes().Byte(5).Build(program, [AccountMeta.Writable(source), .. pool.Proof(pool.OwnerOf(source))]);
    }

    private Instruction SetAuthority(World world, TokenPool pool)
    {
        byte kind = (byte)world.Random.Next(4);
        Address target = pool.Mostly(kind < 2 ? pool.Mints : pool.Accounts);
        Address authority = kind < 2 ? pool.AuthorityOf(target, kind) : pool.OwnerOf(target);
        Bytes data = new Bytes().Byte(6).Byte(world.Random.Next(20) == 0 ? (byte)9 : kind);
        if (world.Random.Next(3) == 0)
            data.Byte(0);
        else
            data.Byte(1).Key(pool.Owner());
        return data.Build(program, [AccountMeta.Writable(target), .. pool.Proof(authority)]);
    }

    private Instruction MintTo(TokenPool pool, bool isChecked)
    {
        Address account = pool.Mostly(pool.Accounts);
        Address mint = pool.MintOf(account);
        Bytes data = new Bytes().Byte((byte)(isChecked ? 14 : 7)).UInt64(pool.Amount(account));
        if (isChecked)
            data.Byte(pool.DecimalsOf(mint));
        return data.Build(
            program, [AccountMeta.Writable(mint), AccountMeta.Writable(account), .. pool.Proof(pool.AuthorityOf(mint, 0))]);
    }

    private Instruction Burn(TokenPool pool, bool isChecked)
    {
        Address account = pool.Mostly(pool.Accounts);
        Address mint = pool.MintOf(account);
        Bytes data = new Bytes().Byte((byte)(isChecked ? 15 : 8)).UInt64(pool.Amount(account));
        if (isChecked)
            data.Byte(pool.DecimalsOf(mint));
        return data.Build(
            program, [AccountMeta.Writable(account), AccountMeta.Writable(mint), .. pool.Proof(pool.OwnerOf(account))]);
    }

    private Instruction Close(TokenPool pool)
    {
        Address account = pool.Mostly(pool.Accounts);
        return new Bytes().Byte(9).Build(
            program, [AccountMeta.Writable(account), AccountMeta.Writable(pool.Pick(pool.Wallets)), .. pool.Proof(pool.OwnerOf(account))]);
    }

    private Instruction FreezeOrThaw(TokenPool pool, bool freeze)
    {
        Address account = pool.Mostly(pool.Accounts);
        Address mint = pool.MintOf(account);
        return new Bytes().Byte((byte)(freeze ? 10 : 11)).Build(
            program, [AccountMeta.Writable(account), AccountMeta.Readonly(mint), .. pool.Proof(pool.AuthorityOf(mint, 1))]);
    }

    private Instruction Text(World world, TokenPool pool)
    {
        AccountMeta mint = AccountMeta.Readonly(pool.Mostly(pool.Mints));
        string[] texts = ["0", "1.5", "1234567.890000", "-1", "x", "", ".", "18446744073709551616", "1.", "0.0000001"];
        return world.Random.Next(3) switch
        {
            0 => new Bytes().Byte(21).Build(program, mint),
            1 => new Bytes().Byte(23).UInt64(pool.Amount(pool.Pick(pool.Accounts))).Build(program, mint),
            _ => new Bytes().Byte(24).Blob(System.Text.Encoding.UTF8.GetBytes(texts[world.Random.Next(texts.Length)])).Build(program, mint),
        };
    }

    private Instruction Junk(World world, TokenPool pool)
    {
        AccountMeta[] accounts =
            [.. Enumerable.Range(0, world.Random.Next(6)).Select(_ => AccountMeta.Writable(pool.Pick(pool.All)))];
        return new Bytes().Byte((byte)world.Random.Next(256)).Raw(world.Random, world.Random.Next(40)).Build(program, accounts);
    }

    /// <summary>Lamports into or out of a wrapped account, beside the token program.</summary>
    private Instruction Wrap(World world, TokenPool pool)
    {
        Address account = pool.Pick(pool.Accounts);
        return world.Random.Next(2) == 0
            ? SystemInstructions.Transfer(pool.Payer, account, (ulong)world.Random.Next(100_000))
            : new Bytes().Byte(17).Build(program, AccountMeta.Writable(account));
    }
}
