namespace Velox.Cryptography;

/// <summary>Lengths that a caller must know.</summary>
internal static class SpanLength
{
    /// <param name="length">Bytes that came.</param>
    /// <param name="expected">Bytes that must come.</param>
    /// <param name="name">The argument's name.</param>
    /// <exception cref="ArgumentException">They differ.</exception>
    internal static void Check(int length, int expected, string name)
    {
        if (length != expected)
            throw new ArgumentException($"Expected {expected} bytes, got {length}.", name);
    }
}
