using System.Runtime.Intrinsics;

namespace Velox.Cryptography;

/// <summary>How wide the vectors are that work on many inputs at once.</summary>
public enum VectorWidth
{
    /// <summary>No vectors: one input after the other.</summary>
    None = 0,

    /// <summary>SSE2 or ARM64's vectors.</summary>
    Bits128 = 128,

    /// <summary>AVX2.</summary>
    Bits256 = 256,

    /// <summary>AVX-512.</summary>
    Bits512 = 512,
}

/// <summary>Which vectors the process uses: what the processor accelerates, unless a width is forced.</summary>
/// <remarks>
/// Every width gives the same bits on every machine. One that the processor lacks is composed of narrower vectors: slower,
/// but the tests run it anywhere. The environment variable <see cref="Variable"/> forces a width: <c>none</c>, <c>128</c>,
/// <c>256</c>, <c>512</c>, or <c>auto</c>, the default.
/// </remarks>
public static class VectorPolicy
{
    /// <summary>The environment variable, read once.</summary>
    public const string Variable = "VELOX_VECTOR_WIDTH";

    /// <summary>The widest vectors that this processor accelerates.</summary>
    public static VectorWidth Hardware { get; } =
        Vector512.IsHardwareAccelerated ? VectorWidth.Bits512
        : Vector256.IsHardwareAccelerated ? VectorWidth.Bits256
        : Vector128.IsHardwareAccelerated ? VectorWidth.Bits128
        : VectorWidth.None;

    /// <summary>The width in use where a caller asks for none in particular.</summary>
    public static VectorWidth Width { get; } = Parse(Environment.GetEnvironmentVariable(Variable));

    /// <exception cref="ArgumentException">The text is no width.</exception>
    internal static VectorWidth Parse(string? text) => text switch
    {
        null or "" or "auto" => Hardware,
        "none" => VectorWidth.None,
        "128" => VectorWidth.Bits128,
        "256" => VectorWidth.Bits256,
        "512" => VectorWidth.Bits512,
        _ => throw new ArgumentException($"{Variable} is '{text}'; expected auto, none, 128, 256 or 512."),
    };
}
