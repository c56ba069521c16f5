namespace Velox.Bpf;

/// <summary>Takes one line of assembly apart.</summary>
internal ref struct LineReader
{
    private readonly ReadOnlySpan<char> _line;
    private readonly int _number;
    private int _position;

    /// <param name="line">Without its line break.</param>
    /// <param name="number">From 1.</param>
    internal LineReader(ReadOnlySpan<char> line, int number)
    {
        _line = line;
        _number = number;
        SkipBlanks();
    }

    /// <summary>The line, from 1.</summary>
    internal readonly int Line => _number;

    /// <summary>Where the next token starts, from 1.</summary>
    internal readonly int Column => _position + 1;

    /// <summary>Whether only a comment is left.</summary>
    internal readonly bool IsAtEnd => _position == _line.Length || Next is ';' or '#' || _line[_position..].StartsWith("//");

    private readonly char Next => _position < _line.Length ? _line[_position] : '\0';

    internal readonly bool IsAt(char c) => Next == c;

    /// <summary>Takes one character, when it is next.</summary>
    internal bool TryTake(char c)
    {
        if (Next != c)
            return false;
        _position++;
        SkipBlanks();
        return true;
    }

    internal void Take(char c, string remedy)
    {
        if (!TryTake(c))
            throw Unexpected(remedy);
    }

    /// <summary>A word of letters, digits and the signs of names; empty when none is next.</summary>
    internal string TakeWord()
    {
        int start = _position;
        while (_position < _line.Length && LabelName.IsPart(_line[_position]))
            _position++;
        string word = _line[start.._position].ToString();
        SkipBlanks();
        return word;
    }

    /// <summary>A register, number, name or <c>[register+offset]</c>.</summary>
    internal Operand TakeOperand()
    {
        int column = Column;
        if (TryTake('['))
        {
            byte register = TakeRegister();
            Literal offset = IsAt(']') ? default : TakeNumber("write [register+offset], such as [r1+8] or [r10-4].");
            Take(']', "close the address with ].");
            return new Operand(OperandKind.Memory, column, TextFrom(column), register, offset);
        }

        if (Next == '%' || LabelName.LooksLikeRegister(PeekWord()))
        {
            byte register = TakeRegister();
            return new Operand(OperandKind.Register, column, TextFrom(column), register);
        }

        if (Next is '+' or '-' || char.IsAsciiDigit(Next))
        {
            Literal number = TakeNumber("write a number, such as 5, -3 or 0x1f.");
            return new Operand(OperandKind.Number, column, TextFrom(column), 0, number);
        }

        string name = TakeWord();
        return name.Length > 0
            ? new Operand(OperandKind.Name, column, name)
            : throw Unexpected("an operand is missing here: a register, a number, a label or [register+offset].");
    }

    /// <summary>A decimal or hexadecimal number with or without a sign; blanks may follow the sign.</summary>
    internal Literal TakeNumber(string remedy)
    {
        int column = Column;
        bool isNegative = TryTake('-');
        bool hasSign = isNegative || TryTake('+');
        string digits = TakeWord();
        bool isHex = digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        ulong magnitude = 0;
        bool isNumber = digits.Length > 0 && (isHex
            ? ulong.TryParse(digits.AsSpan(2), System.Globalization.NumberStyles.AllowHexSpecifier, null, out magnitude)
            : ulong.TryParse(digits, System.Globalization.NumberStyles.None, null, out magnitude));
        return isNumber
            ? new Literal(magnitude, isNegative, hasSign)
            : throw Error(column, TextFrom(column), $"this is no number of 64 bits: {remedy}");
    }

    /// <summary>A text in double quotes, as UTF-8; escapes are \\n \\t \\0 \\\\ \\" and \\xHH.</summary>
    internal byte[] TakeText()
    {
        const string remedy = "write a text in double quotes; in it \\n, \\t, \\0, \\\\, \\\" and \\xHH.";
        int column = Column;
        if (Next != '"')
            throw Unexpected(remedy);
        var bytes = new List<byte>();
        Span<byte> encoded = stackalloc byte[4];
        for (_position++; _position < _line.Length && Next != '"';)
        {
            if (Next == '\\')
            {
                bytes.Add(TakeEscape(remedy));
                continue;
            }

            System.Text.Rune.DecodeFromUtf16(_line[_position..], out System.Text.Rune rune, out int characters);
            bytes.AddRange(encoded[..rune.EncodeToUtf8(encoded)]);
            _position += characters;
        }

        if (_position == _line.Length)
            throw Error(column, TextFrom(column), $"the text has no end: {remedy}");
        _position++;
        SkipBlanks();
        return [.. bytes];
    }

    /// <summary>An error at the next token.</summary>
    internal AssemblyException Unexpected(string remedy)
    {
        int column = Column;
        if (_position < _line.Length && TakeWord().Length == 0)
            _position++;
        return Error(column, IsPast(column) ? TextFrom(column) : "", remedy);
    }

    internal readonly AssemblyException Error(int column, string token, string detail) =>
        new(new AssemblyError(_number, column, token, detail));

    private byte TakeEscape(string remedy)
    {
        int column = Column;
        ReadOnlySpan<char> rest = _line[(_position + 1)..];
        bool isHex = rest is ['x', _, _, ..] && char.IsAsciiHexDigit(rest[1]) && char.IsAsciiHexDigit(rest[2]);
        _position = Math.Min(_position + (isHex ? 4 : 2), _line.Length);
        return rest switch
        {
            ['n', ..] => (byte)'\n',
            ['t', ..] => (byte)'\t',
            ['0', ..] => 0,
            ['\\' or '"', ..] => (byte)rest[0],
            _ when isHex => Convert.FromHexString(rest[1..3])[0],
            _ => throw Error(column, TextFrom(column), remedy),
        };
    }

    private byte TakeRegister()
    {
        int column = Column;
        // No blank between the sign and the name.
        if (Next == '%')
            _position++;
        string word = TakeWord();
        return LabelName.LooksLikeRegister(word) && byte.TryParse(word.AsSpan(1), out byte register) && register <= 10
            ? register
            : throw Error(column, TextFrom(column), "this is no register: they are r0 to r10.");
    }

    private readonly ReadOnlySpan<char> PeekWord()
    {
        int end = _position;
        while (end < _line.Length && LabelName.IsPart(_line[end]))
            end++;
        return _line[_position..end];
    }

    private readonly bool IsPast(int column) => _position >= column;

    private readonly string TextFrom(int column) => _line[(column - 1).._position].TrimEnd().ToString();

    private void SkipBlanks()
    {
        while (_position < _line.Length && _line[_position] is ' ' or '\t')
            _position++;
    }
}
