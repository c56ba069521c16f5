namespace Velox.Cryptography;

/// <summary>Keeps copies of messages until their challenges are hashed all at once.</summary>
internal sealed unsafe class ChallengeQueue
{
    // Most transactions are shorter; a message for which no room is left is hashed by itself.
    private const int BytesPerMessage = 512;

    private readonly int _capacity;
    private readonly int _byteCapacity;
    private readonly byte* _bytes;
    private readonly byte* _digests;
    private readonly ChallengeInput* _inputs;
    private readonly SignatureEntry** _entries;
    private int _bytesUsed;
    private int _count;

    /// <param name="capacity">The most challenges at once.</param>
    /// <param name="memory">Kept by whoever keeps this object.</param>
    internal ChallengeQueue(int capacity, PinnedMemory memory)
    {
        _capacity = capacity;
        _byteCapacity = capacity * BytesPerMessage;
        _bytes = memory.Take<byte>(_byteCapacity);
        _digests = memory.Take<byte>(capacity * Sha512Lanes.DigestSize);
        _inputs = memory.Take<ChallengeInput>(capacity);
        _entries = (SignatureEntry**)memory.Take<nint>(capacity);
    }

    /// <summary>Takes a copy of the message; false if there is no room for it.</summary>
    /// <param name="entry">Has R and A already; stays where it is until its challenge is computed.</param>
    /// <param name="message">Any length.</param>
    internal bool TryAdd(SignatureEntry* entry, ReadOnlySpan<byte> message)
    {
        if (_count == _capacity || message.Length > _byteCapacity - _bytesUsed)
            return false;
        byte* copy = _bytes + _bytesUsed;
        message.CopyTo(new Span<byte>(copy, message.Length));
        _bytesUsed += message.Length;
        _entries[_count] = entry;
        _inputs[_count++] = new ChallengeInput(entry->PointR, entry->PublicKey, copy, message.Length);
        return true;
    }

    /// <summary>Writes every challenge into its entry; the queue is empty afterwards.</summary>
    internal void Compute(VectorWidth width)
    {
        var digests = new Span<byte>(_digests, _count * Sha512Lanes.DigestSize);
        Sha512Lanes.HashChallenges(new ReadOnlySpan<ChallengeInput>(_inputs, _count), digests, width);
        for (int i = 0; i < _count; i++)
            _entries[i]->Challenge = Scalar.Reduce(digests.Slice(i * Sha512Lanes.DigestSize, Sha512Lanes.DigestSize));
        _count = 0;
        _bytesUsed = 0;
    }
}
