using System.Globalization;
using System.Text;

namespace Velox.ModelChecking;

/// <summary>The operations of an execution in order, for a reader.</summary>
internal sealed class Trace
{
    private readonly List<(int Thread, string What, nint Address, long Value, int Age)> _steps = [];

    internal void Clear() => _steps.Clear();

    /// <param name="thread">Who.</param>
    /// <param name="what">The operation.</param>
    /// <param name="address">Where; 0 when there is no place.</param>
    /// <param name="value">The value read or written.</param>
    /// <param name="age">For a load, how many stores are newer than the one it read; for a store, than itself.</param>
    internal void Add(int thread, string what, nint address = 0, long value = 0, int age = 0) =>
        _steps.Add((thread, what, address, value, age));

    internal string Format(Arena arena)
    {
        var text = new StringBuilder();
        foreach ((int thread, string what, nint address, long value, int age) in _steps)
        {
            text.Append(CultureInfo.InvariantCulture, $"  thread {thread}: {what}");
            if (address != 0)
                text.Append(CultureInfo.InvariantCulture, $" {arena.NameOf(address)}: {value}");
            if (age > 0)
                text.Append(CultureInfo.InvariantCulture, $" ({(what.StartsWith("load", StringComparison.Ordinal) ? "stale" : "overtaken")}: {age} newer)");
            text.AppendLine();
        }

        return text.ToString();
    }
}
