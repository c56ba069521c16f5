namespace Velox.EndToEnd.Tests;

/// <summary>A folder that is gone after the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("velox-e2e-");

    internal string Ledger => Path.Combine(_folder.FullName, "ledger");

    internal string Facts => Path.Combine(_folder.FullName, "facts.json");

    internal string Programs => Path.Combine(_folder.FullName, "programs");

    public void Dispose() => _folder.Delete(recursive: true);
}
