namespace Velox.Cryptography;

/// <summary>What a cache keeps of a public key A: the multiples 0 to 8 of -A and of -2^128 A.</summary>
/// <remarks>With both, the two halves of a scalar share one run of doublings of half the length.</remarks>
internal static class KeyTable
{
    internal const int Parts = 2;
    internal const int PartBits = 256 / Parts;

    internal const int MaxMultiple = 8;

    /// <summary>Doubles of one multiple: four coordinates.</summary>
    internal const int EntryLength = 4 * FieldElement.LimbCount;

    /// <summary>Doubles of one part.</summary>
    internal const int PartLength = (MaxMultiple + 1) * EntryLength;

    /// <summary>Doubles of a key.</summary>
    internal const int Length = Parts * PartLength;
}
