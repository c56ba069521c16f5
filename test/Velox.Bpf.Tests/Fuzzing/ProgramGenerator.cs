namespace Velox.Bpf.Tests;

/// <summary>Makes programs that the verifier accepts and that do what breaks compilers. Every opcode of the dialect's table.</summary>
internal sealed partial class ProgramGenerator
{
    private static readonly long[] Divisors =
        [-1, -1, -1, 1, 2, 3, -7, long.MinValue, long.MinValue, int.MinValue, uint.MaxValue, 1L << 31, 1L << 32, long.MaxValue, 0];

    private static readonly long[] Smallest = [long.MinValue, int.MinValue, 1L << 31];

    private readonly FuzzRandom _random;
    private readonly Dialect _dialect;
    private readonly FuzzLayout _layout;
    private readonly List<FuzzRegion> _memory;
    private readonly List<InstructionWord> _words = [];
    private readonly List<Fixup> _fixups = [];
    private readonly List<int> _starts = [];
    private readonly Dictionary<uint, FunctionSymbol> _functions = [];
    private readonly OpcodeEntry[] _arithmetic;
    private readonly OpcodeEntry[] _loads;
    private readonly OpcodeEntry[] _stores;
    private readonly OpcodeEntry[] _atomics;
    private readonly OpcodeEntry[] _jumps;

    /// <summary>Percent of what is likely to end the run.</summary>
    private readonly int _wildness;
    private readonly ulong _textAddress;
    private int _functionCount;

    // Of the function being made.
    private int _function;
    private int _reserved;
    private int _highest;

    private ProgramGenerator(FuzzRandom random, Dialect dialect)
    {
        _random = random;
        _dialect = dialect;
        _layout = FuzzLayout.Generate(random);
        _memory = _layout.AllOf(dialect);
        _wildness = random.Pick<int>([0, 0, 3, 10, 30]);
        _textAddress = random.Chance(80) ? MemoryMap.ProgramAddress : random.Pick<ulong>([0, 8, 0xffff_ffff_ffff_fff0, 0x1_0000_0004]);
        _arithmetic = [.. dialect.Entries.Where(entry => entry.Form is OperandForm.Immediate or OperandForm.Register or OperandForm.Unary or OperandForm.Wide)];
        _loads = Of(OperandForm.Load);
        _stores = [.. Of(OperandForm.StoreImmediate), .. Of(OperandForm.StoreRegister)];
        _atomics = Of(OperandForm.Atomic);
        _jumps = [.. Of(OperandForm.Jump), .. Of(OperandForm.JumpFar), .. Of(OperandForm.JumpImmediate), .. Of(OperandForm.JumpRegister)];
        OpcodeEntry[] Of(OperandForm form) => [.. dialect.Entries.Where(entry => entry.Form == form)];
    }

    private enum FixupKind
    {
        Jump,
        JumpFar,
        Call,
        Address,
    }

    internal static FuzzProgram Generate(FuzzRandom random, Dialect dialect) => new ProgramGenerator(random, dialect).Generate();

    private FuzzProgram Generate()
    {
        _functionCount = _random.Between(1, 5);
        for (_function = 0; _function < _functionCount; _function++)
            EmitFunction();
        _starts.Add(_words.Count);
        foreach (Fixup fixup in _fixups)
            Fix(fixup);
        int entry = _random.Chance(93) ? 0 : _random.Chance(70) ? _starts[_random.Below(_functionCount)] : _random.Below(_words.Count);
        if (_random.Chance(5) && _dialect.Calls == CallConvention.Key)
            AddFunction(_random.Below(_words.Count));
        return new FuzzProgram(_dialect, _layout, [.. _words])
        {
            TextAddress = _textAddress,
            EntryIndex = entry,
            Functions = _functions,
        };
    }

    private void EmitFunction()
    {
        _starts.Add(_words.Count);
        _reserved = 0;
        // Some functions leave r6 to r9 alone, so that their callers need not save them.
        _highest = _random.Chance(40) ? 5 : 9;
        Array.Clear(_known);
        if (_function == 0)
            _known[1] = new Known(_layout.Regions[0].Bytes, _layout.Regions[0].IsWritable);
        EmitItems(_random.Between(1, _random.Chance(80) ? 14 : 60), depth: 0);
        int ending = _random.Below(100);
        if (_words.Count == _starts[^1] || ending < 75 || (_function == _functionCount - 1 && _wildness < 10))
            Emit(0x95);
        else if (ending < 83)
            EmitJump(_jumps[0]);
        else if (ending < 92)
            EmitConstant(Destination(), _random.Next());
    }

