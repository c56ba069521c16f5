using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Velox.Primitives;

namespace Velox.Cli;

/// <summary>The option that says on which logical cores threads run.</summary>
internal static class CoreListOption
{
    private const string Automatic = "auto";
    private const string None = "none";

    /// <summary>Its value is null for automatic and empty for none.</summary>
    internal static Option<IReadOnlyList<int>?> Create(string name) => new(name)
    {
        Description = $"Logical core of each thread, such as 2,3; {None} for no pinning; {Automatic} (the default) pins where each stage has a thread and a core.",
        HelpName = "LIST",
        CustomParser = Parse,
    };

    private static List<int>? Parse(ArgumentResult result)
    {
        string text = result.Tokens.Single().Value;
        if (text is Automatic)
            return null;
        if (text is None)
            return [];
        var cores = new List<int>();
        foreach (string part in text.Split(','))
        {
            if (int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int core) && core <= CoreList.MaxNumber && !cores.Contains(core))
            {
                cores.Add(core);
                continue;
            }

            result.AddError($"{((OptionResult)result.Parent!).Option.Name} is '{text}': it must be {Automatic}, {None}, or different core numbers, 0 to {CoreList.MaxNumber}, with commas between.");
            break;
        }

        return cores;
    }
}
