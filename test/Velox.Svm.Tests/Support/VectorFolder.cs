using Xunit;

namespace Velox.Svm.Tests;

/// <summary>Conformance vectors of others, which are not part of the repository.</summary>
internal static class VectorFolder
{
    /// <summary>The folder, or a skipped test that says what is missing (a failed one where CI=true).</summary>
    internal static string Find(string path)
    {
        foreach (string root in Roots())
        {
            string folder = Path.Combine(root, path);
            if (Directory.Exists(folder))
                return folder;
        }

        string reason =
            $"Vectors '{path}' are absent: put them into shared/vectors beside a folder above the checkout, or set VELOX_VECTORS.";
        if (Environment.GetEnvironmentVariable("CI") == "true")
            Assert.Fail(reason);
        Assert.Skip(reason);
        return "";
    }

    private static IEnumerable<string> Roots()
    {
        if (Environment.GetEnvironmentVariable("VELOX_VECTORS") is { Length: > 0 } configured)
            yield return configured;
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            yield return Path.Combine(folder.FullName, "shared", "vectors");
    }
}
