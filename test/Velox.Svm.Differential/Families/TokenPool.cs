using Velox.Primitives;

namespace Velox.Svm.Differential;

/// <summary>The accounts of a token scenario: mints, token accounts, multisigs, wallets, in good and odd states.</summary>
public sealed class TokenPool
{
    private readonly World _world;
    private readonly Address _program;

    public TokenPool(World world, Address program)
    {
        _world = world;
        _program = program;
        Payer = world.NewWallet();
        Wallets = [Payer, world.NewWallet(), world.NewWallet(), world.NewKey()];
        Multisigs = [NewMultisig(1, 2), NewMultisig(2, 3)];
        Mints = [NewMint(6), NewMint(0), NewMint(9)];
        NativeMint = program == ProgramIds.Token2022 ? new Address(NativeMint2022.Span) : ProgramIds.NativeMint;
        SetNativeMint();
        for (int i = 0; i < 8; i++)
            NewAccount(Mints[i % 2]);
        for (int i = 0; i < 3; i++)
            NewNative();
        Fresh = [Blank(TokenStates.MintSize), Blank(TokenStates.AccountSize), Blank(TokenStates.MultisigSize), Blank(10), Blank(0)];
    }

    private static readonly Address NativeMint2022 = Address.Parse("9pan9bMn5HatX4EJdBwg9VgCa7Uz5HL8N1m5D3NdXej9");

    public Address Payer { get; }

    public Address NativeMint { get; }

    /// <summary>Signers with or without an account.</summary>
    public List<Address> Wallets { get; }

    public List<Address> Multisigs { get; }

    public List<Address> Mints { get; }

    public List<Address> Accounts { get; } = [];

    /// <summary>Accounts of the token program that are not initialised.</summary>
    public List<Address> Fresh { get; }

    /// <summary>All of them.</summary>
    public List<Address> All => [.. Wallets, .. Multisigs, .. Mints, .. Accounts, .. Fresh, NativeMint, SysvarIds.Rent, _program];

    private Random Random => _world.Random;

    public Address Pick(List<Address> addresses) => addresses[Random.Next(addresses.Count)];

    public Address Owner() => Random.Next(5) == 0 ? Pick(Multisigs) : Pick(Wallets);

    /// <summary>Mostly one of the kind, sometimes anything.</summary>
    public Address Mostly(List<Address> addresses) => Random.Next(25) == 0 ? Pick(All) : Pick(addresses);

    /// <summary>Mostly an account of the same mint, maybe itself.</summary>
    public Address Partner(Address account)
    {
        Address mint = MintOf(account);
        Address[] partners = [.. Accounts.Where(other => _world[other].Data is { Length: >= TokenStates.AccountSize } data
            && new Address(data.AsSpan(0, 32)) == mint)];
        return partners.Length > 0 && Random.Next(10) > 0 ? partners[Random.Next(partners.Length)] : Mostly(Accounts);
    }

    /// <summary>The owner that a token account's data names, or any.</summary>
    public Address OwnerOf(Address account)
    {
        byte[] data = _world[account].Data;
        return data.Length >= TokenStates.AccountSize && Random.Next(8) > 0 ? new Address(data.AsSpan(32, 32)) : Owner();
    }

    public Address MintOf(Address account)
    {
        byte[] data = _world[account].Data;
        return data.Length >= TokenStates.AccountSize && Random.Next(10) > 0 ? new Address(data.AsSpan(0, 32)) : Pick(Mints);
    }

    public byte DecimalsOf(Address mint)
    {
        byte[] data = _world[mint].Data;
        return data.Length >= TokenStates.MintSize && Random.Next(10) > 0 ? data[44] : (byte)Random.Next(12);
    }

    /// <summary>The authority of a mint (0 mint, 1 freeze), or any.</summary>
    public Address AuthorityOf(Address mint, int kind)
    {
        byte[] data = _world[mint].Data;
        int at = kind == 0 ? 0 : 46;
        return data.Length >= TokenStates.MintSize && data[at] == 1 && Random.Next(8) > 0
            ? new Address(data.AsSpan(at + 4, 32))
            : Owner();
    }

    /// <summary>The accounts by which an authority is proven: itself, or a multisig and some of its signers.</summary>
    public AccountMeta[] Proof(Address authority)
    {
        if (!Multisigs.Contains(authority))
            return [new AccountMeta(authority, _world.CanSign(authority) && Random.Next(15) > 0, false)];
        byte[] data = _world[authority].Data;
        var metas = new List<AccountMeta> { AccountMeta.Readonly(authority) };
        int signers = Random.Next(6) == 0 ? Random.Next(4) : data[1];
        for (int i = 0; i < Math.Min(signers, (int)data[1]); i++)
            metas.Add(AccountMeta.ReadonlySigner(new Address(data.AsSpan(3 + (i * 32), 32))));
        return [.. metas];
    }

    public ulong Amount(Address account)
    {
        byte[] data = _world[account].Data;
        ulong held = data.Length >= TokenStates.AccountSize ? BitConverter.ToUInt64(data, 64) : 0;
        return Random.Next(10) switch
        {
            0 => held,
            1 => held + 1,
            2 => 0,
            3 => ulong.MaxValue,
            _ => (ulong)Random.NextInt64(1 + (long)Math.Min(held, long.MaxValue - 1)),
        };
    }

    private Address NewMultisig(byte required, int signers)
    {
        Address address = _world.NewKey();
        Address[] keys = [.. Enumerable.Range(0, signers).Select(_ => _world.NewKey())];
        _world.Set(address, Owned(TokenStates.Multisig(required, keys)));
        return address;
    }

    private Address NewMint(byte decimals)
    {
        Address address = _world.NewKey();
        Address? freeze = Random.Next(3) == 0 ? null : Owner();
        _world.Set(address, Owned(TokenStates.Mint(Random.Next(8) == 0 ? null : Owner(), 1_000_000, decimals, freeze)));
        return address;
    }

    private void NewAccount(Address mint)
    {
        Address address = _world.NewKey();
        bool isDelegated = Random.Next(3) == 0;
        byte[] data = TokenStates.Account(
            mint, Owner(), (ulong)Random.Next(3) * 50_000, (byte)(Random.Next(8) == 0 ? 2 : 1), isDelegated ? Owner() : null,
            isDelegated ? 20_000UL : 0, Random.Next(5) == 0 ? Owner() : null);
        _world.Set(address, Owned(data));
        Accounts.Add(address);
    }

    private void NewNative()
    {
        Address address = _world.NewKey();
        ulong reserve = Rent.MinimumBalance(TokenStates.AccountSize);
        ulong amount = (ulong)Random.Next(3) * 1_000_000;
        byte[] data = TokenStates.Account(NativeMint, Owner(), amount, nativeReserve: reserve);
        _world.Set(address, new AccountState(reserve + amount + (ulong)(Random.Next(2) * 500), _program, false, data));
        Accounts.Add(address);
    }

    private void SetNativeMint()
    {
        byte[] data = TokenStates.Mint(null, 0, 9, null);
        if (_program == ProgramIds.Token)
            _world.Set(NativeMint, Owned(data));
    }

    private Address Blank(int size)
    {
        Address address = _world.NewKey();
        _world.Set(address, Owned(new byte[size]));
        return address;
    }

    private AccountState Owned(byte[] data) => new(Rent.MinimumBalance(data.Length), _program, false, data);
}
