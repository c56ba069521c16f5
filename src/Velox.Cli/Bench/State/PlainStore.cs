using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using Velox.Primitives;

namespace Velox.Cli;

/// <summary>An account as one writes it down.</summary>
internal sealed class PlainAccount(Address address, ulong lamports, byte[] data)
{
    internal Address Address { get; } = address;

    internal Address Owner { get; }

    internal ulong Lamports { get; set; } = lamports;

    internal byte[] Data { get; } = data;

    internal int Leaf { get; set; }
}

/// <summary>
/// Accounts in a concurrent dictionary, and a tree over their hashes: each account, each page and each node by
/// <see cref="SHA256.HashData(ReadOnlySpan{byte}, Span{byte})"/>, with the root of <see cref="Velox.State.AccountStore"/>.
/// </summary>
internal sealed class PlainStore
{
    private readonly ConcurrentDictionary<Address, PlainAccount> _accounts = [];
    private readonly PlainTree _tree;
    private readonly Hash256[] _leaves;

    /// <param name="accounts">All there will be, in address order, none with more than a page of data.</param>
    internal PlainStore(IEnumerable<PlainAccount> accounts)
    {
        foreach (PlainAccount account in accounts)
        {
            account.Leaf = _accounts.Count;
            _accounts[account.Address] = account;
        }

        _leaves = new Hash256[_accounts.Count];
        foreach (PlainAccount account in _accounts.Values)
            _leaves[account.Leaf] = HashAccount(account);
        _tree = new PlainTree(_leaves.Length);
        _tree.Build(_leaves);
    }

    internal Hash256 Root
    {
        get
        {
            byte[] preimage = [2, .. BitConverter.GetBytes((ulong)_leaves.Length), .. _tree.Root.Span];
            return new Hash256(SHA256.HashData(preimage));
        }
    }

    internal PlainAccount? Find(Address address) => _accounts.GetValueOrDefault(address);

    internal PlainAccount Change(Address address)
    {
        PlainAccount account = _accounts[address];
        account.Lamports++;
        if (account.Data.Length > 0)
            account.Data[0]++;
        return account;
    }

    /// <summary>Copies the dictionary, though not the accounts in it.</summary>
    internal void Copy() => GC.KeepAlive(new Dictionary<Address, PlainAccount>(_accounts));

    /// <summary>Brings leaves and root up to date.</summary>
    internal void Seal(List<PlainAccount> changed)
    {
        int[] indexes = new int[changed.Count];
        for (int i = 0; i < indexes.Length; i++)
        {
            indexes[i] = changed[i].Leaf;
            _leaves[indexes[i]] = HashAccount(changed[i]);
        }

        _tree.Update(indexes, _leaves);
    }

    private static Hash256 HashAccount(PlainAccount account)
    {
        Span<byte> digest = stackalloc byte[Hash256.Size];
        digest.Clear();
        if (account.Data.Length > 0)
        {
            Span<byte> page = stackalloc byte[1 + account.Data.Length];
            page[0] = 0;
            account.Data.CopyTo(page[1..]);
            SHA256.HashData(page, digest);
        }

        Span<byte> preimage = stackalloc byte[114];
        preimage.Clear();
        account.Address.Span.CopyTo(preimage[1..]);
        BinaryPrimitives.WriteUInt64LittleEndian(preimage[33..], account.Lamports);
        account.Owner.Span.CopyTo(preimage[41..]);
        BinaryPrimitives.WriteInt64LittleEndian(preimage[74..], account.Data.Length);
        digest.CopyTo(preimage[82..]);
        SHA256.HashData(preimage, digest);
        return new Hash256(digest);
    }
}
