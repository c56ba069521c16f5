using System.CommandLine;
using System.CommandLine.Parsing;

namespace Velox.Cli;

/// <summary>Options that take one of a few names, which their help and their error list.</summary>
internal static class ChoiceOption
{
    /// <param name="name">With its dashes.</param>
    /// <param name="description">Without a full stop: the names follow it.</param>
    /// <param name="choices">What each name means; the first is the default, and the type's default value.</param>
    internal static Option<T> Create<T>(string name, string description, params (string Name, T Value)[] choices)
        where T : struct, Enum
    {
        string names = string.Join(", ", choices.Select(choice => choice.Name));
        return new Option<T>(name)
        {
            Description = $"{description}: {names}; {choices[0].Name} if not given.",
            HelpName = "NAME",
            CustomParser = Parse,
        };

        T Parse(ArgumentResult result)
        {
            string text = result.Tokens.Single().Value;
            foreach ((string choice, T value) in choices)
            {
                if (choice == text)
                    return value;
            }

            result.AddError($"{name} is '{text}': it must be one of {names}.");
            return default;
        }
    }
}
