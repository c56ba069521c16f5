using System.Xml.Linq;
using Xunit;

namespace Velox.Architecture.Tests;

/// <summary>Holds the project files against the picture in ARCHITECTURE.md.</summary>
public class FloorTests
{
    private static readonly Dictionary<string, int> Floors = Repository.ReadFloors();

    [Fact]
    public void Every_room_is_in_the_picture_and_every_drawn_room_exists()
    {
        IEnumerable<string> rooms = Repository.Projects("src").Select(Repository.NameOf).Order(StringComparer.Ordinal);
        Assert.Equal(Floors.Keys.Order(StringComparer.Ordinal), rooms);
    }

    [Fact]
    public void A_room_references_only_lower_floors()
    {
        string[] violations =
        [
            .. from project in Repository.Projects("src")
               let room = Repository.NameOf(project)
               from reference in Repository.ReferencesOf(project)
               where Floors[reference] >= Floors[room]
               select $"{room} (floor {Floors[room]}) references {reference} (floor {Floors[reference]})",
        ];
        Assert.Empty(violations);
    }

    [Fact]
    public void Every_project_is_part_of_the_solution()
    {
        string[] listed =
        [
            .. XDocument.Load(Path.Combine(Repository.Root, "Velox.slnx")).Descendants("Project")
                .Select(project => Repository.NameOf(project.Attribute("Path")!.Value)).Order(StringComparer.Ordinal),
        ];
        string[] present =
        [
            .. new[] { "src", "test", "bench", "samples" }
                .Where(folder => Directory.Exists(Path.Combine(Repository.Root, folder)))
                .SelectMany(Repository.Projects).Where(IsBuiltWithTheRest).Select(Repository.NameOf).Order(StringComparer.Ordinal),
        ];
        Assert.Equal(present, listed);
    }

    /// <summary>Not what needs a compiler that the rest does without: its own script builds it.</summary>
    private static bool IsBuiltWithTheRest(string projectFile) => !File.ReadAllText(projectFile).Contains("<PublishAot>true", StringComparison.Ordinal);

    [Fact]
    public void Package_versions_stand_in_one_place()
    {
        string[] violations =
        [
            .. from folder in new[] { "src", "test", "bench" }
               where Directory.Exists(Path.Combine(Repository.Root, folder))
               from project in Repository.Projects(folder)
               from reference in XDocument.Load(project).Descendants("PackageReference")
               where reference.Attribute("Version") is not null
               select $"{Repository.NameOf(project)}: {reference.Attribute("Include")?.Value}",
        ];
        Assert.Empty(violations);
    }
}
