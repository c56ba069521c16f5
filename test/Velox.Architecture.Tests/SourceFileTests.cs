using System.Text;
using System.Text.RegularExpressions;
using Xunit;

namespace Velox.Architecture.Tests;

/// <summary>What `dotnet format` looks at and the build does not. All else that it looks at is a warning of the build, and so an error.</summary>
public partial class SourceFileTests
{
    private static readonly string[] Files = Repository.SourceFiles();

    [Fact]
    public void Lines_end_with_one_line_feed_and_without_blanks()
    {
        string[] violations = [.. Files.Where(file =>
        {
            byte[] bytes = File.ReadAllBytes(file);
            return bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) || bytes.Contains((byte)'\r')
                || !bytes.AsSpan().EndsWith("\n"u8) || bytes.AsSpan().EndsWith("\n\n"u8)
                || File.ReadLines(file).Any(line => line.EndsWith(' ') || line.Contains('\t', StringComparison.Ordinal));
        })];
        Assert.Empty(violations);
    }

    [Fact]
    public void Usings_stand_in_order_and_those_of_the_system_first()
    {
        string[] violations = [.. Files.Where(file =>
        {
            string[] usings = [.. File.ReadLines(file).TakeWhile(line => !line.StartsWith("namespace", StringComparison.Ordinal))
                .Where(line => line.StartsWith("using ", StringComparison.Ordinal))];
            return !usings.SequenceEqual(usings.OrderBy(Rank).ThenBy(line => line.TrimEnd(';'), StringComparer.OrdinalIgnoreCase));
        })];
        Assert.Empty(violations);
    }

    [Fact]
    public void Built_in_types_have_their_short_names()
    {
        string[] violations =
        [
            .. from file in Files
               from line in File.ReadLines(file)
               where LongName().IsMatch(line)
               select $"{file}: {line}",
        ];
        Assert.Empty(violations);
    }

    /// <summary>Usings of namespaces, then static ones, then other names; of the first those of the system.</summary>
    private static int Rank(string line) =>
        line.Contains(" = ", StringComparison.Ordinal) ? 3
        : line.StartsWith("using static ", StringComparison.Ordinal) ? 2
        : SystemUsing().IsMatch(line) ? 0
        : 1;

    [GeneratedRegex(@"^using System[.;]")]
    private static partial Regex SystemUsing();

    [GeneratedRegex(@"^[^/""]*(?<![\w.])(System\.)?(Boolean|Byte|SByte|Char|Decimal|Double|Single|U?Int(16|32|64)|Object|String)(\?| [a-z_]|\[|\.|>)")]
    private static partial Regex LongName();
}
