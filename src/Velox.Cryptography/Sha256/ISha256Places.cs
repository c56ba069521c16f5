namespace Velox.Cryptography;

/// <summary>Where the inputs of a batch lie, and where their digests go.</summary>
internal interface ISha256Places
{
    /// <summary>Bytes from the beginning of the memory of inputs.</summary>
    nuint Input(int index);

    /// <summary>Bytes from the beginning of the memory of digests.</summary>
    nuint Digest(int index);
}
