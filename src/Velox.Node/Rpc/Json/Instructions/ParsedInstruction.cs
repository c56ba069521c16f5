using System.Text.Json.Nodes;

namespace Velox.Node;

/// <summary>What an instruction says, as explorers show it.</summary>
/// <param name="Type">Its name.</param>
/// <param name="Info">Its accounts and fields by name; null where it has none.</param>
internal sealed record ParsedInstruction(string Type, JsonObject? Info);
