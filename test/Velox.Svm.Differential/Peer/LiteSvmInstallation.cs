using System.Diagnostics;

namespace Velox.Svm.Differential;

/// <summary>Where Node.js and the npm package litesvm are.</summary>
/// <param name="Node">The program.</param>
/// <param name="Server">The script that answers.</param>
public sealed record LiteSvmInstallation(string Node, string Server)
{
    private const string Folder = "bench/peers/litesvm";

    /// <summary>Finds both, or says what is missing.</summary>
    public static LiteSvmInstallation? Find(out string missing)
    {
        missing = "";
        string? folder = FindFolder();
        if (folder is null)
            missing = $"No folder {Folder} above the program: run it inside the checkout.";
        else if (!Directory.Exists(Path.Combine(folder, "node_modules", "litesvm")))
            missing = $"LiteSVM is not installed: run 'npm install' in {Folder}.";
        else if (!IsNodeThere())
            missing = "Node.js is not installed (at least version 20).";
        return missing.Length > 0 ? null : new LiteSvmInstallation("node", Path.Combine(folder!, "server.mjs"));
    }

    private static string? FindFolder()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            string candidate = Path.Combine(at.FullName, Folder);
            if (File.Exists(Path.Combine(candidate, "server.mjs")))
                return candidate;
        }

        return null;
    }

    private static bool IsNodeThere()
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("node", "--version") { RedirectStandardOutput = true });
            process!.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
