using System.Globalization;

namespace Velox.Bpf;

/// <summary>Where the distance to a label goes.</summary>
internal enum ReferenceKind : byte
{
    /// <summary>Into the offset.</summary>
    Offset,

    /// <summary>Into the immediate.</summary>
    Immediate,

    /// <summary>Into the immediate of a call: the distance, or the function's key where the dialect has keys.</summary>
    Function,

    /// <summary>Into both immediates of a wide load: the address of data.</summary>
    Data,
}

/// <summary>The program that lines are added to: slots, labels, and what refers to them.</summary>
internal sealed class ProgramBuilder(Dialect dialect, ulong dataAddress = MemoryMap.ProgramAddress)
{
    private readonly List<InstructionWord> _words = [];
    private readonly List<byte> _data = [];
    private readonly Dictionary<string, Label> _labels = [];
    private readonly List<Reference> _references = [];
    private readonly List<(Reference Label, uint? Key)> _declared = [];
    private readonly Dictionary<string, uint> _keys = [];
    private readonly Dictionary<uint, FunctionSymbol> _functions = [];
    private Reference? _entry;
    private int? _firstExit;

    internal Dialect Dialect => dialect;

    internal MnemonicTable Mnemonics { get; } = MnemonicTable.Of(dialect);

    /// <summary>Whether lines go to the read-only data, not to the text.</summary>
    internal bool IsInData { get; set; }

    internal void Add(in InstructionWord word, int column, in LineReader reader)
    {
        if (IsInData)
            throw reader.Error(column, "", "instructions are not read-only data: write .text before them.");
        if (_words.Count == Verifier.MaxInstructions)
            throw reader.Error(column, "", $"a program has at most {Verifier.MaxInstructions} instructions.");
        _words.Add(word);
    }

    internal void AddData(ReadOnlySpan<byte> bytes, int column, in LineReader reader)
    {
        if (!IsInData)
            throw reader.Error(column, "", "data stands in its own section: write .rodata before it.");
        if (bytes.Length > Assembler.MaxDataBytes - _data.Count)
            throw reader.Error(column, "", $"a program has at most {Assembler.MaxDataBytes} bytes of read-only data.");
        _data.AddRange(bytes);
    }

    /// <summary>Notes that the instruction added next is an exit: the first is the label <c>exit</c> where no line defines it.</summary>
    internal void NoteExit() => _firstExit ??= _words.Count;

    internal void DefineLabel(string name, int column, in LineReader reader)
    {
        if (!LabelName.IsValid(name))
        {
            throw reader.Error(column, name,
                $"a label begins with a letter, _ . $ or @, has at most {LabelName.MaxLength} characters, and is no register.");
        }

        if (_labels.TryGetValue(name, out Label first))
            throw reader.Error(column, name, $"line {first.Line} has this label already: rename one.");
        _labels.Add(name, new Label(IsInData ? _data.Count : _words.Count, reader.Line, IsInData));
    }

    internal void SetEntry(in Operand operand, in LineReader reader)
    {
        if (operand.Kind != OperandKind.Name && !(operand.Kind == OperandKind.Number && !operand.Number.HasSign))
            throw reader.Error(operand.Column, operand.Text, "write .entry and a label or the number of a slot.");
        if (_entry is { } first)
            throw reader.Error(operand.Column, operand.Text, $"line {first.Line} says .entry already: remove one.");
        _entry = new Reference(ReferenceKind.Immediate, 0, reader.Line, operand);
    }

    /// <summary>Declares a function. <c>call</c> uses the first key of a label, or its own where none is given.</summary>
    internal void AddFunction(string label, int column, in Operand? key, in LineReader reader)
    {
        long bits = 0;
        if (key is { } operand && !(operand.Kind == OperandKind.Number && operand.Number.TryGet(0, uint.MaxValue, out bits)))
            throw reader.Error(operand.Column, operand.Text, "a key is a number of 32 bits without sign.");
        _declared.Add((new Reference(ReferenceKind.Immediate, 0, reader.Line, new Operand(OperandKind.Name, column, label)),
            key is null ? null : (uint)bits));
        if (key is not null)
            _keys.TryAdd(label, (uint)bits);
    }

    /// <summary>Notes that the instruction added next refers to a label or a distance.</summary>
    internal void AddReference(ReferenceKind kind, in Operand operand, in LineReader reader) =>
        _references.Add(new Reference(kind, _words.Count, reader.Line, operand));

    internal ProgramImage Build()
    {
        foreach ((Reference label, uint? key) in _declared)
            AddFunction(label.Operand.Text, Find(in label), in label, key);
        foreach (Reference reference in _references)
            Resolve(in reference);
        int entry = EntryIndex();
        byte[] text = new byte[_words.Count * InstructionWord.Bytes];
        for (int i = 0; i < _words.Count; i++)
            _words[i].Write(text.AsSpan(i * InstructionWord.Bytes));
        return new ProgramImage
        {
            Dialect = dialect,
            Text = text,
            EntryIndex = entry,
            Functions = _functions,
            ReadOnlyData = _data.ToArray(),
            ReadOnlyAddress = dataAddress,
        };
    }

