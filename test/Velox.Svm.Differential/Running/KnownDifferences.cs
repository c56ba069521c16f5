namespace Velox.Svm.Differential;

/// <summary>Differences that are LiteSVM's own, each with its reason. Each rule is as narrow as the reason.</summary>
public static class KnownDifferences
{
    /// <summary>Why the outcomes may differ; null when they may not.</summary>
    public static string? Explain(SendStep step, Outcome theirs)
    {
        _ = step;
        _ = theirs;
        return null;
    }
}
