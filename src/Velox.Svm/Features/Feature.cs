using System.Globalization;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>One of Solana's feature gates.</summary>
/// <param name="Id">The address by which clusters activate it.</param>
/// <param name="Name">Its name in Agave's feature set, such as <c>blake3_syscall_enabled</c>.</param>
/// <param name="MainnetSlot">The slot since which mainnet-beta has it, or null.</param>
public sealed record Feature(Address Id, string Name, ulong? MainnetSlot)
{
    private const string ResourceName = "Velox.Svm.Features.features.txt";

    /// <summary>Every gate of Agave 4.3 (feature-set), in its order.</summary>
    public static IReadOnlyList<Feature> Known { get; } = Read();

    /// <summary>The gate of that name.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public static Feature Named(string name) =>
        Known.FirstOrDefault(feature => feature.Name == name)
        ?? throw new KeyNotFoundException($"No feature gate is named '{name}'.");

    private static List<Feature> Read()
    {
        using Stream stream = typeof(Feature).Assembly.GetManifestResourceStream(ResourceName)
            ?? throw new InvalidOperationException($"The resource {ResourceName} is missing.");
        using var reader = new StreamReader(stream);
        List<Feature> features = [];
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('#'))
                continue;
            string[] fields = line.Split(' ');
            ulong? slot = fields[2] == "-" ? null : ulong.Parse(fields[2], CultureInfo.InvariantCulture);
            features.Add(new Feature(Address.Parse(fields[0]), fields[1], slot));
        }

        return features;
    }
}
