using System.Runtime.CompilerServices;

namespace Velox.OrderBook;

/// <summary>
/// A message that is only put together when the condition beside it fails: a full check states thousands.
/// </summary>
[InterpolatedStringHandler]
internal ref struct ContradictionText
{
    private DefaultInterpolatedStringHandler _text;

    public ContradictionText(int literalLength, int formattedCount, bool holds, out bool shouldAppend)
    {
        shouldAppend = !holds;
        _text = shouldAppend ? new DefaultInterpolatedStringHandler(literalLength, formattedCount) : default;
    }

    public void AppendLiteral(string text) => _text.AppendLiteral(text);

    public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);

    public override string ToString() => _text.ToStringAndClear();
}
