using System.Globalization;
using Velox.Svm.Differential;

string[] known = ["--transactions", "--seed", "--family", "--scenario", "--whole", "--trace", "--alone", "--bench", "--runs", "--kind"];
string? unknown = args.Where((_, i) => i % 2 == 0).FirstOrDefault(name => !known.Contains(name));
if (args is not ["--help"] && (unknown is not null || args.Length % 2 != 0))
{
    Console.Error.WriteLine(unknown is null ? $"{args[^1]} needs a value." : $"{unknown} is no option: see --help.");
    return 2;
}

if (args is ["--help"])
{
    Console.WriteLine("""
        Runs families of transactions through LiteSVM and through this repository's runtime, and prints how they differ.

          --transactions N      how many of each family (10,000)
          --seed N              what they are made from (1)
          --family NAME[,NAME]  which families (all)
          --scenario N          begin there (0)
          --whole 1             show transactions and logs
          --trace 1             LiteSVM's logs of all transactions
          --alone 1             LiteSVM alone, to judge the scenarios

        Or measures the CPU time of both for a transaction of each kind, and the ratio.

          --bench N             transactions of a run
          --runs N              how many runs, of which the median counts (5)
          --kind NAME[,NAME]    which kinds (all)
        """);
    return 0;
}

var options = new Dictionary<string, string>();
for (int i = 0; i + 1 < args.Length; i += 2)
    options[args[i]] = args[i + 1];
int Number(string name, int otherwise) =>
    options.TryGetValue(name, out string? text) ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

LiteSvmInstallation? installation = LiteSvmInstallation.Find(out string missing);
if (installation is null)
{
    Console.Error.WriteLine(missing);
    return 2;
}

if (Number("--bench", 0) is > 0 and int count)
{
    using var peer = LiteSvmPeer.Start(installation);
    string[] kinds = options.TryGetValue("--kind", out string? list) ? list.Split(',') : [];
    new ComparisonBench(peer, count).Print(kinds, Number("--runs", 5), Console.Out);
    return 0;
}

string[] wanted = options.TryGetValue("--family", out string? names) ? names.Split(',') : [];
bool isAlone = Number("--alone", 0) != 0;
var run = new DifferentialRun(installation, (peer, peerOptions, blockhash) =>
    isAlone ? new EmptyRuntime() : Runtimes.Create(peer, peerOptions, blockhash))
{
    IsPeerAlone = isAlone,
    Trace = Number("--trace", 0) != 0 ? Console.Out : null,
};
int differing = 0;
foreach (IFamily family in FamilyCatalog.All.Where(family => wanted.Length == 0 || wanted.Contains(family.Name)))
{
    FamilyResult result = run.Run(family, Number("--seed", 1), Number("--transactions", 10_000), Number("--scenario", 0));
    ResultPrinter.Print(result, Console.Out, whole: Number("--whole", 0) != 0);
    differing += result.Differing;
}

return differing == 0 ? 0 : 1;
