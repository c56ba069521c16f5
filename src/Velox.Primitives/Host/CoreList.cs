using System.Globalization;

namespace Velox.Primitives;

/// <summary>The kernel's notation for sets of numbers: <c>0-3,8,10-11</c>.</summary>
public static class CoreList
{
    /// <summary>The highest number that is read: the kernel is built for at most 8,192 cores.</summary>
    public const int MaxNumber = 8_191;

    /// <summary>Reads a list; blanks around it do not matter, and a blank list is empty.</summary>
    /// <returns>The numbers, ascending, each once; null for what is no such list or goes past <see cref="MaxNumber"/>.</returns>
    public static IReadOnlyList<int>? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var numbers = new SortedSet<int>();
        foreach (string part in text.Trim().Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] ends = part.Split('-');
            if (ends.Length > 2 || !TryNumber(ends[0], out int first) || !TryNumber(ends[^1], out int last) || first > last)
                return null;
            for (int number = first; number <= last; number++)
                numbers.Add(number);
        }

        return [.. numbers];
    }

    /// <summary>Writes ascending numbers as the kernel does; "none" for no number.</summary>
    public static string Format(IReadOnlyList<int> numbers)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        var ranges = new List<string>();
        for (int i = 0; i < numbers.Count; i++)
        {
            int first = numbers[i];
            while (i + 1 < numbers.Count && numbers[i + 1] == numbers[i] + 1)
                i++;
            ranges.Add(first == numbers[i] ? $"{first}" : $"{first}-{numbers[i]}");
        }

        return ranges.Count == 0 ? "none" : string.Join(',', ranges);
    }

    private static bool TryNumber(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= MaxNumber;
}
