namespace Velox.Bpf;

/// <summary>A dialect's rows by name. Made from its opcode table, so that a new row is text at once.</summary>
internal sealed class MnemonicTable
{
    private readonly Dictionary<string, OpcodeEntry[]> _rows;
    private readonly OpcodeEntry _hostCall;
    private readonly OpcodeEntry _localCall;

    internal MnemonicTable(Dialect dialect)
    {
        _rows = dialect.Entries.GroupBy(entry => entry.Mnemonic).ToDictionary(group => group.Key, group => group.ToArray());
        foreach (OpcodeEntry[] rows in _rows.Values.ToArray())
        {
            if (Alternative(rows[0]) is { } name)
                _rows.TryAdd(name, rows);
        }

        OpcodeEntry[] calls = [.. dialect.Entries.Where(entry => entry.Form == OperandForm.Call)];
        _hostCall = calls.FirstOrDefault(entry => entry.Operation == Operation.CallHost) ?? calls[0];
        _localCall = calls.FirstOrDefault(entry => entry.Operation == Operation.CallLocal) ?? calls[0];
        CallRegister = dialect.Entries.First(entry => entry.Form == OperandForm.CallRegister);
    }

    internal OpcodeEntry CallRegister { get; }

    internal static MnemonicTable Of(Dialect dialect) => dialect.Mnemonics;

    /// <summary>The rows of a name or an alternative spelling, or null.</summary>
    internal OpcodeEntry[]? Find(string mnemonic) => _rows.GetValueOrDefault(mnemonic);

    /// <summary>The row of a call by number, name or label.</summary>
    internal OpcodeEntry Call(bool isLocal) => isLocal ? _localCall : _hostCall;

    /// <summary>The dialects that know a name, for errors.</summary>
    internal static string[] DialectsWith(string mnemonic) =>
        [.. Dialect.All.Where(dialect => Of(dialect).Find(mnemonic) is not null).Select(dialect => dialect.Name)];

    /// <summary>The name that other assemblers have for a row: <c>add</c>, <c>jeq64</c>, <c>swap16</c>, <c>movsx864</c>.</summary>
    private static string? Alternative(OpcodeEntry entry)
    {
        string name = entry.Mnemonic;
        if (entry.AddedIndex >= 0)
            return null;
        if (name.StartsWith("movsx", StringComparison.Ordinal))
            return name.Replace("to", "", StringComparison.Ordinal);
        if (name.StartsWith("bswap", StringComparison.Ordinal))
            return name[1..];
        bool is64 = name.EndsWith("64", StringComparison.Ordinal);
        return entry.Form switch
        {
            OperandForm.JumpImmediate or OperandForm.JumpRegister when !name.EndsWith("32", StringComparison.Ordinal) => name + "64",
            OperandForm.Immediate or OperandForm.Register or OperandForm.Atomic when is64 => name[..^2],
            OperandForm.Unary when is64 && entry.Selector == OpcodeSelector.None => name[..^2],
            _ => null,
        };
    }
}
