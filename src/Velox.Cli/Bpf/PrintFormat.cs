using System.Globalization;
using System.Text;
using Velox.Bpf;

namespace Velox.Cli;

/// <summary>
/// The formats of trace_printk: <c>%d %i %u %x %p %c %s %%</c>, with <c>l</c> or <c>ll</c> for 64 bits, without widths.
/// </summary>
internal static class PrintFormat
{
    private const int MaxStringBytes = 512;

    /// <summary>The text; null where the format has another conversion, more of them than values, or a string that cannot be read.</summary>
    /// <param name="format">Without its NUL.</param>
    /// <param name="values">What conversions take, in order.</param>
    /// <param name="call">Where strings are.</param>
    internal static byte[]? Apply(ReadOnlySpan<byte> format, ReadOnlySpan<ulong> values, HostCall call)
    {
        var text = new List<byte>();
        for (int at = 0; at < format.Length; at++)
        {
            if (format[at] != '%')
            {
                text.Add(format[at]);
                continue;
            }

            at++;
            bool isLong = at < format.Length && format[at] == 'l';
            while (at < format.Length && format[at] == 'l')
                at++;
            if (at == format.Length)
                return null;
            if (format[at] == '%')
            {
                text.Add((byte)'%');
                continue;
            }

            if (values.IsEmpty || Convert((char)format[at], isLong ? values[0] : (uint)values[0], isLong, values[0], call) is not { } converted)
                return null;
            text.AddRange(converted);
            values = values[1..];
        }

        return [.. text];
    }

    private static byte[]? Convert(char conversion, ulong value, bool isLong, ulong address, HostCall call) => conversion switch
    {
        'd' or 'i' => Ascii((isLong ? (long)value : (int)value).ToString(CultureInfo.InvariantCulture)),
        'u' => Ascii(value.ToString(CultureInfo.InvariantCulture)),
        'x' => Ascii(value.ToString("x", CultureInfo.InvariantCulture)),
        'p' => Ascii(address.ToString("x16", CultureInfo.InvariantCulture)),
        'c' => [(byte)value],
        's' => ReadString(address, call),
        _ => null,
    };

    private static byte[] Ascii(string text) => Encoding.ASCII.GetBytes(text);

    /// <summary>Bytes up to a NUL; null, with the program ended, when they leave its memory first.</summary>
    private static byte[]? ReadString(ulong address, HostCall call)
    {
        var text = new List<byte>();
        while (text.Count < MaxStringBytes)
        {
            if (!call.TryRead(address + (ulong)text.Count, 1, out ReadOnlySpan<byte> next))
                return null;
            if (next[0] == 0)
                break;
            text.Add(next[0]);
        }

        return [.. text];
    }
}
