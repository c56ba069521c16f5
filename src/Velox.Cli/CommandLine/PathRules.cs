using System.CommandLine.Parsing;

namespace Velox.Cli;

/// <summary>What every path on the command line must be.</summary>
internal static class PathRules
{
    /// <summary>A validator: an empty text, as an unset shell variable gives it, is no path.</summary>
    internal static void RefuseEmpty(SymbolResult result)
    {
        if (result.Tokens.Any(token => string.IsNullOrWhiteSpace(token.Value)))
            result.AddError($"{NameOf(result)} is empty: it must be a path.");
    }

    private static string NameOf(SymbolResult result) =>
        result is OptionResult option ? option.Option.Name : ((ArgumentResult)result).Argument.Name;
}
