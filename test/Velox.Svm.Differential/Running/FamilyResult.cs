using System.Text.RegularExpressions;

namespace Velox.Svm.Differential;

/// <summary>A transaction that ended otherwise than in LiteSVM.</summary>
/// <param name="Scenario">Its scenario's number.</param>
/// <param name="Step">Its step in it.</param>
/// <param name="Transaction">The serialized transaction.</param>
/// <param name="Found">How the outcomes differ.</param>
/// <param name="Note">What the transaction does.</param>
/// <param name="Ours">Our outcome; null when there was none.</param>
/// <param name="Theirs">LiteSVM's outcome; null when its process ended.</param>
public sealed record Difference(
    int Scenario, int Step, byte[] Transaction, IReadOnlyList<string> Found, string Note, Outcome? Ours, Outcome? Theirs);

/// <summary>Counts of one family's run.</summary>
public sealed partial class FamilyResult(string family, int seed)
{
    private readonly SortedDictionary<string, int> _errors = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, int> _explained = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (int Count, Difference First)> _kinds = [];

    public string Family => family;

    public int Seed => seed;

    /// <summary>Transactions compared.</summary>
    public int Compared { get; private set; }

    /// <summary>Of those, transactions that succeeded in LiteSVM.</summary>
    public int Succeeded { get; private set; }

    /// <summary>Transactions not compared because one before them differed.</summary>
    public int Skipped { get; private set; }

    /// <summary>Differences that are not explained.</summary>
    public int Differing { get; private set; }

    /// <summary>How often which error was LiteSVM's outcome.</summary>
    public IReadOnlyDictionary<string, int> Errors => _errors;

    /// <summary>How often which known difference was met.</summary>
    public IReadOnlyDictionary<string, int> Explained => _explained;

    /// <summary>The differences by kind, with the first of each.</summary>
    public IEnumerable<(string Kind, int Count, Difference First)> Kinds =>
        _kinds.OrderByDescending(kind => kind.Value.Count).Select(kind => (kind.Key, kind.Value.Count, kind.Value.First));

    /// <summary>Time of our side: making, signing and running the transactions.</summary>
    public TimeSpan OurTime { get; internal set; }

    /// <summary>CPU time of LiteSVM's process.</summary>
    public TimeSpan TheirTime { get; internal set; }

    internal void Count(Outcome theirs)
    {
        Compared++;
        if (theirs.Error.Length == 0)
            Succeeded++;
        else
            Increment(_errors, theirs.Error);
    }

    internal void Skip(int transactions) => Skipped += transactions;

    internal void Explain(string reason) => Increment(_explained, reason);

    internal void Add(Difference difference)
    {
        Differing++;
        string kind = Normalize(difference.Found[0]);
        _kinds[kind] = _kinds.TryGetValue(kind, out (int Count, Difference First) known)
            ? (known.Count + 1, known.First)
            : (1, difference);
    }

    private static void Increment(SortedDictionary<string, int> counts, string key) =>
        counts[key] = counts.GetValueOrDefault(key) + 1;

    /// <summary>The same text for the same kind of difference: without addresses and numbers.</summary>
    private static string Normalize(string text) => Numbers().Replace(Addresses().Replace(text, "KEY"), "N");

    [GeneratedRegex("[1-9A-HJ-NP-Za-km-z]{32,44}")]
    private static partial Regex Addresses();

    [GeneratedRegex(@"[0-9]+|\b[0-9a-f]{8,}\b")]
    private static partial Regex Numbers();
}
