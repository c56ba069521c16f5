using System.Globalization;
using Xunit;

namespace Velox.Svm.Tests;

/// <summary>
/// Whatever bytes and programs there are: the bank never throws, every transaction ends, what fails changes nothing but its fee payer and
/// its nonce, nothing is made or lost, and workers and batches do not show.
/// </summary>
/// <remarks><c>VELOX_BANK_FUZZ_ROUNDS</c> makes it longer (3 rounds), <c>VELOX_BANK_FUZZ_SEED</c> another one.</remarks>
public sealed class BankFuzzTests(ITestOutputHelper output)
{
    [Fact]
    public void Mutated_transactions_and_programs_do_no_harm()
    {
        int rounds = Setting("VELOX_BANK_FUZZ_ROUNDS", 3);
        int first = Setting("VELOX_BANK_FUZZ_SEED", 1);
        for (int seed = first; seed < first + rounds; seed++)
        {
            Flow flow = FuzzFlow.Make(seed);
            string[] expected = FlowRunner.Run(flow, new FlowWay(1, 30), seed);
            FlowRunner.MustEqual(flow, expected, [new(2, int.MaxValue), new(3, 100, Ahead: 4, ReusesObjects: true)], seed);
            int recorded = expected.Count(line => line.StartsWith("record ", StringComparison.Ordinal));
            int failed = expected.Count(line => line.Contains(" failed: ", StringComparison.Ordinal));
            int succeeded = expected.Count(line => line.EndsWith(" success", StringComparison.Ordinal) && !line.Contains(" failed: ", StringComparison.Ordinal));
            string counts = $"seed {seed}: {flow.Blocks.Sum(block => block.Transactions.Length)} transactions, {recorded} recorded, {failed} failed, {succeeded} did well";
            output.WriteLine(counts);
            Assert.True(recorded > 1_000 && failed > 500 && succeeded > 50, counts);
        }
    }

    private static int Setting(string name, int usual) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out int value) ? value : usual;
}
