using Velox.Svm.Differential;
using Xunit;

namespace Velox.Svm.Tests;

/// <summary>
/// Lamports, tokens and atoms of markets are what they were after every batch, but for fees; and neither workers, nor where batches end,
/// nor how many are handed in ahead shows in anything.
/// </summary>
public sealed class ConservationTests
{
    private static readonly FlowWay[] Ways =
    [
        new(1, 1),
        new(1, 20, Ahead: 3),
        new(2, int.MaxValue),
        new(2, 200, Ahead: 16, ReusesObjects: true),
        new(3, 60, Ahead: 2),
        new(8, int.MaxValue, Ahead: 1, ReusesObjects: true),
        new(8, 30),
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Transfers_and_a_market(int seed) => Check(Flow.OfTransfersAndBook(seed), seed);

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void Programs_on_accounts_that_change_their_kind(int seed) => Check(Flow.OfPrograms(seed, blocks: 4, transactionsPerBlock: 250), seed);

    [Theory]
    [InlineData(5)]
    public void Program_files_and_attacks_on_every_program(int seed) => Check(FamilyFlow.Make(seed, scenarios: 2), seed);

    [Theory]
    [InlineData(7)]
    public void Token_programs_by_their_real_files(int seed)
    {
        if (LiteSvmInstallation.Find(out string missing) is not { } installation)
        {
            Assert.False(Environment.GetEnvironmentVariable("CI") == "true", missing);
            Assert.Skip(missing);
            return;
        }

        Check(FamilyFlow.MakeOfFiles(installation, seed, scenarios: 4), seed);
    }

    private static void Check(Flow flow, int seed)
    {
        string[] expected = FlowRunner.Run(flow, new FlowWay(1, int.MaxValue), seed);
        Assert.Contains(expected, line => line.EndsWith(" success", StringComparison.Ordinal));
        FlowRunner.MustEqual(flow, expected, Ways, seed);
    }
}
