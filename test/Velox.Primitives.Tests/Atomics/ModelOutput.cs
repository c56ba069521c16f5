using Velox.ModelChecking;
using Xunit;

namespace Velox.Primitives.Tests;

/// <summary>Says in a test's output how far an exploration went.</summary>
internal static class ModelOutput
{
    internal static CheckResult Write(CheckResult result)
    {
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{result.Executions} executions, {result.Pruned} pruned{(result.Finding is { } finding ? $"; {finding.Kind}" : "")}");
        return result;
    }
}
