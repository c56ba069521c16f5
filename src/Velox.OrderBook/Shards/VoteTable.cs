using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using Velox.Primitives;

namespace Velox.OrderBook;

/// <summary>The commands over several markets that are under way: their legs, and the votes on them.</summary>
/// <remarks>
/// The sequencer writes an entry before it writes its number into the rings, and again only when <see cref="IsFree"/>:
/// the rings' and <see cref="ShardVotes{TModel}"/>'s release and acquire order these plain writes with the shards' reads.
/// </remarks>
internal sealed unsafe class VoteTable
{
    internal const int MaxCapacity = 1 << 20;

    private const int LineBytes = 128;

    // Votes holds addresses into it.
    [SuppressMessage("CodeQuality", "IDE0052", Justification = "Keeps memory alive.")]
    private readonly byte[] _owner;

    private readonly ShardCommand[] _legs;

    // The sequencer's own: who uses an entry.
    private readonly long[] _numbers;
    private readonly ulong[] _shards;

    internal VoteTable(int capacity, int shards)
    {
        if (capacity is < 1 or > MaxCapacity || !BitOperations.IsPow2(capacity))
            throw new ArgumentOutOfRangeException(nameof(capacity), capacity, $"Capacity must be a power of two from 1 to {MaxCapacity}.");
        int reachedBytes = shards * ShardVotes<HardwareModel>.ReachedStride * sizeof(long);
        int voteBytes = capacity * ShardOptions.MaxLegs * sizeof(long);
        _owner = GC.AllocateArray<byte>(reachedBytes + voteBytes + LineBytes, pinned: true);

        // Unsafe: the array never moves, and lives as long as this object.
        fixed (byte* start = _owner)
        {
            byte* first = (byte*)(((nint)start + LineBytes - 1) & -LineBytes);
            Votes = new ShardVotes<HardwareModel>((long*)(first + reachedBytes), (long*)first, capacity);
        }

        _legs = new ShardCommand[capacity * ShardOptions.MaxLegs];
        _numbers = new long[capacity];
        _shards = new ulong[capacity];
    }

    internal ShardVotes<HardwareModel> Votes { get; }

    /// <summary>Whether every shard is done with the entry's last user. Sequencer only.</summary>
    internal bool IsFree(long index)
    {
        int entry = Votes.EntryOf(index);
        for (ulong left = _shards[entry]; left != 0; left &= left - 1)
        {
            if (!Votes.HasReached(BitOperations.TrailingZeroCount(left), _numbers[entry]))
                return false;
        }

        return true;
    }

    /// <summary>Sequencer only, into a free entry.</summary>
    internal void Fill(long index, long number, ReadOnlySpan<ShardCommand> legs, ulong shards)
    {
        int entry = Votes.EntryOf(index);
        _numbers[entry] = number;
        _shards[entry] = shards;
        legs.CopyTo(_legs.AsSpan(entry * ShardOptions.MaxLegs));
    }

    /// <summary>The legs of an entry that came through a ring.</summary>
    internal ReadOnlySpan<ShardCommand> Legs(long index, int count) =>
        _legs.AsSpan(Votes.EntryOf(index) * ShardOptions.MaxLegs, count);
}
