using Velox.Primitives;

namespace Velox.Svm.Differential;

/// <summary>Finds how two outcomes of one transaction differ.</summary>
public static class OutcomeComparer
{
    /// <summary>One line for each difference, the most telling first; empty when they agree.</summary>
    public static List<string> Compare(SendStep step, Outcome theirs)
    {
        Outcome ours = step.Ours;
        var found = new List<string>();
        if (step.Comparison.HasFlag(Comparison.Error) && ours.Error != theirs.Error)
            found.Add($"error: expected '{theirs.Error}', got '{ours.Error}'");
        if (step.Comparison.HasFlag(Comparison.Logs))
            CompareLogs(ours.Logs, theirs.Logs, found);
        if (step.Comparison.HasFlag(Comparison.Texts))
            CompareLogs(WithoutUnits(ours.Logs), WithoutUnits(theirs.Logs), found);
        if (step.Comparison.HasFlag(Comparison.Units) && ours.Units != theirs.Units)
            found.Add($"units: expected {theirs.Units}, got {ours.Units}");
        if (step.Comparison.HasFlag(Comparison.Accounts))
            CompareAccounts(step.Watched, ours.Accounts, theirs.Accounts, found);
        if (step.Comparison.HasFlag(Comparison.ReturnData))
            CompareReturnData(ours, theirs, found);
        if (step.Comparison.HasFlag(Comparison.InnerInstructions))
            CompareInner(ours.InnerInstructions, theirs.InnerInstructions, found);
        return found;
    }

    private static string[] WithoutUnits(IReadOnlyList<string> logs) =>
        [.. logs.Where(line => !line.EndsWith(" compute units", StringComparison.Ordinal))];

    private static void CompareLogs(IReadOnlyList<string> ours, IReadOnlyList<string> theirs, List<string> found)
    {
        for (int i = 0; i < Math.Max(ours.Count, theirs.Count); i++)
        {
            string our = i < ours.Count ? ours[i] : "(none)";
            string their = i < theirs.Count ? theirs[i] : "(none)";
            if (our == their)
                continue;
            found.Add($"log {i}: expected '{their}', got '{our}'");
            return;
        }
    }

    private static void CompareAccounts(Address[] watched, AccountState[] ours, AccountState[] theirs, List<string> found)
    {
        for (int i = 0; i < watched.Length; i++)
        {
            AccountState our = ours[i];
            AccountState their = theirs[i];
            if (our.Equals(their))
                continue;
            string name = $"account {watched[i]}";
            if (our.Lamports != their.Lamports)
                found.Add($"{name} lamports: expected {their.Lamports}, got {our.Lamports}");
            if (our.Owner != their.Owner)
                found.Add($"{name} owner: expected {their.Owner}, got {our.Owner}");
            if (our.Executable != their.Executable)
                found.Add($"{name} executable: expected {their.Executable}, got {our.Executable}");
            if (!our.Data.AsSpan().SequenceEqual(their.Data))
                found.Add($"{name} data: {DescribeData(our.Data, their.Data)}");
        }
    }

    private static string DescribeData(byte[] ours, byte[] theirs)
    {
        int at = ours.AsSpan().CommonPrefixLength(theirs);
        return $"expected {theirs.Length} bytes, got {ours.Length}; at {at} expected {Excerpt(theirs, at)}, got {Excerpt(ours, at)}";
    }

    private static string Excerpt(byte[] data, int at) =>
        Convert.ToHexStringLower(data.AsSpan(at, Math.Min(24, data.Length - at)));

    private static void CompareReturnData(Outcome ours, Outcome theirs, List<string> found)
    {
        // Agave shows return data only where there are bytes; LiteSVM names the last program even so.
        bool isSameProgram = ours.ReturnProgram == theirs.ReturnProgram || theirs.ReturnData.Length == 0;
        if (isSameProgram && ours.ReturnData.AsSpan().SequenceEqual(theirs.ReturnData))
            return;
        found.Add($"return data: expected {theirs.ReturnProgram} {Convert.ToHexStringLower(theirs.ReturnData)}, "
            + $"got {ours.ReturnProgram} {Convert.ToHexStringLower(ours.ReturnData)}");
    }

    private static void CompareInner(IReadOnlyList<InnerCall> ours, IReadOnlyList<InnerCall> theirs, List<string> found)
    {
        for (int i = 0; i < Math.Max(ours.Count, theirs.Count); i++)
        {
            string our = i < ours.Count ? ours[i].ToString() : "(none)";
            string their = i < theirs.Count ? theirs[i].ToString() : "(none)";
            if (our == their)
                continue;
            found.Add($"inner {i}: expected '{their}', got '{our}'");
            return;
        }
    }
}
