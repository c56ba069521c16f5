using System.Text;

namespace Velox.Primitives;

/// <summary>What a metric is made of.</summary>
public enum MetricKind
{
    /// <summary>A sum that only grows: <see cref="ShardedCounter"/>.</summary>
    Counter = 1,

    /// <summary>A value that goes up and down: <see cref="Primitives.Gauge"/>.</summary>
    Gauge = 2,

    /// <summary>Durations in nanoseconds: <see cref="LatencyHistogram"/>, <see cref="SingleWriterHistogram"/>.</summary>
    Histogram = 3,

    /// <summary>The last points over time: <see cref="TimeSeries"/>.</summary>
    Series = 4,
}

/// <summary>What a metric is, for those who look at it.</summary>
/// <param name="Kind">What it is made of.</param>
/// <param name="Name">Unique in its registry: letters, digits and <c>. _ -</c>, 1 to 64 of them.</param>
/// <param name="Unit">As UCUM writes it, such as <c>ns</c>, <c>By</c> or <c>{order}</c>; up to 32 bytes of UTF-8.</param>
/// <param name="Description">One line, up to 120 bytes of UTF-8.</param>
public sealed record MetricDefinition(MetricKind Kind, string Name, string Unit, string Description)
{
    public const int MaxNameBytes = 64;
    public const int MaxUnitBytes = 32;
    public const int MaxDescriptionBytes = 120;

    /// <summary>What is wrong with it, naming the field and its bound; null when nothing is.</summary>
    internal string? FindError()
    {
        if (!Enum.IsDefined(Kind))
            return $"kind is {(int)Kind}: it must be 1 to 4";
        if (Name.Length is 0 or > MaxNameBytes || Name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-')))
            return $"name is '{Printable(Name)}': it must be 1 to {MaxNameBytes} letters, digits, dots, underscores or dashes";
        return FindError("unit", Unit, MaxUnitBytes) ?? FindError("description", Description, MaxDescriptionBytes);
    }

    // A control character would reach the terminal of whoever looks.
    private static string? FindError(string field, string text, int maxBytes)
    {
        if (text.Any(char.IsControl))
            return $"{field} is '{Printable(text)}': it must hold no control characters";
        int bytes = Encoding.UTF8.GetByteCount(text);
        return bytes > maxBytes ? $"{field} has {bytes} bytes: it must have at most {maxBytes}" : null;
    }

    private static string Printable(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));
}