    private void EmitItems(int count, int depth)
    {
        for (; count > 0; count--)
            EmitItem(depth);
    }

    private void EmitItem(int depth)
    {
        switch (_random.Below(100))
        {
            case < 30: EmitArithmetic(); break;
            case < 38: EmitPointer(Destination()); break;
            case < 46: EmitAccess(PickBase()); break;
            case < 56: EmitRun(); break;
            case < 63: EmitFrameAccess(); break;
            case < 66: EmitSpill(); break;
            case < 71: EmitAtomic(); break;
            case < 80: EmitJump(_random.Pick(_jumps)); break;
            case < 84: EmitLoop(depth); break;
            case < 90: EmitCall(); break;
            case < 93: EmitCallByAddress(); break;
            case < 96: EmitHostCall(); break;
            case < 99: EmitFrameStep(); break;
            default: EmitRare(); break;
        }
    }

    private void EmitArithmetic()
    {
        OpcodeEntry entry = _random.Pick(_arithmetic);
        int destination = Destination();
        if (entry.Form == OperandForm.Wide)
        {
            EmitConstant(destination, (ulong)_random.Value());
            return;
        }

        int immediate = entry.Rule switch
        {
            ImmediateRule.NotZero => Math.Max(1, Math.Abs((int)_random.Value() | 1)) * (_random.Chance(50) ? 1 : -1),
            ImmediateRule.Shift32 => _random.Below(32),
            ImmediateRule.Shift64 => _random.Below(64),
            _ => (int)_random.Value(),
        };
        int source = _random.Below(11);
        if (IsDivision(entry.Operation) && source < 10 && source != _reserved && source <= _highest && _random.Chance(85))
        {
            EmitConstant(source, (ulong)_random.Pick(Divisors));
            if (_random.Chance(40))
                EmitConstant(destination, (ulong)(_random.Chance(50) ? _random.Pick(Smallest) : _random.Pick(Divisors)));
        }

        EmitEntry(entry, destination, source, 0, immediate);
        _known[destination] = default;
    }

    private static bool IsDivision(Operation operation) => operation is >= Operation.Div64Imm and <= Operation.SModOrTrap64Reg
        or >= Operation.Div32Imm and <= Operation.SModOrTrap32Reg;

    /// <summary>Emits a row of the table with those of the fields that mean something.</summary>
    private void EmitEntry(OpcodeEntry entry, int destination, int source, int offset, int immediate)
    {
        FieldUse use = entry.Uses;
        if (entry.Selector == OpcodeSelector.Offset)
            offset = entry.Key;
        if (entry.Selector == OpcodeSelector.Immediate)
            immediate = entry.Key;
        // What means nothing may be anything in sBPF.
        bool isStray = !_dialect.RejectsUnusedFields && _random.Chance(5);
        Emit(
            entry.Opcode,
            use.Destination ? destination : 0,
            use.Source || isStray ? source : 0,
            use.Offset ? offset : isStray ? _random.Between(0, 40) : 0,
            use.Immediate ? immediate : 0);
    }

    private void Emit(int opcode, int destination = 0, int source = 0, int offset = 0, int immediate = 0) =>
        _words.Add(new InstructionWord((byte)opcode, (byte)destination, (byte)source, (short)offset, immediate));

    private int Destination()
    {
        while (true)
        {
            int register = _random.Chance(30) ? 0 : _random.Between(0, _highest);
            if (register != _reserved || register == 0)
                return register;
        }
    }

    private void EmitConstant(int register, ulong value)
    {
        if (_dialect.SbpfVersion == 2)
        {
            Emit(0xb4, register, immediate: (int)value);
            Emit(0xf7, register, immediate: (int)(value >> 32));
        }
        else
        {
            Emit(0x18, register, immediate: (int)value);
            Emit(0, immediate: (int)(value >> 32));
        }

        _known[register] = default;
    }

    /// <summary>A word or register form that ends the run or is seldom seen.</summary>
    private void EmitRare()
    {
        if (_random.Below(100) >= _wildness * 2)
            return;
        if (_random.Chance(50))
            Emit(0x95);
        else if (_dialect.SbpfVersion is not null)
            Emit(0x85, source: _random.Below(3), immediate: (int)_random.Next()); // to nowhere
    }

    private readonly record struct Fixup(int At, FixupKind Kind, int Function, bool IsWild);
}
