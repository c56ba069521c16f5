namespace Velox.Bpf;

/// <summary>Which source line each instruction comes from. Immutable.</summary>
public sealed class LineTable
{
    private readonly Row[] _rows;

    /// <param name="rows">In any order. Where several start at one instruction, the last one that is no end counts.</param>
    internal LineTable(IEnumerable<Row> rows) =>
        _rows = [.. rows.OrderBy(row => row.Index).ThenBy(row => row.File is null ? 0 : 1)];

    /// <summary>Entries of the table.</summary>
    public int Count => _rows.Length;

    /// <summary>The line of an instruction; false where none is known.</summary>
    public bool TryFind(int index, out SourceLine line)
    {
        int low = 0;
        int high = _rows.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_rows[middle].Index <= index)
                low = middle + 1;
            else
                high = middle;
        }

        bool isKnown = low > 0 && _rows[low - 1].File is not null;
        line = isKnown ? new SourceLine(_rows[low - 1].File!, _rows[low - 1].Line) : default;
        return isKnown;
    }

    /// <summary>From an instruction up to the next row: a line, or with no file the end of what is known.</summary>
    internal readonly record struct Row(int Index, string? File, int Line);
}
