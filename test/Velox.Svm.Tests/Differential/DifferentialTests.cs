using Velox.Svm.Differential;
using Xunit;

namespace Velox.Svm.Tests;

/// <summary>
/// The same random and scripted transactions through LiteSVM, which is Agave's code, and through our executor: accounts, errors,
/// units, logs, return data and inner instructions are equal.
/// </summary>
/// <remarks>
/// A bounded run; longer ones: <c>dotnet run --project test/Velox.Svm.Differential -- --family NAME --transactions N</c>. Needs
/// Node.js and <c>npm install</c> in <c>bench/peers/litesvm</c>.
/// </remarks>
public class DifferentialTests(ITestOutputHelper output)
{
    private const int Transactions = 200;

    public static TheoryData<string> Families =>
        [.. FamilyCatalog.All.Select(family => family.Name).Where(name => !FamilyCatalog.Open.ContainsKey(name))];

    [Theory]
    [MemberData(nameof(Families))]
    public void Transactions_end_as_in_LiteSVM(string family)
    {
        if (LiteSvmInstallation.Find(out string missing) is not { } installation)
        {
            Assert.False(Environment.GetEnvironmentVariable("CI") == "true", missing);
            Assert.Skip(missing);
            return;
        }

        int seed = int.TryParse(Environment.GetEnvironmentVariable("VELOX_LITESVM_SEED"), out int chosen) ? chosen : 1;
        var run = new DifferentialRun(installation, Runtimes.Create);
        FamilyResult result = run.Run(FamilyCatalog.All.Single(known => known.Name == family), seed, Transactions);

        var text = new StringWriter();
        ResultPrinter.Print(result, text, whole: true);
        output.WriteLine(text.ToString());
        Assert.True(result.Differing == 0, text.ToString());
        Assert.True(result.Compared >= Transactions && result.Succeeded > 0, text.ToString());
    }
}
