namespace Velox.Primitives;

/// <summary>What the bounded rings have in common. Which threads may call what is each ring's to say.</summary>
/// <typeparam name="T">An item.</typeparam>
public interface IRing<T>
{
    /// <summary>Whether a thread that writes may also read, beside those that read.</summary>
    static abstract bool ProducerMayRead { get; }

    /// <summary>Items it holds at most.</summary>
    int Capacity { get; }

    /// <summary>Items in it, about now.</summary>
    int Count { get; }

    /// <summary>Appends an item, or returns false when the ring is full.</summary>
    bool TryWrite(in T item);

    /// <summary>Takes the oldest item, or returns false when the ring is empty.</summary>
    bool TryRead(out T item);
}
