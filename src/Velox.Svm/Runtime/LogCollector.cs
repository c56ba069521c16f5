using System.Text;

namespace Velox.Svm;

/// <summary>A transaction's log lines, at most 10,000 bytes; then one line "Log truncated" (Agave log_collector).</summary>
public sealed class LogCollector
{
    public const int MaxBytes = 10_000;

    private readonly List<string> _lines = [];
    private int _byteCount;
    private bool _isTruncated;

    public IReadOnlyList<string> Lines => _lines;

    public void Add(string line)
    {
        int byteCount = _byteCount + Encoding.UTF8.GetByteCount(line);
        if (byteCount < MaxBytes)
        {
            _byteCount = byteCount;
            _lines.Add(line);
        }
        else if (!_isTruncated)
        {
            _isTruncated = true;
            _lines.Add("Log truncated");
        }
    }
}
