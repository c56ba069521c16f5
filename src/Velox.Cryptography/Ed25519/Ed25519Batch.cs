using System.Diagnostics;
using System.Numerics;

namespace Velox.Cryptography;

/// <summary>Checks many Ed25519 signatures at once, as <see cref="Ed25519.Verify"/> checks one.</summary>
/// <remarks>
/// <para>Add signatures, then ask for the verdicts; what was added is copied. One thread uses a batch at a time.</para>
/// <para>Nothing is allocated after the construction, but for each thread's first message above 1,984 bytes.</para>
/// </remarks>
public sealed unsafe class Ed25519Batch
{
    /// <summary>The most signatures a batch may have room for.</summary>
    public const int MaxCapacity = 4096;

    /// <summary>The most keys that a batch remembers: 188 MB of tables.</summary>
    public const int MaxCachedKeys = 65_536;

    private const int MinCachedKeys = 4;
    private const int DefaultCapacity = 64;

    // What a rule refuses by the bytes alone has no entry.
    private const int NoEntry = -1;

    // Everything below points into it: calls keep it alive to their end.
    private readonly PinnedMemory _memory = new();
    private readonly Ed25519Rule _rule;
    private readonly VectorWidth _width;
    private readonly ISignatureLanes? _lanes;
    private readonly SignatureEntry* _entries;
    private readonly ChallengeQueue _challenges;
    private readonly int[] _entryOf;
    private readonly bool[] _entryVerdicts;
    private readonly bool[] _verdicts;
    private int _entryCount;

    /// <param name="capacity">1 to <see cref="MaxCapacity"/> signatures.</param>
    /// <param name="rule">Which signatures hold.</param>
    /// <param name="width">The vectors; by default those of <see cref="VectorPolicy"/>.</param>
    /// <param name="cachedKeys">
    /// How many keys that come again keep their tables, of 2.9 KB each: 0, or a power of two from 4 to
    /// <see cref="MaxCachedKeys"/>. Used under the strict rule, in vectors.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public Ed25519Batch(
        int capacity = DefaultCapacity,
        Ed25519Rule rule = Ed25519Rule.Strict,
        VectorWidth? width = null,
        int cachedKeys = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, MaxCapacity);
        if (cachedKeys != 0 && (cachedKeys < MinCachedKeys || cachedKeys > MaxCachedKeys || !BitOperations.IsPow2(cachedKeys)))
        {
            throw new ArgumentOutOfRangeException(
                nameof(cachedKeys), cachedKeys, $"Expected 0 or a power of two from {MinCachedKeys} to {MaxCachedKeys}.");
        }

        Capacity = capacity;
        _rule = rule;
        _width = width ?? VectorPolicy.Width;
        if (!Enum.IsDefined(_width))
            throw new ArgumentOutOfRangeException(nameof(width), width, "There is no such width.");
        _lanes = Lanes(cachedKeys);
        _entries = _memory.Take<SignatureEntry>(capacity);
        _challenges = new ChallengeQueue(capacity, _memory);
        _entryOf = new int[capacity];
        _entryVerdicts = new bool[capacity];
        _verdicts = new bool[capacity];
    }

    public int Capacity { get; }

    /// <summary>Signatures added since the last verdicts.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a signature; false if the batch is full.</summary>
    /// <param name="publicKey">32 bytes.</param>
    /// <param name="signature">64 bytes.</param>
    /// <param name="message">Any length.</param>
    /// <exception cref="ArgumentException">A key or signature of the wrong length.</exception>
    public bool TryAdd(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> signature, ReadOnlySpan<byte> message)
    {
        Ed25519.CheckLength(publicKey.Length, Ed25519.PublicKeySize, nameof(publicKey));
        Ed25519.CheckLength(signature.Length, Ed25519.SignatureSize, nameof(signature));
        if (Count == Capacity)
            return false;

        ReadOnlySpan<byte> pointR = signature[..EdwardsPoint.CompressedSize];
        var scalarS = new Scalar(signature[EdwardsPoint.CompressedSize..]);
        bool isCandidate = Ed25519.IsCandidate(publicKey, pointR, scalarS, _rule);
        _entryOf[Count++] = isCandidate ? _entryCount : NoEntry;
        if (!isCandidate)
            return true;

        SignatureEntry* entry = _entries + _entryCount++;
        publicKey.CopyTo(new Span<byte>(entry->PublicKey, Ed25519.PublicKeySize));
        pointR.CopyTo(new Span<byte>(entry->PointR, EdwardsPoint.CompressedSize));
        entry->ScalarS = scalarS;
        if (!_challenges.TryAdd(entry, message))
            entry->Challenge = Ed25519.HashToScalar(pointR, publicKey, message);
        GC.KeepAlive(_memory);
        return true;
    }

    /// <summary>The verdicts in the order of adding, valid until the next one; the batch is empty afterwards.</summary>
    public ReadOnlySpan<bool> Verify()
    {
        _challenges.Compute(_width);
        Span<bool> entryVerdicts = _entryVerdicts.AsSpan(0, _entryCount);
        if (_lanes is null)
            VerifyOneByOne(entryVerdicts);
        else
            _lanes.Verify(_entries, _entryCount, entryVerdicts);

        GC.KeepAlive(_memory);
        Span<bool> verdicts = _verdicts.AsSpan(0, Count);
        for (int i = 0; i < verdicts.Length; i++)
            verdicts[i] = _entryOf[i] != NoEntry && entryVerdicts[_entryOf[i]];
        Count = 0;
        _entryCount = 0;
        return verdicts;
    }

    private ISignatureLanes? Lanes(int cachedKeys) => _width switch
    {
        VectorWidth.None => null,
        VectorWidth.Bits128 => Lanes<DoubleLanes2>(cachedKeys),
        VectorWidth.Bits256 => Lanes<DoubleLanes4>(cachedKeys),
        VectorWidth.Bits512 => Lanes<DoubleLanes8>(cachedKeys),
        _ => throw new UnreachableException(),
    };

    private ISignatureLanes Lanes<T>(int cachedKeys)
        where T : unmanaged, IDoubleLanes<T>
    {
        if (_rule == Ed25519Rule.Cofactored)
            return new CofactoredLanes<T>(_memory);
        return new StrictLanes<T>(Capacity, cachedKeys == 0 ? null : new KeyCache(cachedKeys, _memory), _memory);
    }

    private void VerifyOneByOne(Span<bool> verdicts)
    {
        for (int i = 0; i < verdicts.Length; i++)
            verdicts[i] = _entries[i].Holds(_rule, _width);
    }
}