    private int EntryIndex()
    {
        if (_labels.TryGetValue(LabelName.EntryPoint, out Label start) && !start.IsData)
            AddFunction(LabelName.EntryPoint, start.Index, default);
        if (_entry is not { } entry)
            return start.IsData ? 0 : start.Index;
        if (entry.Operand.Kind == OperandKind.Name)
        {
            int index = Find(in entry);
            AddFunction(entry.Operand.Text, index, in entry);
            return index;
        }

        return entry.Operand.Number.TryGet(0, (ulong)Math.Max(_words.Count - 1, 0), out long slot)
            ? (int)slot
            : throw Error(in entry, $"the program has {_words.Count} slots, counted from 0.");
    }

    private void Resolve(in Reference reference)
    {
        if (reference.Kind == ReferenceKind.Data)
        {
            ulong address = dataAddress + (ulong)Find(in reference);
            _words[reference.Index] = _words[reference.Index] with { Immediate = (int)address };
            _words[reference.Index + 1] = _words[reference.Index + 1] with { Immediate = (int)(address >> 32) };
            return;
        }

        InstructionWord word = _words[reference.Index];
        long next = reference.Index + 1L;
        bool isLabel = reference.Operand.Kind == OperandKind.Name;
        long distance = isLabel ? Find(in reference) - next : Distance(in reference);
        switch (reference.Kind)
        {
            case ReferenceKind.Offset when distance is < short.MinValue or > short.MaxValue:
                string remedy = Mnemonics.Find("ja32") is null ? "jump to a nearer 'ja' that goes on" : "jump over a 'ja32', which reaches all";
                throw Error(in reference, $"{distance} instructions away; a jump reaches -32768 to 32767: {remedy}.");
            case ReferenceKind.Offset:
                _words[reference.Index] = word with { Offset = (short)distance };
                break;
            case ReferenceKind.Function when dialect.Calls == CallConvention.Key:
                _words[reference.Index] = word with { Immediate = (int)AddCallee(in reference, next + distance) };
                break;
            case ReferenceKind.Function when isLabel:
                AddFunction(reference.Operand.Text, (int)(next + distance), in reference);
                goto default;
            default:
                _words[reference.Index] = word with { Immediate = (int)distance };
                break;
        }
    }

    private uint AddCallee(in Reference reference, long target)
    {
        if (target < 0 || target >= _words.Count)
            throw Error(in reference, $"the function would be at slot {target}; the program has {_words.Count}, counted from 0.");
        string name = reference.Operand.Kind == OperandKind.Name
            ? reference.Operand.Text
            : string.Create(CultureInfo.InvariantCulture, $"function_{target}");
        return AddFunction(name, (int)target, in reference);
    }

    /// <summary>Registers a function under its key. The first name stays.</summary>
    private uint AddFunction(string name, int index, in Reference reference, uint? givenKey = null)
    {
        uint key = givenKey ?? (_keys.TryGetValue(name, out uint declared) ? declared : LabelName.KeyOf(name, index));
        if (!_functions.TryAdd(key, new FunctionSymbol(name, index)) && _functions[key].Index != index)
            throw Error(in reference, $"its key 0x{key:x8} is that of '{_functions[key].Name}' too: move it by an instruction.");
        return key;
    }

    private int Find(in Reference reference)
    {
        bool wantsData = reference.Kind == ReferenceKind.Data;
        if (_labels.TryGetValue(reference.Operand.Text, out Label label))
        {
            return label.IsData == wantsData
                ? label.Index
                : throw Error(in reference, wantsData ? "this label is an instruction: only data has an address here." : "this label is data, not an instruction.");
        }

        if (reference.Operand.Text == "exit" && !wantsData && _firstExit is { } index)
            return index;
        throw Error(in reference, reference.Kind == ReferenceKind.Function
            ? "no line has this label: define it with 'name:', or call a host function with 'syscall name'."
            : "no line has this label: define it with 'name:'.");
    }

    private static long Distance(in Reference reference) => reference.Operand.Number.TryGet(int.MinValue, int.MaxValue, out long distance)
        ? distance
        : throw Error(in reference, "a distance has 32 bits.");

    private static AssemblyException Error(in Reference reference, string detail) =>
        new(new AssemblyError(reference.Line, reference.Operand.Column, reference.Operand.Text ?? "", detail));

    /// <param name="Index">A slot, or of data the byte.</param>
    /// <param name="Line">Where it is defined.</param>
    /// <param name="IsData">Which.</param>
    private readonly record struct Label(int Index, int Line, bool IsData);

    private readonly record struct Reference(ReferenceKind Kind, int Index, int Line, Operand Operand);
}
