namespace Velox.Cryptography;

/// <summary>Where the inputs of a batch lie, and where their digests go.</summary>
internal interface ISha256Places
{
    /// <summary>Bytes from the beginning of the memory of inputs.</summary>
    nuint Input(int index);

    /// <summary>Bytes from the beginning of the memory of digests.</summary>
    nuint Digest(int index);

    /// <summary>Asks for an input that comes next, where the processor would not guess it.</summary>
    void Prefetch(ref byte inputs, int index);
}
