using Velox.State;
using Velox.Testing;
using Xunit;

namespace Velox.Svm.Tests;

/// <summary>The token program against 170 instructions that were run on the compiled SPL Token 3.5.0.</summary>
public sealed class TokenFixtureTests(ITestOutputHelper output)
{
    private const int FixtureCount = 170;

    [Fact]
    public void Every_recorded_instruction_of_SPL_Token_ends_alike()
    {
        string[] paths = Directory.GetFiles(VectorFiles.Require("svm/token"), "*.fix");
        Array.Sort(paths, StringComparer.Ordinal);
        string[] differences = [.. paths.Select(TokenFixture.Read).SelectMany(Differences)];

        output.WriteLine($"{paths.Length} fixtures, {differences.Length} differences");
        Assert.True(differences.Length == 0, string.Join('\n', differences));
        Assert.Equal(FixtureCount, paths.Length);
    }

    // Compute units are not compared: a native program has its own price.
    private static IEnumerable<string> Differences(TokenFixture fixture)
    {
        var runner = new SingleInstruction([.. fixture.Accounts]);
        InstructionError error = runner.Run(fixture.ProgramId, fixture.InstructionAccounts(), fixture.Data);
        string log = string.Join(" | ", runner.Log);
        if (error != fixture.ExpectedError)
            yield return $"{fixture.Name}: expected {fixture.ExpectedError}, got {error}; {log}";
        if (!runner.ReturnData.AsSpan().SequenceEqual(fixture.ExpectedReturnData))
            yield return $"{fixture.Name}: return data differs; {log}";
        foreach (Account expected in fixture.ExpectedAccounts)
        {
            Account actual = fixture.Accounts.First(account => account.Address == expected.Address);
            if (actual.Lamports != expected.Lamports
                || actual.Owner != expected.Owner
                || !actual.Data.Bytes.SequenceEqual(expected.Data.Bytes))
            {
                yield return $"{fixture.Name}: account {expected.Address} differs; {log}";
            }
        }
    }
}
