using System.Reflection;
using Xunit;

namespace Velox.EndToEnd.Tests;

/// <summary>Where things are that the tests start: the tool of this build, and the JavaScript client.</summary>
internal static class Checkout
{
    private static readonly string Root = FindRoot();

    /// <summary>Folder of the scripts.</summary>
    internal static string Client { get; } = Path.Combine(Root, "test", "Velox.EndToEnd.Tests", "client");

    /// <summary>Folder of the sample that users copy.</summary>
    internal static string Sample { get; } = Path.Combine(Root, "samples", "javascript");

    /// <summary>Folder of the script that writes real programs as ELF files.</summary>
    internal static string Programs { get; } = Path.Combine(Root, "test", "Velox.Bpf.Tests", "programs");

    /// <summary>The tool, of the configuration that these tests were built in.</summary>
    internal static string Velox { get; } =
        Path.Combine(Root, "src", "Velox.Cli", "bin", Configuration(), "net10.0", "velox.dll");

    /// <summary>What runs it; the test host knows which one it was started by.</summary>
    internal static string Dotnet => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    /// <summary>Skips the test, saying why, where the client cannot run; fails it where CI=true.</summary>
    internal static void RequireClient()
    {
        if (OperatingSystem.IsWindows())
            Miss("Signals are not sent on Windows: run these tests on Linux or macOS.");
        if (!IsOnPath("node"))
            Miss("There is no 'node' on the PATH: install Node.js 20 or newer.");
        if (!Directory.Exists(Path.Combine(Client, "node_modules")))
            Miss("The client's packages are absent: run 'npm ci' in test/Velox.EndToEnd.Tests/client.");
    }

    /// <summary>The same, where there are no real programs.</summary>
    internal static void RequirePrograms()
    {
        if (!Directory.Exists(Path.Combine(Programs, "node_modules")))
            Miss("The packages with programs are absent: run 'npm ci' in test/Velox.Bpf.Tests/programs.");
    }

    private static void Miss(string reason)
    {
        if (Environment.GetEnvironmentVariable("CI") == "true")
            Assert.Fail(reason);
        Assert.Skip(reason);
    }

    private static bool IsOnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, program)));

    private static string Configuration() =>
        typeof(Checkout).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Velox.slnx")))
                return folder.FullName;
        }

        throw new InvalidOperationException("Velox.slnx is in no folder above the test assembly.");
    }
}
