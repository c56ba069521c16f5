using System.CommandLine;
using System.CommandLine.Parsing;

namespace Velox.Cli;

/// <summary>Tells a user what is wrong with a command line, and nothing else, on standard error.</summary>
internal static class CommandLineErrors
{
    /// <summary>Exit code of a command line that says nothing runnable.</summary>
    internal const int ExitCode = 2;

    internal static int Print(ParseResult result) => Print(result, [.. result.Errors.Select(error => error.Message)]);

    /// <summary>For what only shows when the values are known.</summary>
    internal static int Print(ParseResult result, params IReadOnlyList<string> errors)
    {
        foreach (string error in errors)
            Console.Error.WriteLine($"velox: {error}");
        Console.Error.WriteLine($"'{NameOf(result.CommandResult)} --help' says what there is.");
        return ExitCode;
    }

    private static string NameOf(CommandResult command) => command.Parent is CommandResult parent
        ? $"{NameOf(parent)} {command.Command.Name}"
        : "velox";
}
