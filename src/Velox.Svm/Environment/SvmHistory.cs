using System.Collections.Immutable;
using System.Security.Cryptography;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>An environment's blockhashes, and the messages recorded under them: what comes back in O(1) with a snapshot.</summary>
/// <remarks>
/// The first hash is SHA-256("genesis"), each later one that of the hash before it: a transaction signed for one environment
/// may be sent to another that has come as far. Messages are forgotten once no hash that they could name is recent.
/// </remarks>
internal sealed class SvmHistory : IRecentBlockhashes, ITransactionHistory
{
    private readonly SvmOptions _options;

    internal SvmHistory(SvmOptions options)
    {
        _options = options;
        State = new SvmHistoryState(0, [], [], []);
        AddHash(new Hash256(SHA256.HashData("genesis"u8)), 1);
    }

    internal SvmHistory(SvmOptions options, SvmHistoryState state)
    {
        _options = options;
        State = state;
    }

    internal SvmHistoryState State { get; set; }

    internal Hash256 Latest => State.Hashes[0].Hash;

    public bool IsRecent(Hash256 blockhash)
    {
        if (!_options.ChecksBlockhash)
            return true;
        foreach ((_, Hash256 hash) in State.Hashes)
        {
            if (hash == blockhash)
                return true;
        }

        return false;
    }

    public bool Contains(UInt128 fingerprint) => _options.ChecksDuplicates && State.Messages.Contains(fingerprint);

    public void Add(UInt128 fingerprint, ulong slot)
    {
        if (!_options.ChecksDuplicates)
            return;
        ImmutableHashSet<UInt128> messages = State.Messages.Add(fingerprint);
        if (messages != State.Messages)
            State = State with { Messages = messages, Order = State.Order.Enqueue((State.Age, fingerprint)) };
    }

    /// <summary>Ends blocks: there is a new hash, and those before it are so much older.</summary>
    internal void Advance(ulong blocks) => AddHash(Next(), blocks);

    /// <summary>There is a new hash, and those before it are not recent any more.</summary>
    internal void Expire()
    {
        Hash256 next = Next();
        State = State with { Hashes = [], Messages = [], Order = [] };
        AddHash(next, 1);
    }

    private Hash256 Next()
    {
        Span<byte> digest = stackalloc byte[Hash256.Size];
        SHA256.HashData(Latest.Span, digest);
        return new Hash256(digest);
    }

    private void AddHash(Hash256 hash, ulong blocks)
    {
        ulong age = State.Age + Math.Min(blocks, Genesis.MaxBlockhashAge);
        var hashes = ImmutableArray.CreateBuilder<(ulong Age, Hash256 Hash)>(State.Hashes.Length + 1);
        hashes.Add((age, hash));
        foreach ((ulong Age, Hash256 Hash) older in State.Hashes)
        {
            if (IsYoung(older.Age, age))
                hashes.Add(older);
        }

        State = State with { Age = age, Hashes = hashes.ToImmutable() };
        ForgetMessages();
    }

    private bool IsYoung(ulong age, ulong now) => now - age < (ulong)_options.BlockhashMaxAge;

    private void ForgetMessages()
    {
        (ImmutableHashSet<UInt128> messages, ImmutableQueue<(ulong Age, UInt128 Message)> order) = (State.Messages, State.Order);
        while (!order.IsEmpty && !IsYoung(order.Peek().Age, State.Age))
        {
            order = order.Dequeue(out (ulong Age, UInt128 Message) oldest);
            messages = messages.Remove(oldest.Message);
        }

        State = State with { Messages = messages, Order = order };
    }
}

/// <summary>What an environment remembers of transactions; never changed.</summary>
/// <param name="Age">Blocks so far.</param>
/// <param name="Hashes">The recent hashes, newest first, each with the number of blocks when it came.</param>
/// <param name="Messages">What is recorded.</param>
/// <param name="Order">The same, oldest first, with the number of blocks then.</param>
internal sealed record SvmHistoryState(
    ulong Age,
    ImmutableArray<(ulong Age, Hash256 Hash)> Hashes,
    ImmutableHashSet<UInt128> Messages,
    ImmutableQueue<(ulong Age, UInt128 Message)> Order);
