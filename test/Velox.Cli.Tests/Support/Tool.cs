using System.Diagnostics;
using System.Reflection;
using Xunit;

namespace Velox.Cli.Tests;

/// <summary>What a run of the tool left behind.</summary>
internal sealed record ToolResult(int ExitCode, string Output, string Error)
{
    /// <summary>The errors without the lines that say how far a replay is: those come only where it takes seconds.</summary>
    internal string ErrorBesidesProgress => string.Join(
        '\n', Error.Split('\n').Where(line => !line.StartsWith("replayed ", StringComparison.Ordinal)));
}

/// <summary>The tool of this build, run as a user runs it.</summary>
internal static class Tool
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    /// <summary>The tool's assembly.</summary>
    internal static string Path { get; } = System.IO.Path.Combine(
        FindRoot(), "src", "Velox.Cli", "bin",
        typeof(Tool).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration, "net10.0", "velox.dll");

    /// <summary>What runs it; the test host knows which one it was started by.</summary>
    internal static string Dotnet => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    /// <summary>Runs it to its end.</summary>
    internal static Task<ToolResult> RunAsync(params string[] arguments) => RunProgramAsync(Dotnet, [Path, .. arguments]);

    /// <summary>
    /// Runs it in a shell, for limits and redirections: "velox" in the script is the tool. Not on Windows.
    /// </summary>
    internal static Task<ToolResult> RunInShellAsync(string script)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "This needs a Unix shell: run it on Linux or macOS.");
        return RunProgramAsync("/bin/bash", ["-c", $"velox() {{ '{Dotnet}' '{Path}' \"$@\"; }}\n{script}"]);
    }

    private static async Task<ToolResult> RunProgramAsync(string program, IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(Limit);
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(timeout.Token);
            Task<string> error = process.StandardError.ReadToEndAsync(timeout.Token);
            var result = new ToolResult(0, await output, await error);
            await process.WaitForExitAsync(timeout.Token);
            return result with { ExitCode = process.ExitCode };
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Velox.slnx")))
                return folder.FullName;
        }

        throw new InvalidOperationException("Velox.slnx is in no folder above the test assembly.");
    }
}
