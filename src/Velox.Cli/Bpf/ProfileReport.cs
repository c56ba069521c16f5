using System.Globalization;
using Velox.Bpf;

namespace Velox.Cli;

/// <summary>A profile as text: coverage, functions, the busiest blocks, and perhaps every instruction with its count.</summary>
internal static class ProfileReport
{
    internal static void Write(ExecutionProfile profile, int maxRows, bool hasListing, TextWriter output)
    {
        (int executed, int all) = profile.Coverage;
        output.WriteLine();
        output.WriteLine(Text($"executed  {profile.Executed} instructions"));
        output.WriteLine(Text($"covered   {executed} of {all} instructions ({Share((ulong)executed, (ulong)all)} %)"));

        output.WriteLine();
        output.WriteLine(Text($"{"function",-32} {"slots",15} {"calls",14} {"instructions",16} {"%",6}"));
        IEnumerable<FunctionProfile> functions = profile.Functions()
            .Where(function => function.Instructions > 0).OrderByDescending(function => function.Instructions);
        foreach (FunctionProfile function in functions.Take(maxRows))
        {
            output.WriteLine(Text(
                $"{function.Name,-32} {Range(function.Start, function.End),15} {function.Calls,14} {function.Instructions,16} {Share(function.Instructions, profile.Executed),6}"));
        }

        output.WriteLine();
        output.WriteLine(Text($"{"block",-32} {"slots",15} {"entries",14} {"instructions",16} {"%",6}"));
        IEnumerable<BlockProfile> blocks = profile.Blocks()
            .Where(block => block.Instructions > 0).OrderByDescending(block => block.Instructions);
        foreach (BlockProfile block in blocks.Take(maxRows))
        {
            string name = profile.Disassembler.NameAt(block.Start) ?? "";
            output.WriteLine(Text(
                $"{name,-32} {Range(block.Start, block.End),15} {block.Entries,14} {block.Instructions,16} {Share(block.Instructions, profile.Executed),6}"));
        }

        if (hasListing)
            WriteListing(profile, output);
    }

    private static void WriteListing(ExecutionProfile profile, TextWriter output)
    {
        output.WriteLine();
        Disassembler disassembler = profile.Disassembler;
        for (int index = 0; index < disassembler.Count; index += disassembler.SlotsAt(index))
        {
            foreach (string label in disassembler.LabelsAt(index))
                output.WriteLine(Text($"{"",16} {label}:"));
            output.WriteLine(Text($"{profile.Counts[index],16} {index,7}: {disassembler.InstructionAt(index)}"));
        }
    }

    private static string Range(int start, int end) => Text($"{start}..{end - 1}");

    private static string Share(ulong part, ulong whole) =>
        whole == 0 ? "0.0" : (100.0 * part / whole).ToString("0.0", CultureInfo.InvariantCulture);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
