using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Velox.Architecture.Tests;

/// <summary>The checkout that the tests were built from.</summary>
internal static partial class Repository
{
    internal static string Root { get; } = FindRoot();

    internal static string[] Projects(string folder) =>
        Directory.GetFiles(Path.Combine(Root, folder), "*.csproj", SearchOption.AllDirectories);

    /// <summary>The C# files that people write.</summary>
    internal static string[] SourceFiles() =>
    [
        .. new[] { "src", "test", "bench", "samples" }
            .SelectMany(folder => Directory.GetFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories))
            .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj" or "node_modules")),
    ];

    internal static string NameOf(string projectFile) => Path.GetFileNameWithoutExtension(projectFile);

    internal static IEnumerable<string> ReferencesOf(string projectFile) =>
        XDocument.Load(projectFile).Descendants("ProjectReference")
            .Select(reference => NameOf(reference.Attribute("Include")!.Value.Replace('\\', '/')));

    /// <summary>The floors as the picture in ARCHITECTURE.md draws them: room to floor.</summary>
    internal static Dictionary<string, int> ReadFloors()
    {
        var floors = new Dictionary<string, int>();
        int floor = -1;
        foreach (string line in File.ReadLines(Path.Combine(Root, "ARCHITECTURE.md")))
        {
            Match match = FloorLine().Match(line);
            if (!match.Success)
                continue;
            if (match.Groups["floor"].Success)
                floor = int.Parse(match.Groups["floor"].Value, System.Globalization.CultureInfo.InvariantCulture);
            floors.Add(match.Groups["room"].Value, floor);
        }

        return floors;
    }

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Velox.slnx")))
                return folder.FullName;
        }

        throw new InvalidOperationException("Velox.slnx is in no folder above the test assembly.");
    }

    [GeneratedRegex(@"^(floor (?<floor>\d)|\s{7})\s+(?<room>Velox\.\w+)\s")]
    private static partial Regex FloorLine();
}
