namespace Velox.Cryptography;

/// <summary>Which kernel the process computes SHA-256 with: what is fastest here, unless one is forced.</summary>
/// <remarks>
/// The environment variable <see cref="Variable"/> forces one: <c>scalar</c>, <c>lanes4</c>, <c>lanes8</c>, <c>lanes16</c>, <c>instructions</c>,
/// <c>instructions+lanes</c>, <c>lanes</c> for those of <see cref="VectorPolicy.Width"/>, or <c>auto</c>, the default.
/// </remarks>
public static class Sha256Policy
{
    /// <summary>The environment variable, read once.</summary>
    public const string Variable = "VELOX_SHA256";

    /// <summary>The kernel in use where a caller asks for none in particular.</summary>
    public static Sha256Kernel Kernel { get; } = Parse(Environment.GetEnvironmentVariable(Variable));

    /// <summary>Why the processor's instructions for SHA-256 are not used by any kernel; null if they are.</summary>
    public static string? InstructionsRefusal => Sha256Instructions.Refusal;

    /// <summary>The kernels that the processor accelerates, the scalar one first.</summary>
    public static IReadOnlyList<Sha256Kernel> Accelerated { get; } =
        [.. Enum.GetValues<Sha256Kernel>().Where(IsAccelerated)];

    /// <exception cref="ArgumentException">The text is no kernel.</exception>
    internal static Sha256Kernel Parse(string? text) => Resolve(
        text switch
        {
            null or "" or "auto" => VectorPolicy.Width == VectorWidth.Bits512 ? Sha256Kernel.InstructionsAndLanes : Sha256Kernel.Instructions,
            "scalar" => Sha256Kernel.Scalar,
            "lanes4" => Sha256Kernel.Lanes4,
            "lanes8" => Sha256Kernel.Lanes8,
            "lanes16" => Sha256Kernel.Lanes16,
            "lanes" => LanesOf(VectorPolicy.Width),
            "instructions" => Sha256Kernel.Instructions,
            "instructions+lanes" => Sha256Kernel.InstructionsAndLanes,
            _ => throw new ArgumentException(
                $"{Variable} is '{text}'; expected auto, scalar, lanes, lanes4, lanes8, lanes16, instructions or instructions+lanes."),
        },
        Sha256Instructions.IsAvailable,
        VectorPolicy.Width);

    /// <summary>What a kernel comes down to on a machine.</summary>
    /// <param name="kernel">Any.</param>
    /// <param name="hasInstructions">Whether the processor's instructions for SHA-256 can be used.</param>
    /// <param name="width">Of the vectors that take their place.</param>
    internal static Sha256Kernel Resolve(Sha256Kernel kernel, bool hasInstructions, VectorWidth width) =>
        kernel >= Sha256Kernel.Instructions && !hasInstructions ? LanesOf(width) : kernel;

    /// <summary>As <see cref="Resolve(Sha256Kernel, bool, VectorWidth)"/>, on this machine.</summary>
    internal static Sha256Kernel Resolve(Sha256Kernel kernel) => Resolve(kernel, Sha256Instructions.IsAvailable, VectorPolicy.Width);

    private static bool IsAccelerated(Sha256Kernel kernel) => kernel switch
    {
        Sha256Kernel.Instructions => Sha256Instructions.IsAvailable,
        Sha256Kernel.InstructionsAndLanes => Sha256Instructions.IsAvailable && VectorPolicy.Hardware == VectorWidth.Bits512,
        _ => kernel <= LanesOf(VectorPolicy.Hardware),
    };

    private static Sha256Kernel LanesOf(VectorWidth width) => width switch
    {
        VectorWidth.Bits512 => Sha256Kernel.Lanes16,
        VectorWidth.Bits256 => Sha256Kernel.Lanes8,
        VectorWidth.Bits128 => Sha256Kernel.Lanes4,
        _ => Sha256Kernel.Scalar,
    };
}
