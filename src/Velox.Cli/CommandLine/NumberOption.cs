using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Velox.Cli;

/// <summary>Options that take a whole number between two bounds, which their help and their error name.</summary>
internal static class NumberOption
{
    /// <param name="name">With its dashes.</param>
    /// <param name="description">Without a full stop: the bounds follow it.</param>
    /// <param name="least">The smallest number allowed, 0 or more.</param>
    /// <param name="most">The largest number allowed.</param>
    /// <param name="defaultValue">When the option is not given.</param>
    internal static Option<int> Create(string name, string description, int least, int most, int defaultValue) => new(name)
    {
        Description = $"{description}, {least} to {most}.",
        HelpName = "N",
        DefaultValueFactory = _ => defaultValue,
        CustomParser = result => Parse(result, name, least, most),
    };

    private static int Parse(ArgumentResult result, string name, int least, int most)
    {
        string text = result.Tokens.Single().Value;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value)
            && value >= least && value <= most)
        {
            return value;
        }

        result.AddError($"{name} is '{text}': it must be a whole number, {least} to {most}.");
        return least;
    }
}
