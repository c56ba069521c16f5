using System.Collections;
using System.Text;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>A transaction's log lines, at most 10,000 bytes unless said otherwise; then one line "Log truncated" (Agave log_collector).</summary>
/// <remarks>
/// Lines are gathered as UTF-8 in one buffer, each after its length in two bytes: nothing is allocated for them, and text is made
/// only where somebody reads it.
/// </remarks>
public sealed class LogCollector
{
    /// <summary>Most bytes of a transaction's lines together, unless said otherwise.</summary>
    public const int MaxBytes = 10_000;

    /// <summary>The largest limit: a line's length has two bytes.</summary>
    public const int LargestMaxBytes = ushort.MaxValue;

    /// <summary>The least limit: "Log truncated" has room.</summary>
    public const int LeastMaxBytes = 64;

    private const int LengthBytes = sizeof(ushort);

    private static readonly byte[] Truncated = "Log truncated"u8.ToArray();

    private readonly int _maxBytes;
    private byte[] _buffer = new byte[1024];
    private int _end;
    private int _byteCount;
    private bool _isTruncated;

    // The line under construction begins at _end; its text may be longer than what is kept.
    private int _lineBytes;

    /// <param name="maxBytes"><see cref="LeastMaxBytes"/> to <see cref="LargestMaxBytes"/>.</param>
    public LogCollector(int maxBytes = MaxBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBytes, LeastMaxBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxBytes, LargestMaxBytes);
        _maxBytes = maxBytes;
    }

    /// <summary>What was gathered so far, as it is now: later lines do not show.</summary>
    internal TransactionLog ToLog() => _end == 0 ? TransactionLog.Empty : new TransactionLog(_buffer.AsSpan(0, _end).ToArray());

    /// <summary>The lines so far, as <see cref="TransactionLog"/> takes them.</summary>
    internal ReadOnlySpan<byte> Lines => _buffer.AsSpan(0, _end);

    /// <summary>Forgets all lines.</summary>
    internal void Clear()
    {
        _end = 0;
        _byteCount = 0;
        _isTruncated = false;
    }

    /// <summary>Adds a line.</summary>
    public void Add(string line)
    {
        Begin();
        Append(line);
        End();
    }

    /// <summary>Begins a line, which <see cref="End"/> ends.</summary>
    internal LogCollector Begin()
    {
        _lineBytes = 0;
        return this;
    }

    internal LogCollector Append(string text)
    {
        // A line that is too long is dropped whole, so only its length matters then.
        int bytes = Encoding.UTF8.GetByteCount(text);
        if (Reserve(bytes))
            Encoding.UTF8.GetBytes(text, _buffer.AsSpan(_end + LengthBytes + _lineBytes));
        _lineBytes += bytes;
        return this;
    }

    internal LogCollector Append(ReadOnlySpan<byte> text)
    {
        if (Reserve(text.Length))
            text.CopyTo(_buffer.AsSpan(_end + LengthBytes + _lineBytes));
        _lineBytes += text.Length;
        return this;
    }

    internal LogCollector Append(ulong number)
    {
        Span<byte> digits = stackalloc byte[20];
        number.TryFormat(digits, out int count);
        return Append(digits[..count]);
    }

    /// <summary>An error's text.</summary>
    internal LogCollector Append(InstructionError error)
    {
        if (error.Kind != InstructionErrorKind.Custom)
            return Append(error.ToString());
        Span<byte> digits = stackalloc byte[2 * sizeof(uint)];
        error.CustomCode.TryFormat(digits, out int count, "x");
        return Append("custom program error: 0x"u8).Append(digits[..count]);
    }

    internal LogCollector Append(Address address) => Append(AddressText.Of(address));

    /// <summary>Bytes in base64.</summary>
    internal LogCollector AppendBase64(ReadOnlySpan<byte> data)
    {
        int bytes = System.Buffers.Text.Base64.GetMaxEncodedToUtf8Length(data.Length);
        if (Reserve(bytes))
            System.Buffers.Text.Base64.EncodeToUtf8(data, _buffer.AsSpan(_end + LengthBytes + _lineBytes), out _, out _);
        _lineBytes += bytes;
        return this;
    }

    /// <summary>Keeps the line, if it fits.</summary>
    internal void End()
    {
        if (_byteCount + _lineBytes < _maxBytes)
        {
            _byteCount += _lineBytes;
            Commit(_lineBytes);
        }
        else if (!_isTruncated)
        {
            _isTruncated = true;
            Begin().Append(Truncated);
            Commit(_lineBytes);
        }
    }

    private void Commit(int bytes)
    {
        Reserve(0);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt16LittleEndian(_buffer.AsSpan(_end), (ushort)bytes);
        _end += LengthBytes + bytes;
    }

    /// <summary>Makes room for more of the line; false where it will not be kept anyway.</summary>
    private bool Reserve(int bytes)
    {
        if (_lineBytes + bytes > _maxBytes)
            return false;
        int end = _end + LengthBytes + _lineBytes + bytes;
        if (end > _buffer.Length)
            Array.Resize(ref _buffer, Math.Max(end, _buffer.Length * 2));
        return true;
    }
}

/// <summary>A transaction's log lines. Immutable; a line becomes text when it is read.</summary>
public sealed class TransactionLog : IReadOnlyList<string>
{
    private readonly byte[] _lines;

    /// <param name="lines">UTF-8, each line after its length in two little-endian bytes.</param>
    internal TransactionLog(byte[] lines) => _lines = lines;

    public static TransactionLog Empty { get; } = new([]);

    public int Count
    {
        get
        {
            int count = 0;
            for (int offset = 0; offset < _lines.Length; offset += 2 + LengthAt(offset))
                count++;
            return count;
        }
    }

    /// <exception cref="ArgumentOutOfRangeException">Not 0 to <see cref="Count"/> - 1.</exception>
    public string this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            int rest = index;
            for (int offset = 0; offset < _lines.Length; offset += 2 + LengthAt(offset))
            {
                if (rest-- == 0)
                    return TextAt(offset);
            }

            throw new ArgumentOutOfRangeException(nameof(index), index, $"The log has {Count} lines.");
        }
    }

    public IEnumerator<string> GetEnumerator()
    {
        for (int offset = 0; offset < _lines.Length; offset += 2 + LengthAt(offset))
            yield return TextAt(offset);
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private int LengthAt(int offset) => System.Buffers.Binary.BinaryPrimitives.ReadUInt16LittleEndian(_lines.AsSpan(offset));

    private string TextAt(int offset) => Encoding.UTF8.GetString(_lines.AsSpan(offset + 2, LengthAt(offset)));
}
