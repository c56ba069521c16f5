namespace Velox.Cryptography;

/// <summary>A batch of inputs of equal length at equal distances, and where their digests go.</summary>
/// <param name="Count">How many inputs; at least 0.</param>
/// <param name="InputLength">Bytes of each; at least 0.</param>
/// <param name="InputStride">Bytes from the beginning of an input to that of the next; at least 0: inputs may overlap.</param>
/// <param name="DigestStride">Bytes from the beginning of a digest to that of the next; at least 32.</param>
/// <param name="Prefix">A byte that is hashed before each input, as trees do to tell leaves from nodes; none if null.</param>
public readonly record struct Sha256Batch(
    int Count, int InputLength, int InputStride, int DigestStride = Sha256Constants.DigestSize, byte? Prefix = null)
{
    internal void Check(ReadOnlySpan<byte> inputs, Span<byte> digests)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(Count);
        ArgumentOutOfRangeException.ThrowIfNegative(InputLength);
        ArgumentOutOfRangeException.ThrowIfNegative(InputStride);
        ArgumentOutOfRangeException.ThrowIfLessThan(DigestStride, Sha256Constants.DigestSize);
        if (Count == 0)
            return;
        CheckReach(inputs.Length, InputStride, InputLength, nameof(inputs));
        CheckReach(digests.Length, DigestStride, Sha256Constants.DigestSize, nameof(digests));
        if (inputs.Overlaps(digests))
            throw new ArgumentException("Inputs would be overwritten by digests.", nameof(digests));
    }

    private void CheckReach(int length, int stride, int size, string name)
    {
        long reach = ((long)(Count - 1) * stride) + size;
        if (length < reach)
            throw new ArgumentException($"Expected at least {reach} bytes for {Count}, got {length}.", name);
    }
}
