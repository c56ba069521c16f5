namespace Velox.Cryptography;

/// <summary>What SHA-256 is computed with. Every kernel gives the same digests on every machine.</summary>
/// <remarks>
/// Lanes are inputs of a batch, or schedules of blocks of one message, side by side in vectors; what is left over goes through
/// narrower ones. Vectors that the processor lacks are composed of narrower ones. Where the processor's instructions for SHA-256 cannot
/// be used, those kernels that would take lanes of <see cref="VectorPolicy.Width"/> instead.
/// </remarks>
public enum Sha256Kernel
{
    /// <summary>One word at a time.</summary>
    Scalar = 0,

    /// <summary>Vectors of 128 bits.</summary>
    Lanes4,

    /// <summary>Vectors of 256 bits.</summary>
    Lanes8,

    /// <summary>Vectors of 512 bits.</summary>
    Lanes16,

    /// <summary>The processor's instructions for SHA-256: one message, or two of a batch between each other.</summary>
    Instructions,

    /// <summary>The instructions, but vectors of 512 or 256 bits where a batch fills them: with AVX-512 they are faster.</summary>
    InstructionsAndLanes,
}
