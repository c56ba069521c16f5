using System.Buffers.Binary;
using System.Security.Cryptography;
using Velox.Primitives;

namespace Velox.State.Tests;

/// <summary>The state root written down as plainly as its definition reads: everything hashed anew each time.</summary>
internal sealed class PlainState
{
    private readonly List<byte[]?> _leaves = [];
    private readonly Dictionary<Address, int> _positions = [];
    private readonly SortedDictionary<Address, byte[]?> _pending = [];
    private readonly Dictionary<Address, PlainAccount> _accounts = [];

    internal PlainState()
    {
    }

    /// <summary>A copy of all there is.</summary>
    internal PlainState(PlainState other)
    {
        _leaves = [.. other._leaves];
        _positions = new(other._positions);
        _pending = new(other._pending);
        _accounts = new(other._accounts);
    }

    internal int Count => _positions.Count;

    internal PlainAccount? Find(Address address) => _accounts.GetValueOrDefault(address);

    internal void Set(Account account)
    {
        _pending[account.Address] = account.Exists ? Leaf(account) : null;
        _accounts.Remove(account.Address);
        if (account.Exists)
            _accounts.Add(account.Address, new(account.Lamports, account.Owner, account.Executable, account.Data.Bytes.ToArray()));
    }

    internal void Seal()
    {
        foreach ((Address address, byte[]? leaf) in _pending)
        {
            bool isKnown = _positions.TryGetValue(address, out int position);
            if (leaf is null)
            {
                if (isKnown)
                    _leaves[position] = null;
                _positions.Remove(address);
                continue;
            }

            if (!isKnown)
                _positions[address] = position = TakePosition();
            _leaves[position] = leaf;
        }

        _pending.Clear();
    }

    internal Hash256 Root()
    {
        byte[] count = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(count, _leaves.Count);
        return new Hash256(SHA256.HashData([2, .. count, .. TreeRoot([.. _leaves.Select(leaf => leaf ?? new byte[32])])]));
    }

    private int TakePosition()
    {
        int free = _leaves.IndexOf(null);
        if (free >= 0)
            return free;
        _leaves.Add(null);
        return _leaves.Count - 1;
    }

    private static byte[] Leaf(Account account)
    {
        byte[] numbers = new byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(numbers, account.Lamports);
        BinaryPrimitives.WriteInt64LittleEndian(numbers.AsSpan(8), account.Data.Length);
        byte[][] pages = [.. account.Data.Bytes.ToArray().Chunk(4096).Select(page => SHA256.HashData([0, .. page]))];
        return SHA256.HashData(
        [
            0, .. account.Address.Span, .. numbers[..8], .. account.Owner.Span, account.Executable ? (byte)1 : (byte)0,
            .. numbers[8..], .. TreeRoot(pages),
        ]);
    }

    private static byte[] TreeRoot(byte[][] leaves)
    {
        if (leaves.Length == 0)
            return new byte[32];
        int width = (int)BitOperationsRoundUp(leaves.Length);
        byte[][] level = [.. leaves, .. Enumerable.Range(0, width - leaves.Length).Select(_ => new byte[32])];
        while (level.Length > 1)
            level = [.. level.Chunk(2).Select(pair => SHA256.HashData([1, .. pair[0], .. pair[1]]))];
        return level[0];
    }

    private static uint BitOperationsRoundUp(int value) => System.Numerics.BitOperations.RoundUpToPowerOf2((uint)value);
}

internal sealed record PlainAccount(ulong Lamports, Address Owner, bool Executable, byte[] Data);
