using System.Collections.Frozen;
using System.Globalization;
using System.Runtime.CompilerServices;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>An interpolated text on its way into the log: its parts go there one by one, and nothing is allocated for them.</summary>
[InterpolatedStringHandler]
public readonly ref struct LogLine
{
    private const int MaxNumberBytes = 64;

    private readonly LogCollector _log;

    /// <summary>Begins a line; the compiler makes the call.</summary>
    /// <param name="literalLength">Not needed.</param>
    /// <param name="formattedCount">Not needed.</param>
    /// <param name="context">Whose log.</param>
    public LogLine(int literalLength, int formattedCount, InvokeContext context) => _log = context.Collector.Begin();

    internal LogLine(LogCollector log) => _log = log;

    public void AppendLiteral(string text) => _log.Append(text);

    public void AppendFormatted(string? text) => _log.Append(text ?? "");

    public void AppendFormatted(Address address) => _log.Append(address);

    /// <summary>Numbers as everywhere in the world, enums by their names, all else as its text.</summary>
    // Optimised from the first call: before that the test of the type would put the value into an object.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void AppendFormatted<T>(T value, string? format = null)
        where T : notnull
    {
        // A test of the type and a call on the value itself: neither puts it into an object.
        if (value is IUtf8SpanFormattable)
        {
            Span<byte> digits = stackalloc byte[MaxNumberBytes];
            if (!((IUtf8SpanFormattable)value).TryFormat(digits, out int count, format, CultureInfo.InvariantCulture))
                throw new ArgumentException($"A value in a line of log is longer than {MaxNumberBytes} bytes.", nameof(value));
            _log.Append(digits[..count]);
        }
        else
        {
            _log.Append(typeof(T).IsEnum ? EnumNames<T>.Of(value) : value.ToString() ?? "");
        }
    }

    private static class EnumNames<T>
        where T : notnull
    {
        private static readonly FrozenDictionary<T, string> Names =
            typeof(T).GetEnumValues().Cast<T>().Distinct().ToFrozenDictionary(value => value, value => value.ToString() ?? "");

        internal static string Of(T value) => Names.TryGetValue(value, out string? name) ? name : value.ToString() ?? "";
    }
}

/// <summary>As <see cref="LogLine"/>, after "Program log: ".</summary>
[InterpolatedStringHandler]
public readonly ref struct ProgramLogLine
{
    private readonly LogLine _line;

    /// <summary>Begins a line; the compiler makes the call.</summary>
    /// <param name="literalLength">Not needed.</param>
    /// <param name="formattedCount">Not needed.</param>
    /// <param name="context">Whose log.</param>
    public ProgramLogLine(int literalLength, int formattedCount, InvokeContext context) =>
        _line = new LogLine(context.Collector.Begin().Append("Program log: "u8));

    public void AppendLiteral(string text) => _line.AppendLiteral(text);

    public void AppendFormatted(string? text) => _line.AppendFormatted(text);

    public void AppendFormatted(Address address) => _line.AppendFormatted(address);

    public void AppendFormatted<T>(T value, string? format = null)
        where T : notnull => _line.AppendFormatted(value, format);
}
