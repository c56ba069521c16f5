using System.Security.Cryptography;
using Velox.Primitives;

namespace Velox.Svm.Differential;

/// <summary>Nonce accounts made, advanced, emptied, and used in the place of blockhashes.</summary>
public sealed class NonceFamily : IFamily
{
    public string Name => "nonce";

    public Comparison Comparison => Comparison.Exact;

    public PeerOptions Peer => new() { CheckBlockhashes = true, CheckSignatures = true };

    public void Fill(World world)
    {
        Random random = world.Random;
        Address payer = world.NewWallet();
        List<Address> authorities = [payer, world.NewWallet(), world.NewKey()];
        List<Address> nonces = [.. Enumerable.Range(0, 4).Select(_ => NewNonce(world, authorities))];
        for (int count = random.Next(15, 30); count > 0; count--)
        {
            Address nonce = nonces[random.Next(nonces.Count)];
            if (random.Next(2) == 0)
                world.Send(payer, [Manage(world, payer, nonce, authorities)]);
            else
                Use(world, payer, nonce, authorities);
        }
    }

    private static Address NewNonce(World world, List<Address> authorities)
    {
        Address address = world.NewKey();
        Address authority = authorities[world.Random.Next(authorities.Count)];
        byte[] value = new byte[32];
        world.Random.NextBytes(value);
        uint version = world.Random.Next(6) == 0 ? 0u : 1u;
        uint state = world.Random.Next(6) == 0 ? 0u : 1u;
        byte[] data = new Bytes().UInt32(version).UInt32(state).Key(authority).Blob(value).UInt64(5_000).ToArray();
        if (state == 0)
            data.AsSpan(8).Clear();
        world.Set(address, new AccountState(Rent.MinimumBalance(80) + 100_000, ProgramIds.System, false, data));
        return address;
    }

    private static Address AuthorityOf(World world, Address nonce, List<Address> authorities)
    {
        byte[] data = world[nonce].Data;
        return data.Length == 80 && data[4] == 1 && world.Random.Next(8) > 0
            ? new Address(data.AsSpan(8, 32))
            : authorities[world.Random.Next(authorities.Count)];
    }

    private static Instruction Advance(World world, Address nonce, Address authority) => new Bytes().UInt32(4).Build(
        ProgramIds.System, AccountMeta.Writable(nonce), AccountMeta.Readonly(SysvarIds.RecentBlockhashes),
        new AccountMeta(authority, world.CanSign(authority), false));

    private static Instruction Manage(World world, Address payer, Address nonce, List<Address> authorities)
    {
        Address authority = AuthorityOf(world, nonce, authorities);
        var signer = new AccountMeta(authority, world.CanSign(authority), false);
        AccountMeta hashes = AccountMeta.Readonly(SysvarIds.RecentBlockhashes);
        AccountMeta rent = AccountMeta.Readonly(SysvarIds.Rent);
        return world.Random.Next(6) switch
        {
            0 => Advance(world, nonce, authority),
            1 => new Bytes().UInt32(5).UInt64((ulong)world.Random.Next(150_000)).Build(
                ProgramIds.System, AccountMeta.Writable(nonce), AccountMeta.Writable(payer), hashes, rent, signer),
            2 => new Bytes().UInt32(7).Key(authorities[world.Random.Next(authorities.Count)])
                .Build(ProgramIds.System, AccountMeta.Writable(nonce), signer),
            3 => new Bytes().UInt32(12).Build(ProgramIds.System, AccountMeta.Writable(nonce)),
            4 => new Bytes().UInt32(6).Key(authority).Build(ProgramIds.System, AccountMeta.Writable(nonce), hashes, rent),
            _ => SystemInstructions.Transfer(payer, nonce, 1_000),
        };
    }

    /// <summary>The nonce's value in the place of a blockhash; sometimes another.</summary>
    private static void Use(World world, Address payer, Address nonce, List<Address> authorities)
    {
        Random random = world.Random;
        byte[] data = world[nonce].Data;
        var value = new Hash256(data.Length == 80 && random.Next(6) > 0 ? data.AsSpan(40, 32) : SHA256.HashData(data));
        Address authority = AuthorityOf(world, nonce, authorities);
        List<Instruction> instructions = [
            Advance(world, nonce, authority), SystemInstructions.Transfer(payer, authorities[1], (ulong)random.Next(1_000_000)),
        ];
        if (random.Next(6) == 0)
            instructions.Reverse();
        if (random.Next(6) == 0)
            instructions.Add(SystemInstructions.Transfer(payer, authorities[1], ulong.MaxValue));
        world.Send(random.Next(8) == 0 ? nonce : payer, instructions, TransactionVersion.Legacy, value);
    }
}
