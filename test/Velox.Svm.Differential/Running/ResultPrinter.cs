namespace Velox.Svm.Differential;

/// <summary>Prints a family's result for people.</summary>
public static class ResultPrinter
{
    /// <summary>At most so many kinds of differences, the first of each, with its transaction if wanted.</summary>
    public static void Print(FamilyResult result, TextWriter writer, int kinds = 20, bool whole = false)
    {
        writer.WriteLine($"{result.Family}, seed {result.Seed}: {result.Compared} transactions compared, {result.Succeeded} succeeded, "
            + $"{result.Differing} differ, {result.Skipped} not compared after one that differed; "
            + $"{Micros(result.OurTime, result)} µs each here, {Micros(result.TheirTime, result)} µs in LiteSVM");
        foreach ((string error, int count) in result.Errors.OrderByDescending(error => error.Value).Take(12))
            writer.WriteLine($"  {count,8} {error}");
        foreach ((string reason, int count) in result.Explained)
            writer.WriteLine($"  explained {count}: {reason}");
        foreach ((string kind, int count, Difference first) in result.Kinds.Take(kinds))
        {
            writer.WriteLine($"  DIFFERS {count}: {kind}");
            writer.WriteLine($"    scenario {first.Scenario} step {first.Step}");
            foreach (string line in first.Found)
                writer.WriteLine($"    {line}");
            if (whole)
                PrintWhole(first, writer);
        }
    }

    private static void PrintWhole(Difference difference, TextWriter writer)
    {
        writer.WriteLine($"    transaction {Convert.ToBase64String(difference.Transaction)}");
        if (difference.Note.Length > 0)
            writer.WriteLine($"    {difference.Note}");
        writer.WriteLine($"    units expected {difference.Theirs?.Units}, got {difference.Ours?.Units}");
        foreach (string line in difference.Theirs?.Logs ?? [])
            writer.WriteLine($"      LiteSVM: {line}");
        foreach (string line in difference.Ours?.Logs ?? [])
            writer.WriteLine($"      here:    {line}");
    }

    private static string Micros(TimeSpan time, FamilyResult result) =>
        (time.TotalMicroseconds / Math.Max(1, result.Compared)).ToString("F1", System.Globalization.CultureInfo.InvariantCulture);
}
