using System.Globalization;

namespace Velox.Bpf;

/// <summary>The rows and labels of a program's slots: functions, jump targets, entry.</summary>
internal sealed class ProgramLabels
{
    private readonly OpcodeEntry?[] _entries;
    private readonly bool[] _isSecondSlot;
    private readonly string?[] _labels;
    private readonly HashSet<string> _taken = [LabelName.EntryPoint];
    private readonly Dictionary<uint, string> _byKey = [];
    private readonly List<(string Label, uint Key)> _declared = [];
    private readonly int _entryPoint = -1;

    internal ProgramLabels(ProgramImage image)
    {
        Count = image.Text.Length / InstructionWord.Bytes;
        _entries = new OpcodeEntry?[Count];
        _isSecondSlot = new bool[Count];
        _labels = new string?[Count];
        ReadOnlySpan<byte> text = image.Text.Span;
        for (int index = 0; index < Count; index++)
        {
            _entries[index] = EntryOf(image.Dialect, text, index);
            if (_entries[index]?.Form == OperandForm.Wide)
                _isSecondSlot[++index] = true;
        }

        _entryPoint = FindEntryPoint(image);
        AddFunctions(image);
        AddTargets(text);
        EntryDirective = DescribeEntry(image.EntryIndex);
    }

    internal int Count { get; }

    /// <summary>What follows <c>.entry</c>, or null when the assembler would start there anyway.</summary>
    internal string? EntryDirective { get; }

    /// <summary>Keys that the assembler would not make of a label itself; <c>call</c> means the first of a label.</summary>
    internal IReadOnlyList<(string Label, uint Key)> Declared => _declared;

    /// <summary>The row, or null for what is no whole instruction.</summary>
    internal OpcodeEntry? EntryAt(int index) => _entries[index];

    internal bool IsSecondSlot(int index) => _isSecondSlot[index];

    internal IEnumerable<string> At(int index)
    {
        if (index == _entryPoint)
            yield return LabelName.EntryPoint;
        if (_labels[index] is { } label)
            yield return label;
    }

    /// <summary>The label of the function with a key, where the assembler would make that key of it; else null.</summary>
    internal string? OfKey(uint key) => _byKey.GetValueOrDefault(key);

    /// <summary>The number of the register that a callx takes.</summary>
    internal static int CallRegister(Dialect dialect, in InstructionWord word) => dialect.CallRegisterField switch
    {
        CallRegisterField.Source => word.Source,
        CallRegisterField.Immediate => word.Immediate,
        _ => word.Destination,
    };

    /// <summary>The row of a slot that can be written as an instruction.</summary>
    private static OpcodeEntry? EntryOf(Dialect dialect, ReadOnlySpan<byte> text, int index)
    {
        const int maxRegister = 10;
        var word = InstructionWord.Read(text, index);
        if (dialect.Find(in word) is not { } entry)
            return null;
        FieldUse use = OperandLayout.FieldsOf(dialect, entry);
        bool isWritable = entry.Form switch
        {
            OperandForm.Wide => (index + 2) * InstructionWord.Bytes <= text.Length && InstructionWord.Read(text, index + 1).Opcode == 0,
            OperandForm.CallRegister => CallRegister(dialect, in word) is >= 0 and <= maxRegister,
            OperandForm.Call => true,
            _ => !use.Source || entry.Selector == OpcodeSelector.Source || word.Source <= maxRegister,
        };
        return isWritable && (!use.Destination || word.Destination <= maxRegister) ? entry : null;
    }

    private bool CanHaveLabel(long index) => index >= 0 && index < Count && !_isSecondSlot[index];

    private int FindEntryPoint(ProgramImage image)
    {
        if (image.Functions.TryGetValue(FunctionKey.EntryPoint, out FunctionSymbol symbol) && CanHaveLabel(symbol.Index))
            return symbol.Index;
        // Where calls have no keys a name is only a name.
        if (image.Dialect.Calls == CallConvention.Key)
            return -1;
        return image.Functions.Values.Where(function => function.Name == LabelName.EntryPoint && CanHaveLabel(function.Index))
            .Select(function => function.Index).DefaultIfEmpty(-1).Min();
    }

    private void AddFunctions(ProgramImage image)
    {
        bool hasKeys = image.Dialect.Calls == CallConvention.Key;
        // By place, so that the text does not depend on the order of a hash table; the key that needs no declaration first.
        foreach ((uint key, FunctionSymbol function) in image.Functions.OrderBy(pair => pair.Value.Index)
            .ThenBy(pair => pair.Key != FunctionKey.OfIndex(pair.Value.Index)).ThenBy(pair => pair.Key))
        {
            if (!CanHaveLabel(function.Index))
                continue;
            bool isEntryPoint = function.Index == _entryPoint
                && (hasKeys ? key == FunctionKey.EntryPoint : function.Name == LabelName.EntryPoint);
            if (!isEntryPoint)
                AddLabel(function.Index, function.Name, "function");
            if (hasKeys)
                AddKey(isEntryPoint ? LabelName.EntryPoint : _labels[function.Index]!, function.Index, key);
        }
    }

    private void AddKey(string label, int index, uint key)
    {
        uint ownKey = LabelName.KeyOf(label, index);
        if (key == ownKey)
        {
            _byKey[key] = label;
            return;
        }

        bool isFirst = _declared.Count == 0 || _declared[^1].Label != label;
        if (isFirst && _byKey.ContainsKey(ownKey))
            _declared.Add((label, ownKey));
        else if (isFirst)
            _byKey[key] = label;
        _declared.Add((label, key));
    }

    private void AddTargets(ReadOnlySpan<byte> text)
    {
        for (int index = 0; index < Count; index++)
        {
            if (_entries[index] is not { } entry)
                continue;
            var word = InstructionWord.Read(text, index);
            long? distance = entry.Form switch
            {
                OperandForm.Jump or OperandForm.JumpImmediate or OperandForm.JumpRegister => word.Offset,
                OperandForm.JumpFar => word.Immediate,
                OperandForm.Call when entry.Operation == Operation.CallLocal && word.Source == 1 => word.Immediate,
                _ => null,
            };
            long target = index + 1L + (distance ?? 0);
            if (distance is not null && CanHaveLabel(target) && target != _entryPoint)
                AddLabel((int)target, null, entry.Form == OperandForm.Call ? "function" : "label");
        }
    }

    /// <summary>Takes a name that no other label has: this one, or a longer one.</summary>
    internal string Claim(string label)
    {
        while (!_taken.Add(label))
            label += "_";
        return label;
    }

    private void AddLabel(int index, string? name, string kind)
    {
        if (_labels[index] is not null)
            return;
        string label = name is not null && LabelName.IsValid(name) && !_taken.Contains(name)
            ? name
            : string.Create(CultureInfo.InvariantCulture, $"{kind}_{index}");
        _labels[index] = Claim(label);
    }

    private string? DescribeEntry(int entry)
    {
        if (entry < 0 || entry >= Count || entry == Math.Max(_entryPoint, 0))
            return null;
        return _labels[entry] ?? entry.ToString(CultureInfo.InvariantCulture);
    }
}
