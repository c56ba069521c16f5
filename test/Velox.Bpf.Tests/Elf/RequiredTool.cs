using System.Diagnostics;

namespace Velox.Bpf.Tests;

/// <summary>Programs that tests start. Where one is absent the test is skipped with the remedy; on a build server it fails.</summary>
internal static class RequiredTool
{
    internal static void Miss(string reason)
    {
        Assert.False(Environment.GetEnvironmentVariable("CI") == "true", reason);
        Assert.Skip(reason);
    }

    /// <summary>The path of the first of these programs that is on the PATH, or null.</summary>
    internal static string? Find(params IEnumerable<string> names) =>
        (from name in names
         from folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
         select Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    /// <summary>Runs a program to its end; what it wrote is in the failure's message.</summary>
    internal static void Run(string program, string folder, params IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardError = true,
        })!;
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}: {errors}");
    }

    /// <summary>A folder of the test project's sources.</summary>
    internal static string SourceFolder(string name)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Velox.Bpf.Tests.csproj")))
                return Path.Combine(folder.FullName, name);
        }

        throw new InvalidOperationException("Velox.Bpf.Tests.csproj is in no folder above the test assembly.");
    }
}
