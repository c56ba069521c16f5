using Velox.Primitives;

namespace Velox.Cli;

/// <summary>What the wait strategies are called here.</summary>
internal static class WaitNames
{
    internal static (string Name, WaitKind Kind)[] All { get; } =
        [("adaptive", WaitKind.Adaptive), ("park", WaitKind.Park), ("yield", WaitKind.SpinThenYield), ("spin", WaitKind.Spin)];

    internal static string Of(WaitKind kind) => All.First(each => each.Kind == kind).Name;
}
