using System.Globalization;
using System.Text;

namespace Velox.Primitives;

/// <summary>Reads the small files in which Linux describes the machine, below a root that tests choose.</summary>
/// <remarks>Nothing here throws: a file that is not there, not readable or not as expected is null.</remarks>
internal sealed class KernelFiles(string root)
{
    private const int MaxBytes = 64 * 1024;

    internal string? Text(string path)
    {
        string fullPath = Path.Combine(root, path);
        if (!File.Exists(fullPath))
            return null; // common, and an exception is slow
        try
        {
            using FileStream file = File.OpenRead(fullPath);
            byte[] bytes = new byte[MaxBytes];
            int length = file.ReadAtLeast(bytes, MaxBytes, throwOnEndOfStream: false);
            return Encoding.UTF8.GetString(bytes, 0, length).Trim();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    internal int? Number(string path) =>
        int.TryParse(Text(path), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? number : null;

    internal IReadOnlyList<int>? List(string path) => Text(path) is { } text ? CoreList.Parse(text) : null;

    /// <summary>A size such as <c>32K</c> or <c>16M</c>, in bytes.</summary>
    internal long? Size(string path)
    {
        if (Text(path) is not { Length: > 1 } text)
            return null;
        int shift = text[^1] switch { 'K' => 10, 'M' => 20, 'G' => 30, _ => 0 };
        string digits = shift == 0 ? text : text[..^1];
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? (long)number << shift : null;
    }

    /// <summary>The value after a name and a colon, in files of one such pair a line.</summary>
    internal string? Field(string path, string name)
    {
        foreach (string line in (Text(path) ?? "").Split('\n'))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0 && line.AsSpan(0, colon).TrimEnd().EndsWith(name, StringComparison.Ordinal))
                return line[(colon + 1)..].Trim();
        }

        return null;
    }

    /// <summary>A field in kilobytes, such as <c>MemTotal: 16 kB</c>, in bytes.</summary>
    internal long? KilobyteField(string path, string name)
    {
        string? digits = Field(path, name)?.Split(' ')[0];
        bool isNumber = long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long kilobytes);
        return isNumber && kilobytes <= long.MaxValue / 1_024 ? kilobytes * 1_024 : null;
    }
}
