namespace Velox.Testing;

/// <summary>Finds published vectors, which are not part of this repository.</summary>
internal static class VectorFiles
{
    private const string OverrideVariable = "VELOX_VECTORS";

    /// <summary>The path of a vector file or folder; skips the test when it is absent, and fails it on a build server.</summary>
    internal static string Require(string relativePath)
    {
        string? root = FindRoot();
        if (root is not null && Path.Exists(Path.Combine(root, relativePath)))
            return Path.Combine(root, relativePath);

        string reason = $"No vectors '{relativePath}': "
            + $"put shared/vectors beside or above the repository, or set {OverrideVariable} to that folder.";
        Xunit.Assert.False(Environment.GetEnvironmentVariable("CI") == "true", reason);
        Xunit.Assert.Skip(reason);
        return relativePath;
    }

    private static string? FindRoot()
    {
        string? chosen = Environment.GetEnvironmentVariable(OverrideVariable);
        if (!string.IsNullOrEmpty(chosen))
            return chosen;
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string candidate = Path.Combine(folder.FullName, "shared", "vectors");
            if (Directory.Exists(candidate))
                return candidate;
        }

        return null;
    }
}
