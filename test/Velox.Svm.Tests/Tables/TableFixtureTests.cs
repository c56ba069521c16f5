using Velox.State;
using Velox.Testing;
using Xunit;

namespace Velox.Svm.Tests;

/// <summary>The lookup table program against 505 instructions that were run on Agave 2.1.</summary>
public sealed class TableFixtureTests(ITestOutputHelper output)
{
    private const int FixtureCount = 505;

    /// <summary>How many failed by a rule that is gone; today they succeed, or fail otherwise.</summary>
    private const int ExecutableRuleCount = 19;

    [Fact]
    public void Every_recorded_instruction_ends_alike()
    {
        string[] paths = Directory.GetFiles(VectorFiles.Require("svm/address-lookup-table"), "*.fix");
        Array.Sort(paths, StringComparer.Ordinal);
        TableFixture[] fixtures = Array.ConvertAll(paths, TableFixture.Read);
        string[] differences = [.. fixtures.SelectMany(Differences)];

        output.WriteLine(
            $"{paths.Length} fixtures, {fixtures.Count(fixture => fixture.IsSuccess)} successes, {differences.Length} differences");
        Assert.True(differences.Length == 0, $"{differences.Length}\n{string.Join('\n', differences)}");
        Assert.Equal(FixtureCount, paths.Length);
        Assert.Equal(ExecutableRuleCount, fixtures.Count(fixture => fixture.BreaksExecutableRule));
    }

    // Units are not compared, nor the accounts of what failed: as core-BPF conformance has it.
    private static IEnumerable<string> Differences(TableFixture fixture)
    {
        var runner = new SingleInstruction([.. fixture.Accounts]);
        InstructionError error = runner.Run(
            fixture.ProgramId, fixture.InstructionAccounts, fixture.Data, fixture.Block, fixture.Units);
        string log = string.Join(" | ", runner.Log);
        if (error.IsError == fixture.IsSuccess && !fixture.BreaksExecutableRule)
            yield return $"{fixture.Name}: expected {(fixture.IsSuccess ? "success" : "failure")}, got {error}; {log}";
        if (!fixture.IsSuccess)
            yield break;
        foreach (Account expected in fixture.ExpectedAccounts)
        {
            Account actual = fixture.Accounts.First(account => account.Address == expected.Address);
            if (actual.Lamports != expected.Lamports
                || actual.Owner != expected.Owner
                || actual.Executable != expected.Executable
                || !actual.Data.Bytes.SequenceEqual(expected.Data.Bytes))
            {
                yield return $"{fixture.Name}: account {expected.Address} differs; {log}";
            }
        }
    }
}
