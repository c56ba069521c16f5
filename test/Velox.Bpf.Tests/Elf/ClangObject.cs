namespace Velox.Bpf.Tests;

/// <summary>The C sources beside this file, compiled by clang. Without clang a test is skipped; on a build server it fails.</summary>
internal static class ClangObject
{
    internal static string SourceFolder => RequiredTool.SourceFolder(Path.Combine("Elf", "sources"));

    /// <summary>Compiles a source; the object stays in the folder under the source's name and <c>.o</c>.</summary>
    internal static byte[] Compile(string source, string folder, params IEnumerable<string> options)
    {
        string? clang = RequiredTool.Find(["clang", .. Enumerable.Range(11, 15).Reverse().Select(version => $"clang-{version}")]);
        if (clang is null)
            RequiredTool.Miss("There is no 'clang' on the PATH: install it (Debian: clang).");
        string path = Path.Combine(folder, source + ".o");
        RequiredTool.Run(
            clang!, SourceFolder, ["-target", "bpfel", "-mcpu=v3", "-ffreestanding", .. options, "-c", source, "-o", path]);
        return File.ReadAllBytes(path);
    }
}
